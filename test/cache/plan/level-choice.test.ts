import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Level } from "../../../cache/level.js";
import { type BinMaking, chooseLevel, levelChoices } from "../../../cache/plan/level-choice.js";
import { levelReading } from "../../../cache/plan/level-reading.js";
import { neededBlocks } from "../../../cache/plan/plan-cover.js";
import { parseTimeRange } from "../../../stream/time.js";
import { inRange, level, microseconds, modelBins, modelBlock, timeRange } from "./plan-model.js";

/** The example of das2-server 15.4. */
const EXAMPLE = [level("daily", 0, 0), level("daily", 1, 1), level("daily", 60, 2)];
const RANGE = parseTimeRange("2021-06-30 to 2021-07-10");

function chosen(levels: readonly Level[], resolution?: number, bins: BinMaking = "joined") {
  return chooseLevel(levels, resolution === undefined ? { bins } : { resolution, bins });
}

describe("the choice of a level (das2-server 15.4, 15.5)", () => {
  it.each<[number | undefined, number]>([
    [43.2, 1],
    [120, 2],
    [60, 2],
    [59.99995, 2],
    [59.99993, 1],
    [1, 1],
    [0.5, 0],
    [undefined, 0],
  ])("a request for %s s takes level %i", (resolution, number) => {
    expect(chosen(EXAMPLE, resolution)?.level.number).toBe(number);
  });

  it("takes the lowest number of levels of one width, and none where all are wider or have bins", () => {
    const twins = [level("monthly", 60, 7), level("daily", 60, 3), level("hourly", 60, 5)];
    expect(chosen(twins, 100)?.level.number).toBe(3);
    expect(chosen(twins, 50)).toBeUndefined();
    expect(chosen(twins)).toBeUndefined();
    expect(chosen([], 60)).toBeUndefined();
  });

  it("offers the next best where a level has too many blocks", () => {
    const choices = levelChoices(EXAMPLE, { resolution: 130, bins: "joined" });
    expect(choices).toMatchObject([
      { level: { number: 2 }, use: "reduce", seconds: 120, anchor: "epoch" },
      { level: { number: 1 }, use: "reduce", seconds: 130, anchor: "epoch" },
      { level: { number: 0 }, use: "reduce", seconds: 130, anchor: "request" },
    ]);
  });

  it.each<[number, number | "as is"]>([
    [60, "as is"],
    [119, "as is"],
    [119.99995, 120],
    [120, 120],
    [179, 120],
    [1000, 960],
    [86_400, 86_400],
    [1_000_000, 999_960],
  ])("makes of a 60 s level for %f s: %s", (resolution, width) => {
    const use = chosen([level("daily", 60)], resolution);
    expect(use?.use === "reduce" ? use.seconds : use?.use).toBe(width);
  });

  it("has widths without the rounding of a product", () => {
    expect(chosen([level("daily", 0.1)], 0.3)).toMatchObject({ seconds: 0.3 });
    expect(chosen([level("daily", 0.1)], 0.7)).toMatchObject({ seconds: 0.7 });
  });

  it("makes the width asked for of single records, and passes them on where nothing can be reduced", () => {
    const intrinsic = [level("daily", 0)];
    expect(chosen(intrinsic, 43.2)).toMatchObject({ use: "reduce", seconds: 43.2, anchor: "request" });
    expect(chosen(intrinsic, 43.2, "made")).toMatchObject({ use: "reduce", seconds: 43.2 });
    expect(chosen(intrinsic, 43.2, "never")).toMatchObject({ use: "as is" });
    expect(chosen(EXAMPLE, 120, "never")).toMatchObject({ level: { number: 0 }, use: "as is" });
    expect(chosen(intrinsic)).toMatchObject({ use: "as is" });
  });

  it("never joins bins of a reducer that it does not know", () => {
    expect(chosen(EXAMPLE, 3600, "made")).toMatchObject({ level: { number: 2 }, use: "as is" });
  });

  it("leaves a request with a resolution to a reader that reduces by itself", () => {
    expect(chosen(EXAMPLE, 3600, "by the reader")).toBeUndefined();
    expect(chosen(EXAMPLE, undefined, "by the reader")).toMatchObject({ level: { number: 0 }, use: "as is" });
  });

  it("passes by a level whose blocks hold no centre of a bin", () => {
    expect(chosen([level("persecond", 2, 1), level("daily", 1, 2)], 10)?.level.number).toBe(2);
    expect(chosen([level("persecond", 1.9, 1), level("daily", 1, 2)], 1.9)?.level.number).toBe(1);
  });
});

