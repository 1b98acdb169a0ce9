import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { blockBegin } from "../../../cache/block-number.js";
import type { Level } from "../../../cache/level.js";
import { timeText } from "../../../dsdf/stages.js";
import { avgsecOptions, binAvgsec } from "../../../reducers/bin-avgsec.js";
import { binPeakavgsec, peakavgsecOptions } from "../../../reducers/bin-peakavgsec.js";
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

const stream = fc
  .tuple(fc.constantFrom(10e6, 60e6, 4000e6), fc.constantFrom(0, 5e6, 200e6))
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
            }
          }
        },
      ),
      { numRuns: 120 },
    );
    expect(compared).toBeGreaterThan(500);
  }, 60_000);
});
