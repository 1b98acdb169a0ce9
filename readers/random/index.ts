import { BatchBuilder } from "../../stream/batch-builder.js";
import type { ItemSource, PacketHeader } from "../../stream/model.js";
import { packetHeader, xPlane, yPlane } from "../../stream/packet-header.js";
import type { ProgramContext, ReaderProgram } from "../../stream/program.js";
import { LE_REAL4, LE_REAL8 } from "../../stream/value-type.js";
import { Pacer } from "../pacer.js";
import {
  boundedInteger,
  namedParams,
  type ReaderWords,
  requestedRange,
  splitReaderArguments,
} from "../reader-arguments.js";
import { fillProperty, noDataItem, property, streamItem } from "../stream-parts.js";
import { firstSample, SampleClock } from "../synthetic/sample-clock.js";
import { RandomWalk } from "./walk.js";

const NAME = "random";
/** A value a second, on the second. */
const CADENCE_NS = 1_000_000_000n;

const HELP = `Usage: ${NAME} [--seed N] BEGIN END [seed=N]

Writes a random walk in [BEGIN, END) as a das2 stream, one value a second. The walk is the same for everybody who asks with
the same seed (0 to 999999999, default 1).

  -h, --help         print this
  -v, --version      print the version

Exit status: 0 done, also where there are no data, 13 arguments.
`;

/** A random walk, the classic first reader. */
export const random: ReaderProgram = {
  kind: "reader",
  name: NAME,
  help: HELP,
  open: (args, context) => walk(splitReaderArguments(args, { seed: "value" }), context),
};

async function* walk(words: ReaderWords, context: ProgramContext): ItemSource {
  const range = requestedRange(words);
  const given = namedParams(words.params, ["seed"]).get("seed") ?? words.options.get("seed") ?? "1";
  const seed = boundedInteger("seed", given, 0, 999_999_999);
  const header = walkHeader();
  yield [
    streamItem({ sourceId: NAME, title: `Random walk, seed ${seed}`, tagWidthSeconds: 1.5 }, range),
    { kind: "packet", header },
  ];
  const pacer = new Pacer(context);
  const begin = firstSample(range.begin, CADENCE_NS);
  const clock = new SampleClock(CADENCE_NS, begin);
  const builder = new BatchBuilder(header);
  const path = new RandomWalk(seed);
  const count = Number(firstSample(range.end, CADENCE_NS) - begin);
  if (count === 0) yield [noDataItem("random walk", range)];
  for (let i = 0; i < count; i++, clock.next()) {
    const at = builder.next();
    builder.view.setFloat64(at + 4, clock.us2000, true);
    builder.view.setFloat32(at + 12, path.at(clock.us2000 / 1e6), true);
    if (builder.full || i === count - 1) {
      yield [{ kind: "data", batch: builder.take()! }];
      await pacer.turn();
    }
  }
}

function walkHeader(): PacketHeader {
  return packetHeader({
    id: 1,
    planes: [
      xPlane({ name: "time", type: LE_REAL8, units: "us2000" }),
      yPlane({
        name: "position",
        type: LE_REAL4,
        units: "",
        properties: [
          property("yLabel", "Random walk"),
          property("yScaleType", "linear"),
          fillProperty("yFill"),
        ],
      }),
    ],
  });
}
