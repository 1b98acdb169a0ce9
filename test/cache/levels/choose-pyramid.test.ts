import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { choosePyramid, DEFAULT_PYRAMID, describePyramid } from "../../../cache/levels/choose-pyramid.js";
import type { Measurement } from "../../../cache/levels/measurement.js";
import { cacheLevel } from "../../../dsdf/cache-levels.js";

const YEAR = 365.25 * 86_400;
/** Lengths of the shortest blocks, seconds. */
const LENGTHS = {
  persecond: 1,
  perminute: 60,
  hourly: 3600,
  daily: 86_400,
  monthly: 28 * 86_400,
  yearly: 365 * 86_400,
};
const PERIODS = Object.keys(LENGTHS);

function measured(cadence: number, recordBytes: number, channels = 1): Measurement {
  return {
    cadence,
    channels,
    recordBytes,
    bytesPerSecond: cadence > 0 ? recordBytes / cadence : 0,
    packets: 1000,
    spanSeconds: 1000 * cadence,
  };
}

function levels(of: Measurement, spanSeconds: number): string[] {
  return choosePyramid(of, spanSeconds).map(({ folder, period }) => `${folder} ${period}`);
}

describe("the levels of a source by its cadence and size", () => {
  it("spectra once a second for 31 years, a terabyte: five levels of some 8 times each", () => {
    // Ratios 12, 10, 9 and 8. Blocks: 8640 * 1036 B = 9.0 MB, 20160 * 1036 B = 20.9 MB (a day has 0.7 MB), 2016 * 1036 B = 2.1 MB, ...
    expect(levels(measured(1, 1036, 256), 31 * YEAR)).toEqual([
      "bin-10s daily",
      "bin-120s monthly",
      "bin-1200s monthly",
      "bin-10800s yearly",
      "bin-86400s yearly",
    ]);
  });

  it("three numbers a minute for a year: every record, and bins up to an overview", () => {
    // 10.5 MB in all. 1 year / 3 h = 2922 bins, 1 year / 2 h = 4383.
    expect(levels(measured(60, 20, 3), YEAR)).toEqual([
      "intrinsic yearly",
      "bin-600s yearly",
      "bin-10800s yearly",
    ]);
  });

  it("a waveform of 100,000 samples a second for a year: widths in parts of a millisecond, blocks of a minute", () => {
    const found = levels(measured(1e-5, 12), YEAR);
    expect(found[0]).toBe("bin-0p1ms perminute");
    expect(found.at(-1)).toBe("bin-10800s yearly");
  });

  it("has no bins where an overview holds every record", () => {
    expect(levels(measured(3600, 100), 3600 * 4000)).toEqual(["intrinsic yearly"]);
    expect(levels(measured(3600, 100), 3600 * 4100)).toHaveLength(2);
  });

  it("is of nothing where nothing was measured", () => {
    expect(choosePyramid(measured(0, 100), YEAR)).toEqual([]);
    expect(choosePyramid(measured(1, 100), 0)).toEqual([]);
  });

  it("takes bins of no more bytes than the raw stream has, where a source is silent most of the time", () => {
    // Bursts of samples a millisecond apart, a kilobyte an hour on average: blocks of minutes would be empty ones.
    const bursts = { ...measured(1e-3, 12), bytesPerSecond: 1000 / 3600 };
    const found = choosePyramid(bursts, 20 * YEAR);
    expect(found.every(({ period }) => period === "monthly" || period === "yearly")).toBe(true);
  });

  const anySource = fc.record({
    cadence: fc.double({ min: Math.log(1e-6), max: Math.log(86_400), noNaN: true }).map(Math.exp),
    recordBytes: fc.integer({ min: 12, max: 100_000 }),
    span: fc.double({ min: Math.log(100), max: Math.log(100 * YEAR), noNaN: true }).map(Math.exp),
  });

  it("nests: each width is whole bins of the one below and at least four times as wide, all divide a day", () => {
    fc.assert(
      fc.property(anySource, ({ cadence, recordBytes, span }) => {
        const found = choosePyramid(measured(cadence, recordBytes), span);
        expect(found.map(({ number }) => number)).toEqual(found.map((_, index) => index));
        const widths = found
          .filter(({ seconds }) => seconds > 0)
          .map(({ seconds }) => Math.round(seconds * 1e9));
        for (const [index, width] of widths.entries()) {
          expect(86_400e9 % width).toBe(0);
          const finer = widths[index - 1];
          if (finer === undefined) expect(width / 1e9).toBeGreaterThanOrEqual(cadence * 7.9);
          else {
            expect(width % finer).toBe(0);
            expect(width / finer).toBeGreaterThanOrEqual(4);
          }
        }
        // Only a day is too fine for an overview, and only of the last.
        for (const width of widths.slice(0, -1)) expect(span / (width / 1e9)).toBeGreaterThan(4000);
      }),
      { numRuns: 1000 },
    );
  });

  it("has blocks of whole bins, at least 16 of them, in periods that nest as well", () => {
    fc.assert(
      fc.property(anySource, ({ cadence, recordBytes, span }) => {
        const found = choosePyramid(measured(cadence, recordBytes), span);
        let shortest = 0;
        for (const { seconds, period } of found) {
          const length = LENGTHS[period];
          if (seconds > 0) {
            expect(Math.round(length * 1e9) % Math.round(seconds * 1e9)).toBe(0);
            expect(length / seconds).toBeGreaterThanOrEqual(16);
          }
          expect(span / length).toBeLessThanOrEqual(1e6);
          expect(PERIODS.indexOf(period)).toBeGreaterThanOrEqual(shortest);
          shortest = PERIODS.indexOf(period);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("has blocks between a quarter of a megabyte and 64 MB, unless there would be too many or too few bins", () => {
    fc.assert(
      fc.property(anySource, ({ cadence, recordBytes, span }) => {
        for (const { seconds, period } of choosePyramid(measured(cadence, recordBytes), span)) {
          const length = LENGTHS[period];
          const bytes = (length * recordBytes) / (seconds === 0 ? cadence : seconds);
          const shorter = LENGTHS[PERIODS[PERIODS.indexOf(period) - 1] as keyof typeof LENGTHS]; // undefined for the first
          if (bytes > 64e6)
            expect(
              shorter === undefined || span / shorter > 100_000 || shorter / (seconds || cadence) < 16,
            ).toBe(true);
          if (bytes < 0.25e6) expect(period).toBe("yearly");
        }
      }),
      { numRuns: 500 },
    );
  });

  it("keeps every record of a source up to the limit, and of none above it", () => {
    const of = measured(1, 100);
    const most = DEFAULT_PYRAMID.mostRawBytes / 100;
    expect(choosePyramid(of, most)[0]?.seconds).toBe(0);
    expect(choosePyramid(of, most * 1.01)[0]?.seconds).toBe(10);
  });

  it("is described in lines that name a level as a definition does", () => {
    const of = measured(60, 20, 3);
    // 365 days of 600 s are 52560 bins of 20 bytes.
    expect(describePyramid(choosePyramid(of, YEAR), of, YEAR)).toEqual([
      "intrinsic yearly: about 525600 records and 10.5 MB a block, 2 blocks",
      "bin-600s yearly: about 52560 bins and 1.1 MB a block, 2 blocks",
      "bin-10800s yearly: about 2920 bins and 58.4 kB a block, 2 blocks",
    ]);
    expect(cacheLevel(1, "600 s | yearly")).toEqual(choosePyramid(of, YEAR)[1]);
  });
});
