import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blocksOf } from "../../cache/block-number.js";
import type { BlockRun, BlockState } from "../../cache/block-state.js";
import { chosenBlocks, gapsOf } from "../../cgi/cache/block-runs.js";
import { type DrawnState, drawnRuns } from "../../cgi/cache/drawn-runs.js";
import { blockPlace, ticks } from "../../cgi/cache/time-scale.js";
import { parseTime } from "../../stream/time.js";

/** Runs of the states, each with so many blocks, from block `first` on. */
function runsOf(pieces: readonly (readonly [BlockState, number])[], first = 0): BlockRun[] {
  const runs: BlockRun[] = [];
  let at = first;
  for (const [state, count] of pieces) {
    const last = runs.at(-1);
    if (last?.state === state) runs[runs.length - 1] = { ...last, end: at + count };
    else runs.push({ first: at, end: at + count, state });
    at += count;
  }
  return runs;
}

const shortened = (drawn: ReturnType<typeof drawnRuns>) =>
  drawn.map(({ from, to, state }): [number, number, DrawnState] => [from, to, state]);

const range = (begin: string, end: string) => ({ begin: parseTime(begin), end: parseTime(end) });

describe("a bar of blocks", () => {
  it("has columns in proportion where blocks are wider than columns", () => {
    const runs = runsOf([
      ["present", 2],
      ["absent", 1],
      ["empty", 1],
    ]);
    expect(shortened(drawnRuns(runs, 8))).toEqual([
      [0, 4, "present"],
      [4, 6, "absent"],
      [6, 8, "empty"],
    ]);
  });

  it("shows a single missing minute of a year in every width, with its date", () => {
    const runs = runsOf([
      ["present", 300_000],
      ["absent", 1],
      ["present", 225_599],
    ]);
    for (const width of [1, 2, 7, 200, 300, 5000]) {
      const gaps = drawnRuns(runs, width).filter(({ state }) => state === "part");
      expect(gaps).toHaveLength(1);
      expect(gaps[0]).toMatchObject({ counts: { absent: 1, stale: 0, empty: 0 } });
      expect(gaps[0]?.from).toBe(Math.floor((300_000 * width) / 525_600));
      expect(gaps[0]?.first).toBeLessThanOrEqual(300_000);
      expect(gaps[0]?.end).toBeGreaterThan(300_000);
    }
  });

  it("shows what is out of date apart from what is missing, and data among empty blocks", () => {
    const runs = runsOf([
      ["stale", 10],
      ["absent", 5],
      ["stale", 5],
      ["empty", 5],
      ["present", 5],
      ["empty", 10],
      ["stale", 5],
      ["empty", 5],
    ]);
    expect(shortened(drawnRuns(runs, 5))).toEqual([
      [0, 1, "stale"],
      [1, 2, "absent"],
      [2, 3, "present"],
      [3, 4, "empty"],
      [4, 5, "part"],
    ]);
  });

  it("is nothing without blocks and without width", () => {
    expect(drawnRuns([], 10)).toEqual([]);
    expect(drawnRuns(runsOf([["present", 3]]), 0)).toEqual([]);
  });

  it("never hides a gap and never shows one that is none, whatever the runs and the width", () => {
    const states = fc.constantFrom<BlockState>("present", "empty", "stale", "absent");
    const pieces = fc.array(fc.tuple(states, fc.integer({ min: 1, max: 40 })), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(
        pieces,
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: -90, max: 90 }),
        (made, width, first) => {
          const runs = runsOf(made, first);
          const count = (runs.at(-1)?.end ?? 0) - first;
          // The columns of the n-th block in whole numbers: from the one that it begins in to the one that the next begins in.
          const begin = (n: number) => (n * width - ((n * width) % count)) / count;
          const columns = (n: number) => ({ from: begin(n), to: Math.max(begin(n) + 1, begin(n + 1)) });
          const blocks = runs.flatMap((run) =>
            Array.from({ length: run.end - run.first }, (_, n) => ({
              n: run.first - first + n,
              state: run.state,
            })),
          );
          const drawn = drawnRuns(runs, width);
          // Side by side over the whole width, neighbours unlike.
          expect(drawn.map(({ from }) => from)).toEqual([0, ...drawn.slice(0, -1).map(({ to }) => to)]);
          expect(drawn.at(-1)?.to).toBe(width);
          for (const [index, one] of drawn.entries()) {
            expect(one.state).not.toBe(drawn[index - 1]?.state);
            const inside = blocks.filter(({ n }) => columns(n).to > one.from && columns(n).from < one.to);
            const tally = { present: 0, empty: 0, stale: 0, absent: 0 };
            for (const { state } of inside) tally[state] += 1;
            expect(one.counts).toEqual(tally);
            expect([one.first, one.end]).toEqual([
              first + (inside[0]?.n ?? 0),
              first + (inside.at(-1)?.n ?? 0) + 1,
            ]);
            for (let column = one.from; column < one.to; column++) {
              const here = new Set(
                blocks
                  .filter(({ n }) => columns(n).from <= column && columns(n).to > column)
                  .map(({ state }) => state),
              );
              const isGap = here.has("absent") || here.has("stale");
              const isGood = here.has("present") || here.has("empty");
              const expected = isGap
                ? isGood
                  ? "part"
                  : here.has("absent")
                    ? "absent"
                    : "stale"
                : here.has("present")
                  ? "present"
                  : "empty";
              expect(one.state).toBe(expected);
            }
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it("has months as long as they are", () => {
    const year = range("2021-01-01", "2022-01-01");
    const { first } = blocksOf(year, "monthly");
    const runs = runsOf(
      [
        ["present", 1],
        ["absent", 1],
        ["present", 10],
      ],
      first,
    );
    expect(shortened(drawnRuns(runs, 365, blockPlace(year, "monthly", 365)))).toEqual([
      [0, 31, "present"],
      [31, 59, "absent"],
      [59, 365, "present"],
    ]);
  });

  it("shows the parts inside of blocks that reach beyond the range", () => {
    const some = range("2021-06-30T12:00", "2021-07-02T12:00");
    const runs = runsOf(
      [
        ["present", 1],
        ["absent", 1],
        ["stale", 1],
      ],
      blocksOf(some, "daily").first,
    );
    expect(shortened(drawnRuns(runs, 4, blockPlace(some, "daily", 4)))).toEqual([
      [0, 1, "present"],
      [1, 3, "absent"],
      [3, 4, "stale"],
    ]);
  });
});

describe("the axis of a bar", () => {
  const labels = (begin: string, end: string, most = 7) =>
    ticks(range(begin, end), most).map(({ label }) => label);

  it.each([
    ["2004-01-01", "2017-09-16", ["2005", "2010", "2015"]],
    ["1977-09-05", "2021-07-01", ["1980", "1990", "2000", "2010", "2020"]],
    ["2019-01-01", "2021-07-01", ["2019-01", "2019-07", "2020-01", "2020-07", "2021-01"]],
    [
      "2021-02-01",
      "2021-03-01",
      ["2021-02-01", "2021-02-06", "2021-02-11", "2021-02-16", "2021-02-21", "2021-02-26"],
    ],
    [
      "2021-06-25",
      "2021-07-06",
      ["2021-06-25", "2021-06-27", "2021-06-29", "2021-07-01", "2021-07-03", "2021-07-05"],
    ],
    [
      "2020-02-28",
      "2020-03-02",
      ["02-28 00:00", "02-28 12:00", "02-29 00:00", "02-29 12:00", "03-01 00:00", "03-01 12:00"],
    ],
    ["2021-06-11T11:00", "2021-06-11T13:00", ["11:00", "11:30", "12:00", "12:30"]],
    [
      "2021-06-11T11:00",
      "2021-06-11T11:01",
      ["11:00:00", "11:00:10", "11:00:20", "11:00:30", "11:00:40", "11:00:50"],
    ],
  ])("from %s to %s has marks that people expect", (begin, end, expected) => {
    expect(labels(begin, end)).toEqual(expected);
  });

  it("has as many marks as asked for at most, each inside of the range and behind the one before", () => {
    const days = fc.integer({ min: -700_000, max: 2_800_000 });
    const seconds = fc.integer({ min: 0, max: 40 }).map((power) => 2 ** power);
    fc.assert(
      fc.property(days, seconds, fc.integer({ min: 2, max: 12 }), (day, length, most) => {
        const begin = { day, ns: 0 };
        const end = { day: day + Math.floor(length / 86_400), ns: (length % 86_400) * 1e9 };
        const marks = ticks({ begin, end }, most);
        expect(marks.length).toBeLessThanOrEqual(most);
        let before = -1;
        for (const { at } of marks) {
          expect(at).toBeGreaterThan(before);
          expect(at).toBeLessThan(1);
          before = at;
        }
        expect(marks[0]?.at ?? 0).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 500 },
    );
  });

  it("has none for a range of nothing", () => {
    expect(labels("2021-06-11", "2021-06-11")).toEqual([]);
  });
});

describe("gaps", () => {
  it("are what is missing or out of date, side by side as one, all counted and some listed", () => {
    const runs = runsOf([
      ["absent", 2],
      ["stale", 1],
      ["present", 3],
      ["stale", 4],
      ["empty", 1],
      ["absent", 1],
    ]);
    const { count, list } = gapsOf(runs, "daily", 2);
    expect(count).toBe(3);
    expect(list).toEqual([
      {
        state: "absent",
        begin: "2000-01-01",
        end: "2000-01-04",
        firstBlock: "2000-01-01",
        lastBlock: "2000-01-03",
        counts: { present: 0, empty: 0, stale: 1, absent: 2 },
      },
      {
        state: "stale",
        begin: "2000-01-07",
        end: "2000-01-11",
        firstBlock: "2000-01-07",
        lastBlock: "2000-01-10",
        counts: { present: 0, empty: 0, stale: 4, absent: 0 },
      },
    ]);
    expect(gapsOf(runsOf([["present", 5]]), "daily", 2)).toEqual({ count: 0, list: [] });
  });
});

describe("blocks that are asked for their size", () => {
  it("are all that are on record where they are few", () => {
    const runs = runsOf([
      ["present", 2],
      ["absent", 5],
      ["empty", 1],
      ["stale", 1],
    ]);
    expect(chosenBlocks(runs, 4)).toEqual([0, 1, 7, 8]);
    expect(chosenBlocks(runs, 100)).toEqual([0, 1, 7, 8]);
    expect(chosenBlocks(runsOf([["absent", 5]]), 100)).toEqual([]);
  });

  it("are spread over all of them where they are many, each once", () => {
    const runs = runsOf([
      ["present", 500],
      ["absent", 10_000],
      ["present", 500],
    ]);
    const chosen = chosenBlocks(runs, 10);
    expect(chosen).toEqual([50, 150, 250, 350, 450, 10_550, 10_650, 10_750, 10_850, 10_950]);
    expect(new Set(chosenBlocks(runs, 999)).size).toBe(999);
  });
});
