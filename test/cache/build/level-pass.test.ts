import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { blockBegin } from "../../../cache/block-number.js";
import type { Level } from "../../../cache/level.js";
import { timeText } from "../../../dsdf/stages.js";
import { avgsecOptions, binAvgsec } from "../../../reducers/bin-avgsec.js";
import { binPeakavgsec, peakavgsecOptions } from "../../../reducers/bin-peakavgsec.js";
import { BatchBuilder } from "../../../stream/batch-builder.js";
import type { StreamItem } from "../../../stream/model.js";
import { packetHeader, xPlane, yPlane } from "../../../stream/packet-header.js";
import { REAL4, REAL8 } from "../../../stream/value-type.js";
import { type Decoded, decodeStream } from "../../support/run-stream.js";
import { packetsByBlock, reducedBlock } from "./block-model.js";
import { encoded, type PassLevel, passLevels } from "./pass-levels.js";
import { randomStream } from "./random-streams.js";
import { JUNE_30_US, levelOf } from "./sample-build.js";

const REDUCERS = [
  { program: binAvgsec, args: [], optionsOf: avgsecOptions },
  { program: binAvgsec, args: ["-r", "-s"], optionsOf: avgsecOptions },
  { program: binAvgsec, args: ["-n"], optionsOf: avgsecOptions },
  { program: binPeakavgsec, args: [], optionsOf: peakavgsecOptions },
] as const;

const LEVELS = [
  levelOf("/nowhere", "7 s", "perminute"),
  levelOf("/nowhere", "60 s", "hourly"),
  levelOf("/nowhere", "0.25 s", "hourly"),
  levelOf("/nowhere", "420 s", "hourly"),
  levelOf("/nowhere", "60 s", "perminute"),
  levelOf("/nowhere", "86400 s", "monthly"),
  levelOf("/nowhere", "5000 s", "yearly"),
  levelOf("/nowhere", "600 s", "daily"),
];

function withReducer(
  level: Level,
  { args, optionsOf }: (typeof REDUCERS)[number],
  kernelsAfterBytes: number,
): PassLevel {
  const optionsFor = (block: number) => ({
    ...optionsOf([...args, "-b", timeText(blockBegin(block, level.period)), String(level.seconds)]),
    kernelsAfterBytes,
  });
  return { level, reducer: { kind: "bins", optionsFor } };
}

/** Every plane of the one that the other has too holds the same values, record by record. */
function expectSamePlanes(given: Decoded, wanted: Decoded): void {
  expect(given.rows.map(({ id }) => id)).toEqual(wanted.rows.map(({ id }) => id));
  for (const [n, row] of given.rows.entries()) {
    const other = wanted.rows[n]!;
    const shared = other.header.planes.flatMap(({ name }, at) => {
      const mine = row.header.planes.findIndex((plane) => plane.name === name);
      return mine < 0 ? [] : [[row.values[mine], other.values[at]] as const];
    });
    // All of the reducer's planes, and one unnamed x.
    expect(shared).toHaveLength(other.header.planes.length);
    for (const [mine, theirs] of shared) expect(mine).toEqual(theirs);
  }
}

const stream = fc
  .tuple(fc.constantFrom(3e6, 10e6, 60e6, 4000e6), fc.constantFrom(0, 5e6, 200e6))
  .chain(([step, late]) => randomStream(JUNE_30_US - 1e9, step, late));

