import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  drmsToTime,
  drmsToUs2000,
  timeRangeToDrms,
  timeToDrms,
  us2000ToDrms,
} from "../../../netdrms/times/house-time.js";
import { parseDrmsTime } from "../../../netdrms/times/scan-time.js";
import { dayNumber } from "../../../stream/calendar.js";
import { FILL_TIME, makeTime, parseTime, timeToUs2000 } from "../../../stream/time.js";
import { timeToTt2000Exact } from "../../../stream/tt2000.js";

const MISSING = -211_087_684_832.184;

describe("a DRMS time as an instant of the house", () => {
  it("is the same second of UTC", () => {
    expect(drmsToTime(1051747234)).toEqual(makeTime(2010, 5, 1));
    expect(drmsToTime(16)).toEqual(makeTime(1977, 1, 1));
    expect(drmsToTime(1051747234.25)).toEqual(makeTime(2010, 5, 1, 0, 0, 0.25));
    expect(timeToDrms(makeTime(2010, 5, 1))).toBe(1051747234);
    expect(timeToDrms(parseTime("1999-12-31T23:59:59.5"))).toBe(725760031.5);
    // Before the reform the calendars differ and the days do not.
    expect(drmsToTime(Number(parseDrmsTime("1582.10.04_TAI")))).toEqual(makeTime(1582, 10, 14));
  });

  it("lies beyond the end of the day in a leap second", () => {
    const leap = { day: dayNumber(2016, 12, 31), ns: 86_400.5e9 };
    expect(drmsToTime(1262304036.5)).toEqual(leap);
    expect(timeToDrms(leap)).toBe(1262304036.5);
    expect(drmsToUs2000(1262304036.5)).toBe(timeToUs2000(leap));
    expect(drmsToTime(1262304037)).toEqual(makeTime(2017, 1, 1));
  });

  it("that rounds up to the next second is that second", () => {
    expect(drmsToTime(16 - 2 ** -40)).toEqual(makeTime(1977, 1, 1));
  });

  it("is the fill where it is missing or not finite", () => {
    for (const t of [MISSING, MISSING + 0.1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(drmsToTime(t)).toEqual(FILL_TIME);
      expect(drmsToUs2000(t)).toBeNaN();
    }
    expect(us2000ToDrms(Number.NaN)).toBeNaN();
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
    fc.assert(
      fc.property(instant, (t) => {
        expect(timeToDrms(t)).toBe(Number(`${timeToTt2000Exact(t) + epoch}e-9`));
      }),
    );
  });

  it("there and back give the same to the resolution of a binary64", () => {
    fc.assert(
      fc.property(instant, (t) => {
        const seconds = timeToDrms(t);
        const back = drmsToTime(seconds);
        const difference = (back.day - t.day) * 86_400e9 + back.ns - t.ns;
        expect(Math.abs(difference)).toBeLessThanOrEqual(500);
        expect(timeToDrms(back)).toBe(seconds);
      }),
    );
  });

  it("by way of microseconds since 2000 agree with those by way of instants", () => {
    fc.assert(
      fc.property(instant, (t) => {
        const seconds = timeToDrms(t);
        expect(Math.abs(drmsToUs2000(seconds) - timeToUs2000(t))).toBeLessThanOrEqual(1.5);
        expect(Math.abs(us2000ToDrms(timeToUs2000(t)) - seconds)).toBeLessThanOrEqual(1e-6);
      }),
    );
    expect(drmsToUs2000(1051747234.5)).toBe((dayNumber(2010, 5, 1) * 86_400 + 0.5) * 1e6);
    expect(us2000ToDrms((dayNumber(2010, 5, 1) * 86_400 + 0.5) * 1e6)).toBe(1051747234.5);
  });

  it("take a range", () => {
    const range = { begin: makeTime(2010, 5, 1), end: makeTime(2010, 5, 2) };
    expect(timeRangeToDrms(range)).toEqual({ begin: 1051747234, end: 1051747234 + 86_400 });
  });
});
