import { afterEach, describe, expect, it } from "vitest";
import { dayNumber } from "../../stream/calendar.js";
import {
  endsInLeapSecond,
  LEAP_SECONDS,
  leapSeconds,
  parseLeapSecondsList,
  taiMinusUtc,
  useLeapSeconds,
} from "../../stream/leap-seconds.js";
import { parseTime } from "../../stream/time.js";
import { timeToTt2000 } from "../../stream/tt2000.js";

afterEach(() => useLeapSeconds(LEAP_SECONDS));

describe("leap seconds", () => {
  // das2-stream A10.2
  it.each([
    ["1972-01-01", 10],
    ["1972-06-30", 10],
    ["1972-07-01", 11],
    ["1980-01-01", 19],
    ["1981-06-30", 19],
    ["1981-07-01", 20],
    ["1988-01-01", 24],
    ["1999-01-01", 32],
    ["2005-12-31", 32],
    ["2006-01-01", 33],
    ["2012-07-01", 35],
    ["2016-12-31", 36],
    ["2017-01-01", 37],
    ["2040-01-01", 37],
    ["1960-01-01", 10],
  ])("on %s TAI - UTC is %i s", (date, expected) => {
    expect(taiMinusUtc(parseTime(date).day)).toBe(expected);
  });

  it("end 27 days", () => {
    const days = [];
    for (let day = dayNumber(1960, 1, 1); day < dayNumber(2030, 1, 1); day++)
      if (endsInLeapSecond(day)) days.push(day);
    expect(days).toHaveLength(27);
    expect(days[0]).toBe(dayNumber(1972, 6, 30));
    expect(days.at(-1)).toBe(dayNumber(2016, 12, 31));
  });

  it("come from another table where one is given", () => {
    useLeapSeconds([...LEAP_SECONDS, { day: dayNumber(2035, 7, 1), taiMinusUtc: 38 }]);
    expect(leapSeconds()).toHaveLength(29);
    expect(endsInLeapSecond(dayNumber(2035, 6, 30))).toBe(true);
    const before = timeToTt2000(parseTime("2035-06-30T23:59:59"));
    // Doubles of that size are 128 or 256 ns apart.
    expect(Math.abs(timeToTt2000(parseTime("2035-07-01")) - before - 2e9)).toBeLessThanOrEqual(256);
  });

  it.each([
    [[], "empty"],
    [
      [
        { day: 1, taiMinusUtc: 10 },
        { day: 1, taiMinusUtc: 11 },
      ],
      "leap second 2",
    ],
    [[{ day: 1.5, taiMinusUtc: 10 }], "whole days"],
    [[{ day: 1, taiMinusUtc: Number.NaN }], "whole days"],
  ])("do not come from a bad table (%j)", (entries, message) => {
    expect(() => useLeapSeconds(entries)).toThrow(
      expect.objectContaining({ code: "BAD_CONFIG", message: expect.stringContaining(message) }),
    );
    expect(leapSeconds()).toHaveLength(28);
  });
});

describe("parseLeapSecondsList", () => {
  it("reads the published form", () => {
    const text =
      "#\tUpdated\n#$ 3676924800\n\n2272060800\t10\t# 1 Jan 1972\n2287785600 11 # 1 Jul 1972\n3692217600\t37\r\n";
    expect(parseLeapSecondsList(text)).toEqual([
      { day: dayNumber(1972, 1, 1), taiMinusUtc: 10 },
      { day: dayNumber(1972, 7, 1), taiMinusUtc: 11 },
      { day: dayNumber(2017, 1, 1), taiMinusUtc: 37 },
    ]);
  });

  it.each(["2272060800", "2272060801 10", "x 10", "2272060800 10 11"])(
    "refuses the line %j by number",
    (line) => {
      expect(() => parseLeapSecondsList(`# list\n${line}\n`)).toThrow(
        expect.objectContaining({ code: "BAD_CONFIG", message: expect.stringContaining("line 2") }),
      );
    },
  );

  it("refuses a list without end", () => {
    expect(() => parseLeapSecondsList("#".repeat(1_000_001))).toThrow(
      expect.objectContaining({ code: "BAD_CONFIG" }),
    );
  });
});
