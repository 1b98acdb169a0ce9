import { describe, expect, test } from "vitest";
import type { BlockSpan } from "../../../cache/block-number.js";
import { canBeMadeOf, planBuild } from "../../../cache/build/build-plan.js";
import type { Claim } from "../../../cache/index/block-index.js";
import type { Level } from "../../../cache/level.js";
import { JUNE_30_DAY, levelOf } from "./sample-build.js";

const fine = levelOf("/nowhere", "60 s", "daily", 0);
const wide = levelOf("/nowhere", "3600 s", "monthly", 1);
/** June 2021: 21 years and five months after January 2000. */
const JUNE = 21 * 12 + 5;
const FIRST = JUNE_30_DAY - 29;

function claims(...numbers: readonly number[]): readonly Claim[] {
  return numbers.map((number) => ({ number, token: String(number), changes: 0 }));
}

function days(first: number, count: number): readonly Claim[] {
  return claims(...Array.from({ length: count }, (_, place) => first + place));
}

/** The plan, with numbers for claims and days of June for instants. */
async function planOf(
  claimed: readonly { readonly level: Level; readonly claims: readonly Claim[] }[],
  isPresent: (span: BlockSpan) => boolean = () => true,
  isJoinable = true,
) {
  const { runs, finer } = await planBuild({
    levels: [wide, fine],
    claimed,
    isJoinable: () => isJoinable,
    isPresent: async (_level, span) => isPresent(span),
  });
  return {
    runs: runs.map(({ range, levels }) => ({
      days: [range.begin.day - FIRST + 1, range.end.day - FIRST + 1],
      levels: levels.map(({ level, claims: some }) => [level.resolutionName, some.length]),
    })),
    finer: finer.map(({ level, claims: some, from }) => [
      level.resolutionName,
      from.resolutionName,
      some.map(({ number }) => number),
    ]),
  };
}

describe("what is read and what is made of finer blocks", () => {
  test("all that is missing together is read once, for all levels", async () => {
    const all = [
      { level: wide, claims: claims(JUNE) },
      { level: fine, claims: days(FIRST, 30) },
    ];
    expect(await planOf(all)).toEqual({
      runs: [
        {
          days: [1, 31],
          levels: [
            ["bin-60s", 30],
            ["bin-3600s", 1],
          ],
        },
      ],
      finer: [],
    });
  });

  test("a month of which one day is missing is made of its days when that is there", async () => {
    const some = [
      { level: wide, claims: claims(JUNE) },
      { level: fine, claims: days(FIRST + 9, 1) },
    ];
    expect(await planOf(some)).toEqual({
      runs: [{ days: [10, 11], levels: [["bin-60s", 1]] }],
      finer: [["bin-3600s", "bin-60s", [JUNE]]],
    });
  });

  test("a month with a day that is neither there nor coming is read", async () => {
    const some = [
      { level: wide, claims: claims(JUNE) },
      { level: fine, claims: days(FIRST + 9, 1) },
    ];
    expect(await planOf(some, ({ first, end }) => first > FIRST + 3 || end <= FIRST + 3)).toEqual({
      runs: [
        {
          days: [1, 31],
          levels: [
            ["bin-60s", 1],
            ["bin-3600s", 1],
          ],
        },
      ],
      finer: [],
    });
  });

  test("what wider bins cannot be made of is read", async () => {
    const one = [{ level: wide, claims: claims(JUNE) }];
    expect((await planOf(one, () => true, false)).finer).toEqual([]);
    expect((await planOf(one, () => true, false)).runs).toHaveLength(1);
  });

  test("days far from each other are read by themselves, near ones together", async () => {
    const far = [{ level: fine, claims: claims(FIRST, FIRST + 29) }];
    expect((await planOf(far)).runs.map((run) => run.days)).toEqual([
      [1, 2],
      [30, 31],
    ]);
    const near = [{ level: fine, claims: claims(FIRST, FIRST + 2) }];
    expect((await planOf(near)).runs).toEqual([{ days: [1, 4], levels: [["bin-60s", 2]] }]);
  });
});

describe("wider bins are whole finer bins", () => {
  test.each([
    ["60 s daily", "10 s daily", true],
    ["60 s daily", "10 s hourly", true],
    ["3600 s hourly", "600 s daily", true],
    // A bin of the day and a half has its begin in the middle of one.
    ["60 s daily", "7 s hourly", false],
    ["90 s daily", "60 s daily", false],
    // Bins of 7 s begin anew at each hour.
    ["700 s daily", "7 s daily", false],
    ["60 s daily", "60 s daily", false],
    ["86400 s monthly", "7200 s daily", true],
    // Hours do not begin on bins of two hours.
    ["14400 s hourly", "7200 s daily", false],
    ["0.3 s perminute", "0.1 s perminute", true],
  ])("%s of %s: %s", (level, finer, expected) => {
    const [a, b] = [level, finer].map((text) => {
      const [width, unit, period] = text.split(" ");
      return levelOf("/nowhere", `${width} ${unit}`, period as Level["period"]);
    });
    expect(canBeMadeOf(a!, b!)).toBe(expected);
  });
});
