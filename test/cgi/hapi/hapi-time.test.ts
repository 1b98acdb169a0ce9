import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseHapiTime } from "../../../cgi/hapi/hapi-time.js";
import { formatTime } from "../../../stream/time.js";

const shown = (text: string): string | undefined => {
  const time = parseHapiTime(text);
  return time === undefined ? undefined : formatTime(time, 9);
};

describe("times of requests", () => {
  it.each([
    ["2017-01-15T23:00:00.000Z", "2017-01-15T23:00:00.000000000"],
    ["2017-01-15T23Z", "2017-01-15T23:00:00.000000000"],
    ["2017-01-15Z", "2017-01-15T00:00:00.000000000"],
    ["2017-01-15", "2017-01-15T00:00:00.000000000"],
    ["2017-015", "2017-01-15T00:00:00.000000000"],
    ["2017-001T00:01Z", "2017-01-01T00:01:00.000000000"],
    ["1999-01Z", "1999-01-01T00:00:00.000000000"],
    ["1999Z", "1999-01-01T00:00:00.000000000"],
    ["1999", "1999-01-01T00:00:00.000000000"],
    ["2016-366", "2016-12-31T00:00:00.000000000"],
    ["2016-02-29T12:30:15.5", "2016-02-29T12:30:15.500000000"],
    ["2016-01-31T24:00:00.000Z", "2016-02-01T00:00:00.000000000"],
    ["2016-12-31T24:00", "2017-01-01T00:00:00.000000000"],
    ["2016-12-31T23:59:60.5Z", "2017-01-01T00:00:00.000000000"],
    ["2021-06-30T12:00:00.123456789Z", "2021-06-30T12:00:00.123456789"],
    ["2021-06-30T12:00:00.1234567899Z", "2021-06-30T12:00:00.123456789"],
  ])("%s", (text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  it.each([
    ...[
      "",
      "Z",
      "now",
      "2017-1-1",
      "2017-13-01",
      "2017-00-10",
      "2017-02-29",
      "2017-04-31",
      "2017-366",
      "2017-000",
    ],
    ...[
      "2017-01T12",
      "2017T12",
      "2017-01-15T",
      "2017-01-15T24:00:01",
      "2017-01-15T25",
      "2017-01-15T2300",
      "2017-01-15T12:60",
      "2017-01-15T12:00:60Z",
    ],
    ...[
      "2017-06-30T23:59:60Z",
      "0000-01-01",
      "17-01-01",
      "20170115",
      "2017-01-15 12:00",
      "2017-01-15T12:00+01:00",
      "2017-01-15ZZ",
      " 2017",
      "2017/01/15",
    ],
    `2017-01-15T12:00:00.${"1".repeat(50)}`,
  ])("%j is none", (text) => {
    expect(parseHapiTime(text)).toBeUndefined();
  });

  it("are the same by month and by day of year", () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(1, 0) + 2e12, max: Date.UTC(9999, 11, 31) }), (ms) => {
        const date = new Date(ms);
        const text = date.toISOString();
        const year = date.getUTCFullYear();
        const start = new Date(0);
        start.setUTCFullYear(year, 0, 1);
        const day = Math.floor((ms - start.getTime()) / 86_400_000) + 1;
        const ofYear = `${text.slice(0, 4)}-${String(day).padStart(3, "0")}${text.slice(10)}`;
        expect(shown(ofYear)).toBe(shown(text));
        expect(shown(text)?.slice(0, 23)).toBe(text.slice(0, 23));
      }),
    );
  });
});