describe("every block of every level", () => {
  test("is what the reducer gives for its packets, to the last bit", async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...REDUCERS),
        fc.shuffledSubarray(LEVELS, { minLength: 1 }),
        stream,
        fc.constantFrom(-1, 1000, 1e6),
        async (reducer, levels, { items }, kernelsAfter) => {
          const made = passLevels(
            items,
            levels.map((level) => withReducer(level, reducer, kernelsAfter)),
          );
          for (const [place, level] of levels.entries()) {
            const packets = packetsByBlock(items, level);
            expect([...made[place]!.keys()].sort()).toEqual([...packets.keys()].sort());
            for (const [number, block] of made[place]!) {
              if (block.isDisordered) continue;
              const wanted = await reducedBlock(
                reducer.program,
                reducer.args,
                packets.get(number)!,
                level,
                number,
              );
              compared++;
              const given = encoded(block.main);
              if (!given.equals(wanted)) expect(given.toString("latin1")).toBe(wanted.toString("latin1"));
              const all = await reducedBlock(binAvgsec, ["-r", "-n"], packets.get(number)!, level, number);
              expectSamePlanes(decodeStream(encoded(block.joined)), decodeStream(all));
            }
          }
        },
      ),
      { numRuns: 80 },
    );
    expect(compared).toBeGreaterThan(300);
  }, 60_000);

  test("is the same where only some blocks are wanted", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...REDUCERS),
        stream,
        fc.integer({ min: 1, max: 7 }),
        async (reducer, { items }, mask) => {
          const levels = LEVELS.slice(0, 4).map((level) => withReducer(level, reducer, -1));
          const [all, some] = [levels, levels.map((one) => ({ ...one, wants: isWanted(mask) }))].map((of) =>
            passLevels(items, of),
          );
          for (const [place, blocks] of some!.entries()) {
            for (const [number, block] of blocks) {
              expect(isWanted(mask)(number)).toBe(true);
              const whole = all![place]!.get(number)!;
              expect(encoded(block.joined).equals(encoded(whole.joined))).toBe(true);
            }
            const wanted = [...all![place]!.keys()].filter(isWanted(mask));
            expect([...blocks.keys()].sort()).toEqual(wanted.sort());
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});

function isWanted(mask: number): (number: number) => boolean {
  return (number) => ((mask >> (((number % 3) + 3) % 3)) & 1) === 1;
}

/** Packets of one id at these seconds after 2021-06-30. */
function packetsAt(seconds: readonly number[]): readonly StreamItem[] {
  const header = packetHeader({
    id: 1,
    planes: [xPlane({ type: REAL8, units: "us2000" }), yPlane({ name: "v", type: REAL4, units: "V" })],
  });
  const builder = new BatchBuilder(header);
  for (const second of seconds) {
    const at = builder.next();
    builder.view.setFloat64(at + 4, JUNE_30_US + second * 1e6);
    builder.view.setFloat32(at + 12, second);
  }
  return [
    { kind: "stream", header: { version: "2.2", properties: [] } },
    { kind: "packet", header },
    { kind: "data", batch: builder.take()! },
  ];
}

describe("packets that are late", () => {
  const minutes = levelOf("/nowhere", "10 s", "perminute");
  const pass = (seconds: readonly number[]) =>
    passLevels(packetsAt(seconds), [withReducer(minutes, REDUCERS[0], 1e6)])[0]!;

  test("by less than four blocks belong to their bins as if they had come in time", () => {
    const [first] = [...pass([1, 61, 121, 181, 3, 62]).values()];
    expect(first!.isDisordered).toBe(false);
    // The mean of 1 and 3 in the bin from 0 to 10 s.
    expect(decodeStream(encoded(first!.main)).rows.map(({ values }) => values.flat())).toEqual([
      [JUNE_30_US + 5e6, 2],
    ]);
  });

  test("for a block that was closed mark it", () => {
    const blocks = [...pass([1, 61, 121, 181, 241, 3]).values()];
    expect(blocks.map(({ isDisordered }) => isDisordered)).toEqual([true, false, false, false, false]);
    // Both of its records were given.
    expect(decodeStream(encoded(blocks[0]!.main)).rows.map(({ values }) => values[1])).toEqual([[1], [3]]);
  });

  test("of another year are found their block as well", () => {
    const year = 365 * 86_400;
    expect([...pass([year, 1, -year])].map(([, { isDisordered }]) => isDisordered)).toEqual([
      false,
      false,
      false,
    ]);
  });
});

test("what has no time belongs to no block", () => {
  const header = packetHeader({
    id: 1,
    planes: [xPlane({ type: REAL8, units: "Hz" }), yPlane({ name: "v", type: REAL4, units: "V" })],
  });
  const items: readonly StreamItem[] = [
    { kind: "stream", header: { version: "2.2", properties: [] } },
    { kind: "packet", header },
  ];
  expect(() => passLevels(items, [withReducer(LEVELS[0]!, REDUCERS[0], 1e6)])).toThrowError(
    /expected a time/,
  );
});
