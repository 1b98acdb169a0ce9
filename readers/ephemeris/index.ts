import { DasError } from "../../errors/das-error.js";
import { BatchBuilder } from "../../stream/batch-builder.js";
import { taiMinusUtc } from "../../stream/leap-seconds.js";
import type { ItemSource, PacketHeader } from "../../stream/model.js";
import { packetHeader, xPlane, yPlane } from "../../stream/packet-header.js";
import type { ProgramContext, ReaderProgram } from "../../stream/program.js";
import { compareTimes, type Time, timeToUs2000 } from "../../stream/time.js";
import { LE_REAL8 } from "../../stream/value-type.js";
import { type SunPosition, sunPosition } from "../../sun/position.js";
import { Pacer } from "../pacer.js";
import { namedParams, type ReaderWords, requestedRange, splitReaderArguments } from "../reader-arguments.js";
import { fillProperty, noDataItem, property, streamItem } from "../stream-parts.js";

const NAME = "ephemeris";
const TITLE = "Position and orientation of the Sun seen from Earth";

const HELP = `Usage: ${NAME} INTERVAL BEGIN END

Computes where the Sun stands each INTERVAL seconds from BEGIN on, END excluded, as a das2 stream: right ascension,
declination, distance, position angle P of its axis, heliographic latitude B0 and Carrington longitude L0 of the centre of
its disk. Low-accuracy formulae of Meeus, good to about 0.01 degree.

  -h, --help         print this
  -v, --version      print the version

Exit status: 0 done, also where there are no data, 13 arguments.
`;

/** Computes the apparent Sun on a grid of times: a source that needs an interval. */
export const ephemeris: ReaderProgram = {
  kind: "reader",
  name: NAME,
  help: HELP,
  open: (args, context) => positions(splitReaderArguments(args, {}, true), context),
};

async function* positions(words: ReaderWords, context: ProgramContext): ItemSource {
  const range = requestedRange(words);
  namedParams(words.params, []);
  const intervalNs = interval(words.interval ?? "");
  const header = sunHeader();
  yield [
    streamItem(
      {
        sourceId: NAME,
        title: TITLE,
        summary: "J. Meeus, Astronomical Algorithms, chapters 25 and 29, low accuracy",
        tagWidthSeconds: (1.5 * Number(intervalNs)) / 1e9,
      },
      range,
    ),
    { kind: "packet", header },
  ];
  const pacer = new Pacer(context);
  const builder = new BatchBuilder(header);
  if (compareTimes(range.begin, range.end) === 0) yield [noDataItem("positions", range)];
  let time = range.begin;
  while (compareTimes(time, range.end) < 0) {
    writePosition(builder, time);
    time = later(time, intervalNs);
    if (builder.full || compareTimes(time, range.end) >= 0) {
      yield [{ kind: "data", batch: builder.take()! }];
      await pacer.turn();
    }
  }
}

/** Nanoseconds of an interval in seconds. Errors: BAD_PARAMETER. */
function interval(text: string): bigint {
  const seconds = /^\d{1,12}(\.\d{1,12})?([eE][+-]?\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
  if (!(seconds >= 1e-3 && seconds <= 1e10))
    throw new DasError("BAD_PARAMETER", `interval ${text.slice(0, 40)}, expected 0.001 to 1e10 seconds`);
  return BigInt(Math.round(seconds * 1e9));
}

const DAY_NS = 86_400_000_000_000n;

function later(time: Time, ns: bigint): Time {
  const total = BigInt(time.ns) + ns;
  return { day: time.day + Number(total / DAY_NS), ns: Number(total % DAY_NS) };
}

/** Name, label, units and range of the planes, in their order. */
const PLANES: readonly (readonly [keyof SunPosition, string, string, string, string])[] = [
  ["rightAscension", "ra", "Right ascension", "deg", "0 to 360"],
  ["declination", "dec", "Declination", "deg", "-24 to 24"],
  ["distance", "distance", "Distance", "AU", "0.98 to 1.02"],
  ["p", "P", "Position angle P", "deg", "-27 to 27"],
  ["b0", "B0", "Latitude of disk centre B!d0!n", "deg", "-7.5 to 7.5"],
  ["l0", "L0", "Carrington longitude L!d0!n", "deg", "0 to 360"],
];

function sunHeader(): PacketHeader {
  return packetHeader({
    id: 1,
    planes: [
      xPlane({ name: "time", type: LE_REAL8, units: "us2000" }),
      ...PLANES.map(([, name, label, units, shown]) =>
        yPlane({
          name,
          type: LE_REAL8,
          units,
          properties: [
            property("yLabel", `${label} (${units})`),
            property("yRange", `${shown} ${units}`, "DatumRange"),
            property("yScaleType", "linear"),
            fillProperty("yFill"),
          ],
        }),
      ),
    ],
  });
}

function writePosition(builder: BatchBuilder, time: Time): void {
  // TT = UTC + (TAI - UTC) + 32.184 s; JD 2451544.5 is 2000-01-01T00:00.
  const seconds = time.ns / 1e9 + taiMinusUtc(time.day) + 32.184;
  const sun = sunPosition(2_451_544.5 + time.day + seconds / 86_400);
  let at = builder.next() + 4;
  builder.view.setFloat64(at, timeToUs2000(time), true);
  for (const [key] of PLANES) {
    at += 8;
    builder.view.setFloat64(at, sun[key], true);
  }
}
