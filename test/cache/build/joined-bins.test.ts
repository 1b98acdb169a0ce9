import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { joinStreams } from "../../../cache/build/joined-items.js";
import { reduceJoined } from "../../../cache/build/reduce-joined.js";
import type { Level } from "../../../cache/level.js";
import { timeText } from "../../../dsdf/stages.js";
import { avgsecOptions, binAvgsec } from "../../../reducers/bin-avgsec.js";
import { binPeakavgsec, peakavgsecOptions } from "../../../reducers/bin-peakavgsec.js";
import type { Plane, StreamItem, StreamTransform } from "../../../stream/model.js";
import { StreamParser } from "../../../stream/stream-parser.js";
import { us2000ToTime } from "../../../stream/time.js";
import { decodeStream, type Row, TEST_CONTEXT } from "../../support/run-stream.js";
import { packetsByBlock } from "./block-model.js";
import { encoded, passLevels } from "./pass-levels.js";
import { randomStream } from "./random-streams.js";
import { JUNE_30_US, levelOf } from "./sample-build.js";

const REDUCERS = [
  { program: binAvgsec, args: [], optionsOf: avgsecOptions },
  { program: binAvgsec, args: ["-r"], optionsOf: avgsecOptions },
  { program: binAvgsec, args: ["-s"], optionsOf: avgsecOptions },
  { program: binAvgsec, args: ["-r", "-n"], optionsOf: avgsecOptions },
  { program: binPeakavgsec, args: [], optionsOf: peakavgsecOptions },
] as const;
type Reducer = (typeof REDUCERS)[number];

const ORIGIN = us2000ToTime(JUNE_30_US);
/** All packets lie in one block, so that nothing is told of borders here. */
const MONTH: Level = levelOf("/nowhere", "10 s", "monthly");

/** What a transform gives for items. */
function through(transform: StreamTransform, items: readonly StreamItem[]): readonly StreamItem[] {
  const given: StreamItem[] = [];
  const emit = (item: StreamItem): void => {
    if (item.kind === "comment") return;
    given.push(
      item.kind === "data"
        ? { kind: "data", batch: { ...item.batch, bytes: new Uint8Array(item.batch.bytes) } }
        : item,
    );
  };
  for (const item of items) transform.push(item, emit);
  transform.end(emit);
  return given;
}

/** Joined records of ten seconds. */
function fineBins(items: readonly StreamItem[], { args, optionsOf }: Reducer) {
  const optionsFor = () => optionsOf([...args, "-b", timeText(ORIGIN), "10"]);
  const [blocks] = passLevels(items, [{ level: MONTH, reducer: { kind: "bins", optionsFor } }]);
  const [block] = [...blocks!.values()];
  fc.pre(block !== undefined);
  return block;
}

/** The place of the last digit of a value in a type. */
function unit(value: number, type: string): number {
  const size = Math.abs(value);
  if (type.includes("real4")) return 2 ** (Math.max(Math.floor(Math.log2(size || 1e-300)), -126) - 23);
  const digits = Number(type.slice(5)) - 8;
  return 10 ** (Math.floor(Math.log10(size || 1e-300)) - digits);
}

/** The largest |value| of the samples of one plane and item in the bin of a record. */
function largest(
  samples: readonly Row[],
  { id, values: [x] }: Row,
  name: string,
  item: number,
  widthUs: number,
): number {
  let most = 0;
  for (const { id: other, header, values } of samples) {
    if (other !== id || Math.abs(values[0]![0]! - x![0]!) > widthUs / 2) continue;
    const at = header.planes.findIndex((plane, index) => index > 0 && nameOf(plane) === name);
    const fill =
      header.planes[at]?.properties.find((property) => /Fill$/.test(property.name))?.value ?? "-1e31";
    const v = values[at]?.[item] ?? Number.NaN;
    if (Math.abs(v - Number(fill)) > Math.abs(Number(fill)) * 1e-5) most = Math.max(most, Math.abs(v));
  }
  return most;
}

/** The name of a plane, or that by which its statistics are called. */
function nameOf({ name, role }: Plane): string {
  return name || (role === "yscan" ? "scan" : role);
}

const ordered = randomStream(JUNE_30_US, 6e6, 0);

describe("bins made of joined bins", () => {
  test("have the headers of the reducer, and its values within one unit in the last place", () => {
    let compared = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...REDUCERS),
        ordered,
        fc.constantFrom(20, 60, 350),
        fc.boolean(),
        (reducer, { items }, seconds, isWritten) => {
          const { joined } = fineBins(items, reducer);
          // Between a block and the reducer records may be written and read again.
          const input = isWritten ? new StreamParser().push(encoded(joined)) : joined;
          const made = decodeStream(encoded(through(reduceJoined({ seconds, origin: ORIGIN }), input)));
          const { program, args } = reducer;
          const direct = program.open([...args, "-b", timeText(ORIGIN), String(seconds)], TEST_CONTEXT);
          const [packets] = [...packetsByBlock(items, MONTH).values()];
          const wanted = decodeStream(encoded(through(direct, packets!)));
          expect(made.stream).toEqual(wanted.stream);
          expect(made.packets).toEqual(wanted.packets);
          // Records of different ids may come in another order.
          const byId = (rows: readonly Row[]) => rows.toSorted((a, b) => a.id - b.id);
          const wantedRows = byId(wanted.rows);
          const rows = byId(made.rows);
          expect(rows.map(({ id, values }) => [id, values[0]])).toEqual(
            wantedRows.map(({ id, values }) => [id, values[0]]),
          );
          const samples = decodeStream(encoded(packets!)).rows;
          for (const [n, row] of rows.entries())
            for (const [p, plane] of row.header.planes.entries()) {
              if (p === 0 || !/real4|ascii14/.test(plane.type.name)) continue;
              const name = nameOf(plane).replace(/\.(min|max|stddev|count)$/, "");
              for (const [i, v] of row.values[p]!.entries()) {
                const w = wantedRows[n]!.values[p]![i]!;
                if (Object.is(v, w)) continue;
                compared++;
                // Deviations are differences of nearly equal numbers, so what was rounded weighs more; no answer is joined of them.
                const units = plane.name.endsWith(".stddev") ? 16 : 1;
                const bound = units * unit(largest(samples, row, name, i, seconds * 1e6), plane.type.name);
                expect(Math.abs(v - w)).toBeLessThanOrEqual(bound * (1 + 1e-9));
              }
            }
        },
      ),
      { numRuns: 60 },
    );
    // Rounding twice must have shown somewhere, or nothing was looked at.
    expect(compared).toBeGreaterThan(10);
  }, 60_000);
});

test("joining a block and its companion gives the records that they were divided from", async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...REDUCERS), ordered, async (reducer, { items }) => {
      const { main, companion, joined } = fineBins(items, reducer);
      const source = (all: readonly StreamItem[]) =>
        (async function* () {
          for (const item of all) yield [item];
        })();
      const again: StreamItem[] = [];
      const statistics = companion.some(({ kind }) => kind === "packet") ? source(companion) : undefined;
      for await (const portion of joinStreams(source(main), statistics)) again.push(...portion.map(keptItem));
      expect(encoded(again).equals(encoded(joined))).toBe(true);
    }),
    { numRuns: 60 },
  );
});

/** An item in memory of its own. */
function keptItem(item: StreamItem): StreamItem {
  if (item.kind !== "data") return item;
  const { batch } = item;
  return { kind: "data", batch: { ...batch, bytes: Uint8Array.from(batch.bytes) } };
}
