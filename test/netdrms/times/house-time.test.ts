import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drmsToUs2000, timeRangeToDrms, timeToDrms } from "../../../netdrms/times/house-time.js";
import { parseDrmsTime } from "../../../netdrms/times/scan-time.js";
import { dayNumber } from "../../../stream/calendar.js";
import { makeTime, parseTime, timeToUs2000 } from "../../../stream/time.js";
import { tt2000ToTime } from "../../../stream/tt2000.js";

const MISSING = -211_087_684_832.184;

describe("a DRMS time as a time of the house", () => {
  it("is the same second of UTC", () => {
    const pairs = [
      [1051747234, makeTime(2010, 5, 1)],
      [16, makeTime(1977, 1, 1)],
      [1051747234.25, makeTime(2010, 5, 1, 0, 0, 0.25)],
      [725760031.5, parseTime("1999-12-31T23:59:59.5")],
    ] as const;
    for (const [seconds, time] of pairs) {
      expect(drmsToUs2000(seconds)).toBe(timeToUs2000(time));
      expect(timeToDrms(time)).toBe(seconds);
    }
    // Before the reform the calendars differ and the days do not.
    expect(drmsToUs2000(Number(parseDrmsTime("1582.10.04_TAI")))).toBe(timeToUs2000(makeTime(1582, 10, 14)));
  });

  it("lies beyond the end of the day in a leap second, which streams have as the last microsecond of that day", () => {
    const leap = { day: dayNumber(2016, 12, 31), ns: 86_400.5e9 };
    expect(timeToDrms(leap)).toBe(1262304036.5);
    expect(drmsToUs2000(1262304036.5)).toBe(timeToUs2000(makeTime(2017, 1, 1)) - 1);
    expect(drmsToUs2000(1262304036.5)).toBe(timeToUs2000(leap));
    expect(drmsToUs2000(1262304037)).toBe(timeToUs2000(makeTime(2017, 1, 1)));
  });

  it("is no number where it is missing or not finite", () => {
    for (const t of [MISSING, MISSING + 0.1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(drmsToUs2000(t)).toBeNaN();
  });
});

const instant = fc.record({
  day: fc.integer({ min: dayNumber(1972, 1, 1), max: dayNumber(2200, 1, 1) }),
  ns: fc.integer({ min: 0, max: 86_400e9 - 1 }),
});

describe("conversions", () => {
  it("keep step with TT2000, which counts the same seconds from another epoch", () => {
    // TT2000 is 0 at 2000-01-01T12:00:00 TT = 11:59:27.816 TAI, which is 8400.5 days - 32.184 s after 1977.01.01 TAI.
    const epoch = 8400n * 86_400_000_000_000n + 43_200_000_000_000n - 32_184_000_000n;
    // From 1972 to beyond 2090; leap seconds among them.
    const tt2000 = fc.bigInt({ min: -883_655_957_816_000_000n, max: 3_000_000_000_000_000_000n });
    fc.assert(
      fc.property(tt2000, (ns) => {
        expect(timeToDrms(tt2000ToTime(ns))).toBe(Number(`${ns + epoch}e-9`));
      }),
      { examples: [[536_500_868_184_000_000n], [536_500_868_683_999_999n]] },
    );
  });

  it("there and back give the same to the microsecond that streams tell apart", () => {
    fc.assert(
      fc.property(instant, (t) => {
        expect(Math.abs(drmsToUs2000(timeToDrms(t)) - timeToUs2000(t))).toBeLessThanOrEqual(1.5);
      }),
    );
    expect(drmsToUs2000(1051747234.5)).toBe((dayNumber(2010, 5, 1) * 86_400 + 0.5) * 1e6);
  });

  it("take a range", () => {
    const range = { begin: makeTime(2010, 5, 1), end: makeTime(2010, 5, 2) };
    expect(timeRangeToDrms(range)).toEqual({ begin: 1051747234, end: 1051747234 + 86_400 });
  });
});
