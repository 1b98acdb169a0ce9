import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isDasError } from "../../errors/das-error.js";
import { dateOfDay, dayNumber } from "../../stream/calendar.js";
import {
  addSeconds,
  calendar,
  compareTimes,
  formatTime,
  makeTime,
  parseTime,
  parseTimeRange,
  type Time,
  timeToUs2000,
  us2000ToTime,
} from "../../stream/time.js";

const DAY_2000 = Date.UTC(2000, 0, 1) / 86_400_000;
const anyTime = fc.record({
  day: fc.integer({ min: dayNumber(1, 1, 2), max: dayNumber(9999, 12, 31) }),
  ns: fc.integer({ min: 0, max: 86_400e9 - 1 }),
});
const recentTime = fc.record({
  day: fc.integer({ min: -30_000, max: 30_000 }),
  ns: fc.integer({ min: 0, max: 86_400e9 - 1 }),
});

function read(text: string, options = {}): string {
  return formatTime(parseTime(text, options), 9)
    .replace(/(\.\d*?)0+$/, "$1")
    .replace(/\.$/, "");
}

/** The nearest double to so many nanoseconds in microseconds, by way of the decimal reader of the language. */
function nearestUs(t: Time): number {
  const ns = BigInt(t.day) * 86_400_000_000_000n + BigInt(t.ns);
  const digits = String(ns < 0n ? -ns : ns).padStart(4, "0");
  return Number(`${ns < 0n ? "-" : ""}${digits.slice(0, -3)}.${digits.slice(-3)}`);
}

describe("calendar", () => {
  it("agrees with the calendar of the language on every day of years 1 to 9999", () => {
    for (let day = dayNumber(1, 1, 1); day <= dayNumber(9999, 12, 31); day += 1) {
      const date = dateOfDay(day);
      if (dayNumber(date.year, date.month, date.day) !== day) throw new Error(`day ${day}`);
      if (day % 7 !== 0) continue;
      const other = new Date((day + DAY_2000) * 86_400_000);
      if (
        other.getUTCFullYear() !== date.year ||
        other.getUTCMonth() + 1 !== date.month ||
        other.getUTCDate() !== date.day
      )
        throw new Error(`day ${day}`);
    }
    expect(dayNumber(2000, 1, 1)).toBe(0);
    expect(dayNumber(1970, 1, 1)).toBe(-10_957);
  });

  it("carries fields outside their ranges", () => {
    expect(makeTime(2020, 13, 0)).toEqual(makeTime(2020, 12, 31));
    expect(makeTime(2020, 0, 1)).toEqual(makeTime(2019, 12, 1));
    expect(makeTime(2020, 2, 30, 24, 60, 61.5)).toEqual(makeTime(2020, 3, 2, 1, 1, 1.5));
    expect(makeTime(2020, 1, 1, 0, 0, -0.25)).toEqual(makeTime(2019, 12, 31, 23, 59, 59.75));
    expect(makeTime(2020, 1, 1, 23, 59, 59.9999999999)).toEqual(makeTime(2020, 1, 2));
  });

  it("gives the fields of an instant", () => {
    expect(calendar(makeTime(2020, 12, 31, 23, 59, 58.000000001))).toEqual({
      year: 2020,
      month: 12,
      day: 31,
      dayOfYear: 366,
      hour: 23,
      minute: 59,
      second: 58,
      ns: 1,
    });
    expect(calendar({ day: dayNumber(2016, 12, 31), ns: 86_400.5e9 })).toMatchObject({
      hour: 23,
      minute: 59,
      second: 60,
      ns: 0.5e9,
    });
  });

  it("adds seconds across days and back", () => {
    const t = makeTime(2021, 12, 31, 23, 59, 59);
    expect(addSeconds(t, 1.5)).toEqual(makeTime(2022, 1, 1, 0, 0, 0.5));
    expect(addSeconds(t, -86_400 * 365)).toEqual(makeTime(2020, 12, 31, 23, 59, 59));
    expect(compareTimes(addSeconds(t, 1e-9), t)).toBeGreaterThan(0);
    expect(compareTimes(addSeconds(t, -1e-9), t)).toBeLessThan(0);
    expect(compareTimes(t, { ...t })).toBe(0);
  });
});

