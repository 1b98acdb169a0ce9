import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dayNumber } from "../../stream/calendar.js";
import { formatTime, makeTime, parseTime, type Time, timeToUs2000, us2000ToTime } from "../../stream/time.js";
import { readTimeField, readTimeFieldExact } from "../../stream/time-field.js";
import { writeTimeField } from "../../stream/time-field-writer.js";

const encoder = new TextEncoder();

/** Reads a field that stands in the midst of other bytes. */
function read(text: string): number {
  const bytes = encoder.encode(`9${text}9`);
  return readTimeField(bytes, 1, bytes.length - 1);
}

function readExact(text: string): Time | undefined {
  const bytes = encoder.encode(`9${text}9`);
  return readTimeFieldExact(bytes, 1, bytes.length - 1);
}

/** What is written, and that nothing beside the field is. */
function write(width: number, us2000: number): string {
  const bytes = new Uint8Array(width + 2).fill(0x23);
  writeTimeField(bytes, 1, width, us2000);
  expect([bytes[0], bytes[width + 1]]).toEqual([0x23, 0x23]);
  return new TextDecoder("latin1").decode(bytes.subarray(1, width + 1));
}

const us = (...fields: Parameters<typeof makeTime>) => timeToUs2000(makeTime(...fields));

describe("readTimeField", () => {
  it.each([
    ["2021-06-30T12:00:00 ", us(2021, 6, 30, 12)],
    ["2021-06-30T12:00:00\n", us(2021, 6, 30, 12)],
    ["2021-181T12:00:00.125 ", us(2021, 6, 30, 12, 0, 0.125)],
    ["2021-06-30T12:00:00.123456 ", us(2021, 6, 30, 12, 0, 0.123456)],
    ["2021-06-30T12:00:00.123456789Z ", us(2021, 6, 30, 12, 0, 0.123456789)],
    ["2021-06-30T12:00:00.1234567890123 ", us(2021, 6, 30, 12, 0, 0.123456789)],
    ["2021-06-30T12:00 ", us(2021, 6, 30, 12)],
    ["2021-06-30 12:00:07.   ", us(2021, 6, 30, 12, 0, 7)],
    ["   2021-06-30T12:00:07 ", us(2021, 6, 30, 12, 0, 7)],
    ["2021-06-30T12:00:07\0\0\0", us(2021, 6, 30, 12, 0, 7)],
    ["2021-06-30 ", us(2021, 6, 30)],
    ["2021-181 ", us(2021, 6, 30)],
    ["2021/6/30 4:5 ", us(2021, 6, 30, 4, 5)],
    ["Jun 30 2021 1230 ", us(2021, 6, 30, 12, 30)],
    ["2021-06-30T24:00:00 ", us(2021, 7, 1)],
    ["2021-02-30T00:00:00 ", us(2021, 3, 2)],
    ["2021-06-30T12:00:60.5 ", us(2021, 6, 30, 12, 1, 0.5)],
    ["2016-12-31T23:59:60.5 ", us(2017, 1, 1, 0, 0, 0.5)],
    ["1969-07-20T20:17:40 ", us(1969, 7, 20, 20, 17, 40)],
  ])("reads %j", (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it("takes any byte as separator", () => {
    for (const separator of [" ", "\n", ",", ";", "|", "\t", "\0", "5", "x"])
      expect(read(`2021-06-30T12:00:07${separator}`)).toBe(us(2021, 6, 30, 12, 0, 7));
    // A field that is full has no separator.
    expect(read("2021-06-30T12:00:07.5")).toBe(us(2021, 6, 30, 12, 0, 7.5));
    expect(read("2021-06-30T12:00:07")).toBe(us(2021, 6, 30, 12, 0, 7));
  });

  it.each([
    "                    ",
    "\0\0\0\0\0\0\0\0",
    "",
    "2021 ",
    "2021     ",
    "20210630 ",
    "no time at all ",
    "2021-06-30T12:00:99 ",
    "2021-06-30T1x:00:00 ",
    "2021-06-30T12:00:00.0x0 ",
    "\xff\xfe\xfd\xfc",
    // The fill time of das2-stream A11.3.
    "0001-01-01T00:00:00 ",
    "0001-01-01T00:00:00.000 ",
    "0001-01-01              ",
  ])("gives NaN for %j", (text) => {
    expect(read(text)).toBeNaN();
    expect(readExact(text)).toBeUndefined();
  });

  it("agrees with parseTime for everything that looks like the usual forms", () => {
    const number = (max: number, digits: number) =>
      fc.integer({ min: 0, max }).map((n) => String(n).padStart(digits, "0"));
    const text = fc
      .tuple(
        number(9999, 4),
        fc.oneof(
          fc.tuple(number(13, 2), number(32, 2)).map((p) => p.join("-")),
          number(400, 3),
        ),
        fc.constantFrom("T", " ", "T ", "-"),
        number(25, 2),
        number(61, 2),
        fc.oneof(
          fc.constant(""),
          number(62, 2).map((s) => `:${s}`),
        ),
        fc.oneof(fc.constant(""), fc.stringMatching(/^\.[0-9]{0,11}$/)),
        fc.constantFrom("", "Z", " ", "  ", "\n", "Z "),
      )
      .map(([y, d, t, h, m, s, f, end]) => `${y}-${d}${t}${h}:${m}${s}${f}${end}`);
    fc.assert(
      fc.property(text, (field) => {
        let expected = Number.NaN;
        try {
          expected = timeToUs2000(parseTime(field));
        } catch {
          // Without its last byte, which may be a separator, it may still be a time.
          try {
            expected = timeToUs2000(parseTime(field.slice(0, -1)));
          } catch {}
        }
        if (expected === us(1, 1, 1)) expected = Number.NaN;
        expect(read(field)).toBe(expected);
      }),
      { numRuns: 5000 },
    );
  });
});

describe("readTimeFieldExact", () => {
  it("keeps nanoseconds that us2000 cannot hold", () => {
    expect(readExact("2021-06-30T12:00:00.123456789 ")).toEqual({
      day: dayNumber(2021, 6, 30),
      ns: 43_200_123_456_789,
    });
  });

  it("keeps 23:59:60 on a day that ends in a leap second", () => {
    expect(readExact("2016-12-31T23:59:60.5 ")).toEqual({ day: dayNumber(2016, 12, 31), ns: 86_400.5e9 });
    expect(readExact("2017-12-31T23:59:60.5 ")).toEqual(makeTime(2018, 1, 1, 0, 0, 0.5));
  });
});

describe("writeTimeField", () => {
  const t = us(2021, 6, 30, 12, 4, 5.678901);
  // The table of das2-stream A6.3.
  it.each([
    [5, "2021 "],
    [6, "2021  "],
    [8, "2021-07 "],
    [11, "2021-07-01 "],
    [14, "2021-06-30T12 "],
    [17, "2021-06-30T12:04 "],
    [20, "2021-06-30T12:04:06 "],
    [21, "2021-06-30T12:04:06  "],
    [22, "2021-06-30T12:04:05.7 "],
    [23, "2021-06-30T12:04:05.68 "],
    [24, "2021-06-30T12:04:05.679 "],
    [27, "2021-06-30T12:04:05.678901 "],
    [30, "2021-06-30T12:04:05.678901000 "],
    [31, "2021-06-30T12:04:05.678901000  "],
  ])("fills %i bytes", (width, expected) => {
    expect(write(width, t)).toBe(expected);
  });

  it("rounds half up and carries through all fields", () => {
    const last = us(2020, 12, 31, 23, 59, 59.9996);
    expect(write(24, last)).toBe("2021-01-01T00:00:00.000 ");
    expect(write(20, us(2020, 12, 31, 23, 59, 59.5))).toBe("2021-01-01T00:00:00 ");
    expect(write(20, us(2020, 12, 31, 23, 59, 59.499999))).toBe("2020-12-31T23:59:59 ");
    expect(write(17, us(2020, 12, 31, 23, 59, 30))).toBe("2021-01-01T00:00 ");
    expect(write(17, us(2020, 12, 31, 23, 59, 29.999))).toBe("2020-12-31T23:59 ");
    expect(write(14, us(2020, 12, 31, 23, 30))).toBe("2021-01-01T00 ");
    expect(write(11, us(2020, 12, 31, 12))).toBe("2021-01-01 ");
    expect(write(11, us(2020, 12, 31, 11, 59, 59.9))).toBe("2020-12-31 ");
    expect(write(8, us(2020, 12, 16, 12))).toBe("2021-01 ");
    expect(write(8, us(2020, 12, 16, 11, 59))).toBe("2020-12 ");
    expect(write(5, us(2020, 7, 2))).toBe("2021 ");
    expect(write(5, us(2020, 7, 1, 23, 59))).toBe("2020 ");
    expect(write(24, -0.0005)).toBe("2000-01-01T00:00:00.000 ");
    expect(write(27, -0.5)).toBe("2000-01-01T00:00:00.000000 ");
    expect(write(27, -0.5000001)).toBe("1999-12-31T23:59:59.999999 ");
  });

  it("never reaches year 10000", () => {
    const last = us(9999, 12, 31, 23, 59, 59.75);
    expect(write(20, last)).toBe("9999-12-31T23:59:59 ");
    expect(write(22, us(9999, 12, 31, 23, 59, 59.96875))).toBe("9999-12-31T23:59:59.9 ");
    expect(write(17, last)).toBe("9999-12-31T23:59 ");
    expect(write(14, last)).toBe("9999-12-31T23 ");
    expect(write(11, last)).toBe("9999-12-31 ");
    expect(write(8, last)).toBe("9999-12 ");
    expect(write(5, last)).toBe("9999 ");
  });

  it("writes the fill time for what is no time", () => {
    for (const none of [Number.NaN, -1e31, 1e31, Infinity, -Infinity, us(10000, 1, 1), us(1, 1, 1) - 64])
      expect(write(24, none)).toBe("0001-01-01T00:00:00     ");
    expect(write(14, Number.NaN)).toBe("0001-01-01T00 ");
    expect(read(write(24, Number.NaN))).toBeNaN();
  });

  it("refuses widths that are no time type", () => {
    for (const width of [0, 4, 32])
      expect(() => writeTimeField(new Uint8Array(64), 0, width, 0)).toThrow(RangeError);
  });

  it("writes the same as formatTime", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e15, max: 3e15, noNaN: true }),
        fc.integer({ min: 0, max: 9 }),
        (value, digits) => {
          const expected = formatTime(us2000ToTime(value), digits);
          // Through whole nanoseconds a tie can look one nanosecond higher; whole microseconds have none.
          expect(write(digits === 0 ? 20 : 21 + digits, Math.round(value)).trimEnd()).toBe(
            formatTime(us2000ToTime(Math.round(value)), digits),
          );
          if (digits === 9) expect(write(30, value).trimEnd()).toBe(expected);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it("is read back as the same time", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e15, max: 3e15 }), (value) => {
        expect(read(write(27, value))).toBe(value);
        expect(read(write(30, value))).toBe(value);
      }),
      { numRuns: 3000 },
    );
  });
});
