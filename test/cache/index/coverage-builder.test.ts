import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BlockDetails, BlockState } from "../../../cache/block-state.js";
import type { Moment } from "../../../cache/index/block-index.js";
import { encodeRecord } from "../../../cache/index/block-record.js";
import { CoverageBuilder } from "../../../cache/index/coverage-builder.js";
import type { BlockPeriod, Level } from "../../../cache/level.js";
import { codeOf } from "../../support/thrown.js";
import { describeEachIndex } from "./sample-indexes.js";
import { JUNE_30, LATER, sampleDetails, sampleLevel } from "./sample-level.js";

const DAY = 86_400_000;
const EPOCH = Date.UTC(2000, 0, 1);
type Known = Pick<BlockDetails, "state" | "builtMs" | "sha256">;

/** The end of a block by the calendar of the language, ms since 1970. */
function endMs(number: number, period: BlockPeriod): number {
  switch (period) {
    case "yearly":
      return Date.UTC(2001 + number, 0, 1);
    case "monthly":
      return Date.UTC(2000, number + 1, 1);
    case "daily":
      return EPOCH + (number + 1) * DAY;
    case "hourly":
      return EPOCH + (number + 1) * 3_600_000;
    case "perminute":
      return EPOCH + (number + 1) * 60_000;
    case "persecond":
      return EPOCH + (number + 1) * 1000;
  }
}

/** The state of a block, in the words of das2-server 15.8. */
function expectedState(known: Known | undefined, number: number, level: Level, moment: Moment): BlockState {
  if (known === undefined) return "absent";
  if (known.state === "stale") return "stale";
  const built = known.builtMs;
  const isOpen = endMs(number, level.period) > built - level.freshness.liveDelaySeconds * 1000;
  if (isOpen && moment.now > built + level.freshness.openTtlSeconds * 1000) return "stale";
  if (moment.now < built - 60_000) return "stale";
  return built < (moment.notBefore ?? 0) ? "stale" : known.state;
}

/** Runs as one state for each block, after a check that they are the range and that neighbours differ. */
function unrolled(
  runs: readonly { first: number; end: number; state: BlockState }[],
  first: number,
): BlockState[] {
  const states: BlockState[] = [];
  for (const [i, run] of runs.entries()) {
    expect(run.first).toBe(first + states.length);
    expect(run.end).toBeGreaterThan(run.first);
    if (i > 0) expect(run.state).not.toBe(runs[i - 1]?.state);
    for (let n = run.first; n < run.end; n++) states.push(run.state);
  }
  return states;
}

const whole = (least: number, most: number) => fc.integer({ min: least, max: most });
const known = fc.record({
  state: fc.constantFrom("present" as const, "empty" as const, "stale" as const),
  builtMs: whole(0, 400).map((hours) => JUNE_30 + hours * 3_600_000), // whole seconds, as they are kept
  sha256: fc.constantFrom("ab".repeat(32), "cd".repeat(32)),
});
/** For each period the number of a block of June 30, 2021. */
const NEAR = {
  yearly: 21,
  monthly: 21 * 12 + 5,
  daily: 7851,
  hourly: 7851 * 24,
  perminute: 7851 * 1440,
  persecond: 7851 * 86_400,
};