describe("bins made of the bins of a level", () => {
  const divides = fc.constantFrom<Level>(
    level("daily", 600),
    level("hourly", 7.5),
    level("monthly", 3600),
    level("yearly", 21_600),
    level("perminute", 0.5),
  );

  it("are whole bins of the level, the same whatever the range, and those with their centre in it", () => {
    fc.assert(
      fc.property(
        divides,
        fc.double({ min: 2, max: 500, noNaN: true }),
        fc.integer({ min: -4e14, max: 7e14 }),
        fc.double({ min: 1, max: 50, noNaN: true }),
        (of, ratio, begin, bins) => {
          const use = chosen([of], of.seconds * ratio);
          if (use?.use !== "reduce") throw new Error("a level twice as fine is reduced");
          const count = Math.floor(ratio * (1 + 1e-6));
          expect(use.seconds).toBeCloseTo(of.seconds * count, 9);
          const end = begin + Math.ceil(bins * use.seconds * 1e6);
          const reading = levelReading(use, timeRange(begin, end), "auto");
          if (reading === undefined) throw new Error("a range of more than one bin has a centre");
          expect(reading.grid).toEqual({ origin: { day: 0, ns: 0 }, width: use.seconds });
          const width = Math.round(use.seconds * 1e6);
          const first = microseconds(reading.range.begin) / width;
          const last = microseconds(reading.range.end) / width;
          expect(Number.isInteger(first) && Number.isInteger(last)).toBe(true);
          // The first and the last have their centre inside or no further outside than x may be rounded.
          const slack = Math.min(10_000, width / 8);
          expect((first + 0.5) * width).toBeGreaterThanOrEqual(begin - slack);
          expect((first - 0.5) * width).toBeLessThan(begin);
          expect((last - 0.5) * width).toBeLessThan(end + slack);
          expect((last + 0.5) * width).toBeGreaterThanOrEqual(end);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("begin anew at each block where those of the level do, and leave none of them over", () => {
    const awkward = fc.constantFrom<Level>(
      level("daily", 7000), // 12 bins, the last 3400 s shorter
      level("hourly", 700), // 5 bins
      level("perminute", 11.5), // 5 bins
      level("daily", 7), // 12343 bins, a prime
      level("monthly", 100_000),
      level("yearly", 5 * 86_400), // 73 bins
    );
    fc.assert(
      fc.property(
        awkward,
        fc.double({ min: 2, max: 100, noNaN: true }),
        fc.integer({ min: -100, max: 100 }),
        (of, ratio, block) => {
          const use = chosen([of], of.seconds * ratio);
          const counts = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((n) => modelBins(block + n, of).length);
          const joins = (n: number) => n <= ratio * (1 + 1e-6) && counts.every((count) => count % n === 0);
          const most = Array.from({ length: Math.floor(ratio) + 1 }, (_, n) => n).findLast(
            (n) => n > 0 && joins(n),
          );
          if (use?.use !== "reduce") {
            expect(most).toBe(1);
            return;
          }
          expect(use.anchor).toBe("block");
          expect(use.seconds).toBeCloseTo(of.seconds * (most ?? 0), 9);
          // Each of the wide bins has its centre in the block, so none is cut.
          const wide = modelBins(block, { period: of.period, seconds: use.seconds });
          expect(wide).toHaveLength(modelBins(block, of).length / (most ?? 0));
        },
      ),
      { numRuns: 300 },
    );
    expect(chosen([level("daily", 7000)], 30_000)).toMatchObject({ seconds: 28_000 });
    expect(chosen([level("yearly", 432_000)], 864_000)).toMatchObject({ use: "as is" });
  });

  it("need of such a level the bins that they are made of", () => {
    const of = level("daily", 7000);
    const use = chosen([of], 14_000);
    if (use === undefined) throw new Error("a level twice as fine serves");
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 5 * 86_400 }),
        fc.integer({ min: 1, max: 200_000 }),
        (from, length) => {
          const begin = 7000 * 86_400e6 + from * 1e6;
          const end = begin + length * 1e6;
          const wide = { period: of.period, seconds: 14_000 };
          const bins = [-1, 0, 1, 2, 3].flatMap((n) => modelBins(modelBlock(begin, "daily") + n, wide));
          const wanted = bins.filter(({ centre }) => inRange(centre, begin, end));
          const reading = levelReading(use, timeRange(begin, end), []);
          if (wanted.length === 0) {
            expect(reading).toBeUndefined();
            return;
          }
          expect(reading?.grid).toEqual({ origin: "block", width: 14_000 });
          // Seconds are far above the slack, except where an end is on a centre.
          fc.pre(!bins.some(({ centre }) => centre === end));
          expect(reading && microseconds(reading.range.begin)).toBe(wanted[0]?.begin);
          expect(reading && microseconds(reading.range.end)).toBe(wanted.at(-1)?.end);
        },
      ),
    );
  });
});

describe("what is read of a level", () => {
  it("is the range itself where records are passed on", () => {
    const asIs = chosen([level("daily", 60)], 60);
    const records = chosen([level("daily", 0)]);
    expect(asIs && levelReading(asIs, RANGE, "auto")).toEqual({ range: RANGE });
    expect(records && levelReading(records, RANGE, "auto")).toEqual({ range: RANGE });
  });

  it("is nothing where no bin has its centre in the range", () => {
    const short = parseTimeRange("2021-06-30T00:00:31 to 2021-06-30T00:00:55");
    const asIs = chosen([level("daily", 60)], 60);
    const wide = chosen([level("daily", 60)], 3600);
    expect(asIs && levelReading(asIs, short, "auto")).toBeUndefined();
    expect(wide && levelReading(wide, short, "auto")).toBeUndefined();
    expect(neededBlocks(level("daily", 60), short)).toBeUndefined();
  });

  it("is of single records whole bins of the grid that a request has without a cache (das2-server 13.2, 13.4)", () => {
    const use = chosen([level("daily", 0)], 3600);
    const range = parseTimeRange("2021-06-30T10:10 to 2021-06-30T12:20");
    expect(use && levelReading(use, range, "auto")).toEqual({
      grid: { origin: parseTimeRange("2021-06-30T10:00 to 2021-07-01").begin, width: 3600 },
      range: parseTimeRange("2021-06-30T10:00 to 2021-06-30T13:00"),
    });
    // So short a range is one bin about its middle.
    const short = parseTimeRange("2021-06-30T10:10 to 2021-06-30T10:20");
    expect(use && levelReading(use, short, "auto")).toEqual({
      grid: { origin: parseTimeRange("2021-06-30T09:45 to 2021-07-01").begin, width: 3600 },
      range: short,
    });
  });
});
