import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blockRange, blocksOf } from "../../../cache/block-number.js";
import type { BlockPeriod } from "../../../cache/level.js";
import { jobsFor, type MissingBlocks } from "../../../cache/queue/jobs-for.js";
import { formatTime, parseTime } from "../../../stream/time.js";

/** The blocks of a period from one time to another. */
function missing(period: BlockPeriod, begin: string, end: string): MissingBlocks {
  return {
    level: { sourceId: "Demo/Pump4", params: ["a", "b"], period },
    ...blocksOf({ begin: parseTime(begin), end: parseTime(end) }, period),
  };
}

/** `PERIOD BEGIN` of each job. */
function spans(...blocks: readonly MissingBlocks[]): string[] {
  return jobsFor(blocks, "operator").map(
    ({ period, number }) => `${period} ${formatTime(blockRange(number, period).begin, 0).slice(0, 16)}`,
  );
}

describe("jobsFor", () => {
  it("builds a single block by the job of its own span", () => {
    expect(jobsFor([missing("daily", "2021-06-30", "2021-07-01")], "person")).toEqual([
      { sourceId: "Demo/Pump4", params: ["a", "b"], period: "daily", number: 7851, urgency: "person" },
    ]);
    expect(spans(missing("perminute", "2021-06-30T12:00", "2021-06-30T12:01"))).toEqual([
      "perminute 2021-06-30T12:00",
    ]);
    expect(spans(missing("yearly", "2021-01-01", "2022-01-01"))).toEqual(["yearly 2021-01-01T00:00"]);
  });

  it("joins days to months where the month is wanted as a whole", () => {
    expect(spans(missing("daily", "2021-01-30", "2021-04-02"))).toEqual([
      "daily 2021-01-30T00:00",
      "daily 2021-01-31T00:00",
      "monthly 2021-02-01T00:00",
      "monthly 2021-03-01T00:00",
      "daily 2021-04-01T00:00",
    ]);
  });

  it("joins minutes to hours, days and months", () => {
    expect(spans(missing("perminute", "2020-12-31T22:59", "2021-02-01T01:02"))).toEqual([
      "perminute 2020-12-31T22:59",
      "hourly 2020-12-31T23:00",
      "monthly 2021-01-01T00:00",
      "hourly 2021-02-01T00:00",
      "perminute 2021-02-01T01:00",
      "perminute 2021-02-01T01:01",
    ]);
  });

  it("needs twelve jobs for a year of minutes", () => {
    expect(spans(missing("perminute", "2021-01-01", "2022-01-01"))).toHaveLength(12);
  });

  it("joins nothing to years: a job reads a month at most, unless a block is longer", () => {
    expect(spans(missing("monthly", "2021-01-01", "2022-01-01"))).toHaveLength(12);
  });

  it("leaves out what a longer job builds anyway", () => {
    expect(
      spans(
        missing("daily", "2021-05-31", "2021-07-02"),
        missing("hourly", "2021-06-03T04:00", "2021-06-03T05:00"),
        missing("hourly", "2021-08-03T04:00", "2021-08-03T05:00"),
        missing("daily", "2021-05-31", "2021-06-01"),
      ),
    ).toEqual([
      "daily 2021-05-31T00:00",
      "monthly 2021-06-01T00:00",
      "daily 2021-07-01T00:00",
      "hourly 2021-08-03T04:00",
    ]);
  });

  it("wants nothing where nothing is missing", () => {
    expect(jobsFor([], "person")).toEqual([]);
    expect(jobsFor([{ ...missing("daily", "2021-06-30", "2021-07-01"), end: 0 }], "person")).toEqual([]);
  });

  it("passes on that everything is to be rebuilt", () => {
    const blocks = missing("daily", "2021-06-30", "2021-07-01");
    expect(jobsFor([blocks], "operator", { force: true })[0]?.force).toBe(true);
  });

  it("covers each missing block exactly once, in order, with nothing but missing blocks", () => {
    const periods = ["persecond", "perminute", "hourly", "daily", "monthly"] as const;
    fc.assert(
      fc.property(
        fc.constantFrom(...periods),
        fc.integer({ min: -1e5, max: 1e5 }),
        fc.integer({ min: 1, max: 5000 }),
        (period, first, count) => {
          const level = { sourceId: "A", params: [], period };
          const jobs = jobsFor([{ level, first, end: first + count }], "prefetch");
          let next = first;
          for (const job of jobs) {
            const { first: begin, end } = blocksOf(blockRange(job.number, job.period), period);
            expect(begin).toBe(next);
            next = end;
          }
          expect(next).toBe(first + count);
        },
      ),
      { numRuns: 100 },
    );
  });
});