describe("the coverage of a range", () => {
  test("is for every block what the rules say of it, however its records are cut", () => {
    const period = fc.constantFrom(...(Object.keys(NEAR) as BlockPeriod[]));
    const blocks = fc.array(fc.tuple(whole(-40, 60), known), { maxLength: 60 });
    const moment = fc.record(
      {
        now: whole(-10, 450).map((hours) => JUNE_30 + hours * 3_600_000),
        notBefore: whole(0, 400).map((h) => JUNE_30 + h * 3_600_000),
      },
      { requiredKeys: ["now"] },
    );
    fc.assert(
      fc.property(
        period,
        blocks,
        moment,
        whole(-50, 50),
        whole(0, 60),
        whole(1, 40),
        (period, blocks, moment, from, length, cut) => {
          const level = sampleLevel({ period });
          const near = NEAR[period];
          const model = new Map<number, Known>(blocks.map(([number, one]) => [near + number, one]));
          const span = { first: near + from, end: near + from + length };
          const builder = new CoverageBuilder(level, span, moment);
          for (let first = near - 60; first < near + 80; first += cut) {
            const numbers = Array.from({ length: cut }, (_, i) => first + i);
            if (!numbers.some((number) => model.has(number))) continue; // a piece that nobody keeps
            const bytes = numbers.map((number) => {
              const one = model.get(number);
              return one === undefined ? Buffer.alloc(8) : encodeRecord(one);
            });
            // At an odd address, as in a reply of Redis.
            builder.add(first, Buffer.concat([Buffer.from("$"), ...bytes]).subarray(1));
          }
          const { runs, newestMs } = builder.finish();
          const numbers = Array.from({ length }, (_, i) => span.first + i);
          expect(unrolled(runs, span.first)).toEqual(
            numbers.map((number) => expectedState(model.get(number), number, level, moment)),
          );
          expect(newestMs).toBe(Math.max(0, ...numbers.map((number) => model.get(number)?.builtMs ?? 0)));
        },
      ),
      { numRuns: 400 },
    );
  });

  test("a block built in the second of notBefore, but before it, is stale", () => {
    const at = (notBefore: number) => {
      const builder = new CoverageBuilder(sampleLevel(), { first: 0, end: 1 }, { ...LATER, notBefore });
      builder.add(0, encodeRecord(sampleDetails(0, { builtMs: JUNE_30 })));
      return builder.finish().runs[0]?.state;
    };
    expect([at(JUNE_30 - 1), at(JUNE_30), at(JUNE_30 + 1), at(JUNE_30 + 1000)]).toEqual([
      "present",
      "present",
      "stale",
      "stale",
    ]);
  });

  test("after a jump of the clock backwards nothing from the future is served", () => {
    const at = (now: number) => {
      const builder = new CoverageBuilder(sampleLevel(), { first: 0, end: 1 }, { now });
      builder.add(0, encodeRecord(sampleDetails(0, { builtMs: JUNE_30 })));
      return builder.finish().runs[0]?.state;
    };
    expect([at(JUNE_30), at(JUNE_30 - 60_000), at(JUNE_30 - 61_000), at(0)]).toEqual([
      "present",
      "present",
      "stale",
      "stale",
    ]);
  });

  test("records that are none count as absent", () => {
    const builder = new CoverageBuilder(sampleLevel(), { first: 0, end: 4 }, LATER);
    const garbage = Buffer.alloc(19, 0xff); // two records and a piece of one
    builder.add(0, garbage);
    expect(builder.finish().runs).toEqual([{ first: 0, end: 4, state: "absent" }]);
  });

  test("a range with more than 2^22 blocks on record is refused, one with 2^22 is not", () => {
    const record = encodeRecord(sampleDetails(0));
    const piece = Buffer.alloc(8 * 2 ** 16);
    for (let at = 0; at < piece.length; at += 8) piece.set(record, at);
    const level = sampleLevel({ period: "persecond" });
    const builder = new CoverageBuilder(level, { first: 0, end: 2 ** 23 }, LATER);
    for (let i = 0; i < 64; i++) builder.add(i * 2 ** 16, piece);
    expect(codeOf(() => builder.add(2 ** 22, Buffer.alloc(800)))).toBe("accepted");
    expect(codeOf(() => builder.add(2 ** 22 + 200, Buffer.from(record)))).toBe("TOO_MANY_BLOCKS");
  });
});

describeEachIndex("a history of changes", (sample) => {
  test("leaves each block as a plain table says", async () => {
    const level = sampleLevel({ period: "hourly" });
    const number = whole(-30, 30).map((n) => n * 500); // over the borders of chunks and files
    const step = fc.oneof(
      fc.record({ kind: fc.constant("record" as const), number, hour: whole(0, 20) }),
      fc.record({ kind: fc.constant("publish" as const), number, hour: whole(0, 20) }),
      fc.record({ kind: fc.constant("change" as const), number, length: whole(1, 9000) }),
      fc.record({ kind: fc.constant("forget" as const), number }),
    );
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        const mine = { ...level, sourceId: `Demo/Run${run++}` };
        const model = new Map<number, { hour: number; state: BlockState }>();
        for (const one of steps) {
          const details = (hour: number) =>
            sampleDetails(one.number, { builtMs: JUNE_30 + hour * 3_600_000 });
          const before = model.get(one.number);
          if (one.kind === "record") {
            await sample.index.record(mine, [details(one.hour)]);
            const isKept =
              before !== undefined &&
              (before.hour > one.hour || (before.hour === one.hour && before.state === "stale"));
            if (!isKept) model.set(one.number, { hour: one.hour, state: "present" });
          } else if (one.kind === "publish") {
            const [claim] = await sample.index.claim(mine, [one.number], "host:1:a", 60_000);
            expect(await sample.index.publish(mine, details(one.hour), claim!)).toBe("published");
            model.set(one.number, { hour: one.hour, state: "present" });
          } else if (one.kind === "change") {
            const touched = [...model].filter(
              ([n, { state }]) => state === "present" && n >= one.number && n < one.number + one.length,
            );
            const told = await sample.index.markChanged(mine, {
              first: one.number,
              end: one.number + one.length,
            });
            expect(told).toEqual(touched.map(([n]) => n).sort((a, b) => a - b));
            for (const [n, { hour }] of touched) model.set(n, { hour, state: "stale" });
          } else {
            await sample.index.forget(mine, [one.number]);
            model.delete(one.number);
          }
        }
        const { runs } = await sample.index.coverage(mine, { first: -16_000, end: 16_000 }, LATER);
        const states = unrolled(runs, -16_000);
        const known = states.flatMap((state, i) => (state === "absent" ? [] : [[i - 16_000, state]]));
        expect(known).toEqual(
          [...model].map(([n, { state }]) => [n, state]).sort(([a], [b]) => Number(a) - Number(b)),
        );
      }),
      { numRuns: 15 },
    );
  });
});