describe("parseTime", () => {
  // The table of das2-stream A11.1 first.
  it.each([
    ["2021-181T12:30", "2021-06-30T12:30:00"],
    ["2021/6/30 4:5", "2021-06-30T04:05:00"],
    ["Jun 30 2021 1230", "2021-06-30T12:30:00"],
    ["2021-06", "2021-06-01T00:00:00"],
    ["95-1-1", "1995-01-01T00:00:00"],
    ["2021-06-30 12:00:60.5", "2021-06-30T12:01:00.5"],
    ["2020-13-05", "2020-05-13T00:00:00"],
    ["2021-06-30T24:00", "2021-07-01T00:00:00"],
    ["2021-06-30T12:30:45.123456789Z", "2021-06-30T12:30:45.123456789"],
    ["2021-06-30T12:30:45.1234567885Z", "2021-06-30T12:30:45.123456789"],
    ["2021-06-30T12:30:45.1234567884999", "2021-06-30T12:30:45.123456788"],
    ["2021-06-30T23:59:59.9999999995", "2021-07-01T00:00:00"],
    ["2021-06-30T12:30:45,5", "2021-06-30T12:30:45.5"],
    ["2021-06-30T12:30:45.", "2021-06-30T12:30:45"],
    ["2021-06-30 (181) 12:30:45 UTC", "2021-06-30T12:30:45"],
    ["30-June-2021_12;30", "2021-06-30T12:30:00"],
    ["5 Jun 2021", "2021-06-05T00:00:00"],
    ["12/31/1999 23:59:59", "1999-12-31T23:59:59"],
    ["2020-366", "2020-12-31T00:00:00"],
    ["2021-366", "2022-01-01T00:00:00"],
    ["2021-02-30", "2021-03-02T00:00:00"],
    ["2021-06-30T12:61", "2021-06-30T13:01:00"],
    ["\t2021-06-30T12:30\r\n", "2021-06-30T12:30:00"],
    ["2021-06-30T12:30Z and what follows", "2021-06-30T12:30:00"],
    ["20210630T1230", "2021-06-30T12:30:00"],
    ["20210630T123045", "2021-06-30T12:30:45"],
    ["20210630T123045.25Z", "2021-06-30T12:30:45.25"],
    ["0001-01-01", "0001-01-01T00:00:00"],
    ["2016-12-31T23:59:60", "2017-01-01T00:00:00"],
  ])("reads %j as %s", (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it.each([
    "21-6-30",
    "20210630",
    "2021063T1230",
    "20210630T12",
    "2021",
    "2021-45",
    "",
    "  Z",
    "yesterday",
    "2021-06.5-30",
    "2021-06-30T12.5",
    "2021-06-30T12:30:62",
    "2021-06-30T12:30:45:01",
    "2021-06-30T12:30+01:00",
    "2021 Jun Jul",
    "2021-181 Jun",
    "2021-06-181",
    "2021-06 1230",
    "12345-01-01",
    "2021-06-30T12:30:00.5.5",
    "1".repeat(1000),
    "2021-06-30\u0000",
    "2021-13-45",
    "2021-13-13",
    "2021-00-10",
    "20211301T1230",
  ])("refuses %j, naming it", (text) => {
    let error: unknown;
    try {
      parseTime(text);
    } catch (e) {
      error = e;
    }
    expect(isDasError(error, "BAD_TIME")).toBe(true);
    expect((error as Error).message).toContain(text.slice(0, 40));
    expect((error as Error).message.length).toBeLessThan(250);
  });

  it("says which number is no month", () => {
    expect(() => parseTime("2021-13-45")).toThrow("45 is no month, expected 1 to 12");
  });

  it("takes a bare year only where asked to", () => {
    expect(read("2013", { bareYear: true })).toBe(read("2013-01-01"));
    expect(() => parseTime("2013", {})).toThrow("no month");
    expect(() => parseTime("95", { bareYear: true })).not.toThrow();
    expect(() => parseTime("13", { bareYear: true })).toThrow("no year");
  });

  it("keeps a leap second only where asked to and where there is one", () => {
    const kept = parseTime("2016-12-31T23:59:60.25", { keepLeapSecond: true });
    expect(kept).toEqual({ day: dayNumber(2016, 12, 31), ns: 86_400.25e9 });
    expect(formatTime(kept, 2)).toBe("2016-12-31T23:59:60.25");
    expect(parseTime("2016-12-31T23:59:60.9999999999", { keepLeapSecond: true })).toEqual(
      makeTime(2017, 1, 1),
    );
    expect(parseTime("2015-12-31T23:59:60.25", { keepLeapSecond: true })).toEqual(
      makeTime(2016, 1, 1, 0, 0, 0.25),
    );
    expect(parseTime("2016-12-31T12:59:60", { keepLeapSecond: true })).toEqual(makeTime(2016, 12, 31, 13));
  });

  it("reads back what formatTime writes", () => {
    fc.assert(
      fc.property(anyTime, (t) => {
        expect(parseTime(formatTime(t, 9))).toEqual(t);
      }),
      { numRuns: 2000 },
    );
  });

  it("gives a time or BAD_TIME for any text", () => {
    const token = fc.constantFrom(
      "2021",
      "6",
      "30",
      "181",
      "Jun",
      "T",
      ":",
      "-",
      " ",
      "12",
      ".5",
      "Z",
      "UTC",
      "(1)",
      "\u00e9",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(token).map((tokens) => tokens.join("")),
        ),
        (text) => {
          try {
            const t = parseTime(text, { bareYear: true });
            expect(Number.isInteger(t.day)).toBe(true);
            expect(t.ns >= 0 && t.ns < 86_400e9).toBe(true);
          } catch (error) {
            expect(isDasError(error, "BAD_TIME")).toBe(true);
          }
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe("parseTimeRange", () => {
  it.each([
    ["2021-06-30 to 2021-07-01", "2021-06-30", "2021-07-01"],
    ["2013 to 2015 UTC", "2013-01-01", "2015-01-01"],
    [" 2021-06-30T00:00Z\tTO\n2021-07-01T12:00Z ", "2021-06-30", "2021-07-01T12:00"],
    ["Oct 3 2020 to Nov 3 2020 UTC", "2020-10-03", "2020-11-03"],
  ])("reads %j", (text, begin, end) => {
    expect(parseTimeRange(text)).toEqual({ begin: parseTime(begin), end: parseTime(end) });
  });

  it("takes `now` as the end where it is told what that is", () => {
    const now = makeTime(2024, 5, 6);
    expect(parseTimeRange("2020 to NOW", now).end).toEqual(now);
    expect(parseTimeRange("2020 to now UTC", now).end).toEqual(now);
    expect(() => parseTimeRange("2020 to now")).toThrow("now");
  });

  it.each([
    "2021-06-30",
    "2021 to",
    "2020 to 2021 to 2022",
    "2021 to 2020",
    "",
    `2020 to ${" ".repeat(500)}2021`,
  ])("refuses %j", (text) => {
    expect(() => parseTimeRange(text)).toThrow(expect.objectContaining({ code: "BAD_TIME" }));
  });
});

describe("formatTime", () => {
  it.each([
    [[2021, 6, 30, 23, 59, 59.9996], 3, "2021-07-01T00:00:00.000"],
    [[2021, 12, 31, 23, 59, 59.5], 0, "2022-01-01T00:00:00"],
    [[2021, 12, 31, 23, 59, 59.25], 1, "2021-12-31T23:59:59.3"],
    [[2021, 6, 30, 12, 0, 0.0005], 3, "2021-06-30T12:00:00.001"],
    [[2021, 6, 30, 12, 0, 0.000499999], 3, "2021-06-30T12:00:00.000"],
    [[9999, 12, 31, 23, 59, 59.9996], 3, "9999-12-31T23:59:59.999"],
    [[10000, 1, 1], 0, "0001-01-01T00:00:00"],
    [[0, 12, 31], 2, "0001-01-01T00:00:00.00"],
  ] as const)("rounds %j to %i digits: %s", (fields, digits, expected) => {
    const [year, month, day, hour, minute, second] = fields as readonly number[];
    expect(formatTime(makeTime(year!, month!, day!, hour, minute, second), digits)).toBe(expected);
  });

  it("prints the fill time for what is no time", () => {
    expect(formatTime(us2000ToTime(Number.NaN), 3)).toBe("0001-01-01T00:00:00.000");
    expect(formatTime(us2000ToTime(-1e31), 0)).toBe("0001-01-01T00:00:00");
    expect(formatTime(us2000ToTime(1e31), 0)).toBe("0001-01-01T00:00:00");
  });
});

describe("us2000", () => {
  it("is 8.64e10 a day after its zero", () => {
    expect(timeToUs2000(makeTime(2000, 1, 2))).toBe(8.64e10);
    expect(timeToUs2000(makeTime(1999, 12, 31, 23, 59, 59.999999999))).toBe(-0.001);
  });

  it("is the nearest double to the exact microseconds", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          anyTime,
          recentTime,
          fc.record({ day: fc.constantFrom(-1, 0), ns: recentTime.map((t) => t.ns) }),
        ),
        (t) => {
          expect(timeToUs2000(t)).toBe(nearestUs(t));
        },
      ),
      { numRuns: 5000 },
    );
  });

  it("comes back to the same time where it can tell nanoseconds apart, else to the same double", () => {
    fc.assert(
      fc.property(recentTime, (t) => {
        const us = timeToUs2000(t);
        expect(timeToUs2000(us2000ToTime(us))).toBe(us);
        // Within 52 days of 2000 a double resolves a nanosecond.
        const near = { day: Math.floor(t.day / 600), ns: t.ns };
        expect(us2000ToTime(timeToUs2000(near))).toEqual(near);
      }),
      { numRuns: 5000 },
    );
  });

  it("makes of a leap second the last microsecond of its day", () => {
    const t = parseTime("2016-12-31T23:59:60.7", { keepLeapSecond: true });
    expect(timeToUs2000(t)).toBe(timeToUs2000(makeTime(2017, 1, 1)) - 1);
  });
});
