import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DrmsType, DrmsValue } from "../../../netdrms/values/drms-type.js";
import { printKeywordValue } from "../../../netdrms/values/print-value.js";
import { parseValue, scanReal, scanString, scanValue } from "../../../netdrms/values/scan-value.js";

type Row = readonly [DrmsType, string, DrmsValue, number];

function expectScanned(rows: readonly Row[]): void {
  for (const [type, text, value, length] of rows)
    expect([type, text, scanValue(type, text, 0, ",]")]).toEqual([type, text, { value, length }]);
}

function expectNone(type: DrmsType, texts: readonly string[]): void {
  for (const text of texts)
    expect([type, text, scanValue(type, text, 0, ",]")]).toEqual([type, text, undefined]);
}

describe("whole numbers in a text", () => {
  it("are decimal, with a sign, and end at the first foreign character", () => {
    expectScanned([
      ["int", "12,3", 12, 2],
      ["int", "-12]", -12, 3],
      ["int", "+5", 5, 2],
      ["int", " \t 7", 7, 4],
      ["int", "1.5", 1, 1],
      ["int", "5-7", 5, 1],
      ["char", "-128", -128, 4],
      ["short", "32767", 32767, 5],
      ["longlong", "9223372036854775807", 2n ** 63n - 1n, 19],
      ["longlong", "-9223372036854775808", -(2n ** 63n), 20],
    ]);
  });

  it("are not octal behind a leading 0, of no type", () => {
    expectScanned([
      ["int", "010", 10, 3],
      ["longlong", "010", 10n, 3],
    ]);
  });

  it("are bit patterns of their width behind 0x", () => {
    expectScanned([
      ["int", "0xFFFFFFFF", -1, 10],
      ["int", "0x7fffffff", 2147483647, 10],
      ["int", "0X12345678]", 305419896, 10],
      ["short", "0xFFFE", -2, 6],
      ["char", "0x80", -128, 4],
      ["int", "0x00000000000000ff", 255, 18],
      ["int", "-0x10", -16, 5],
      ["longlong", "0xFFFFFFFFFFFFFFFF", -1n, 18],
      ["int", "0xg", 0, 1],
    ]);
  });

  it("are none outside their type", () => {
    expectNone("char", ["128", "-129", "0x100"]);
    expectNone("short", ["32768", "0x10000"]);
    expectNone("int", ["2147483648", "0x100000000", "", "-", "x", ".5", "nan", `${"9".repeat(5000)}`]);
    expectNone("longlong", ["9223372036854775808", "0x10000000000000000"]);
  });
});

describe("real numbers in a text", () => {
  it("are those of strtod", () => {
    expectScanned([
      ["double", "1.5e3,", 1500, 5],
      ["double", "-.5", -0.5, 3],
      ["double", "5.", 5, 2],
      ["double", "1e", 1, 1],
      ["double", "1e+x", 1, 1],
      ["double", " 12-13", 12, 3],
      ["double", "inf", Number.POSITIVE_INFINITY, 3],
      ["double", "-Infinity]", Number.NEGATIVE_INFINITY, 9],
      ["double", "nan(1)]", Number.NaN, 6],
      ["double", "0x1.8p3", 12, 7],
      ["double", "0x.8", 0.5, 4],
      ["double", "0xp", 0, 1],
      ["double", "1e999", Number.POSITIVE_INFINITY, 5],
      ["float", "0.1", Math.fround(0.1), 3],
      ["float", "1e39", Number.POSITIVE_INFINITY, 4],
    ]);
    expectNone("double", ["", "x", "-", ".", "e5", "--1", "1".repeat(5000)]);
  });

  it("in hexadecimal reach the ends of the range", () => {
    expect(scanReal("0x1.fffffffffffffp1023")?.value).toBe(Number.MAX_VALUE);
    expect(scanReal("0x1p-1074")?.value).toBe(5e-324);
    expect(scanReal("0x1p99999")?.value).toBe(Number.POSITIVE_INFINITY);
    expect(scanReal("-0x1p-99999")?.value).toBe(-0);
    expect(scanReal("0x0p99999")?.value).toBe(0);
  });
});

describe("times in a text", () => {
  it("are as long as they can be", () => {
    expectScanned([
      ["time", "2010.05.01_TAI]", 1051747200, 14],
      ["time", "  2010.05.01_TAI,", 1051747200, 16],
      ["time", "JD_2455317.5", 1051747167.816, 12],
    ]);
    expectNone("time", ["", "today", "$"]);
  });
});

describe("strings in a text", () => {
  it("end at a blank or a delimiter", () => {
    expectScanned([
      ["string", "abc-def]", "abc-def", 7],
      ["string", "  abc,def", "abc", 5],
      ["string", "a b", "a", 1],
      ["string", "it's", "it's", 4],
      ["string", "a\\tb", "a\\tb", 4],
    ]);
    expect(scanValue("string", "abc,def]")).toEqual({ value: "abc,def]", length: 8 });
    expectNone("string", ["", "   ", "]", ",x"]);
  });

  it("run from quote to quote, with escapes", () => {
    expectScanned([
      ["string", "'abc, def]'-'x'", "abc, def]", 11],
      ["string", '"it\'s"', "it's", 6],
      ["string", "''", "", 2],
      ["string", "'a\\tb\\nc'", "a\tb\nc", 9],
      ["string", "'\\\\ \\' \\\" \\q'", "\\ ' \" q", 13],
    ]);
  });

  it("without an end quote are told apart", () => {
    expectNone("string", ["'abc", '"', "'abc\\'", "'abc\\"]);
    expect(scanString("  'abc")).toEqual({ value: "abc", length: 6, quoted: true, closed: false });
    expect(scanString("x 'abc' y", 1)).toEqual({ value: "abc", length: 6, quoted: true, closed: true });
  });
});

describe("DRMS_MISSING_VALUE", () => {
  it("is the missing value of every type, and what follows is left", () => {
    expectScanned([
      ["int", "DRMS_MISSING_VALUE]", -2147483648, 18],
      ["char", " drms_missing_value_and_more", -128, 19],
      ["longlong", "Drms_Missing_Value", -(2n ** 63n), 18],
      ["double", "DRMS_MISSING_VALUE", Number.NaN, 18],
      ["time", "DRMS_MISSING_VALUE", -211087684832.184, 18],
      ["string", "DRMS_MISSING_VALUE", "", 18],
    ]);
    expect(scanString("'DRMS_MISSING_VALUE'").value).toBe("DRMS_MISSING_VALUE");
  });
});

describe("a whole text", () => {
  it("is one value", () => {
    expect(parseValue("int", " 12 ")).toBe(12);
    expect(parseValue("int", "12 13")).toBeUndefined();
    expect(parseValue("double", "45.0")).toBe(45);
    expect(parseValue("time", "1993.01.01_00:00:00_TAI")).toBe(504921600);
    expect(parseValue("string", "Mean field")).toBe("Mean field");
    expect(parseValue("string", "'quoted text'")).toBe("quoted text");
    expect(parseValue("string", "DRMS_MISSING_VALUE")).toBe("");
    expect(parseValue("string", "")).toBe("");
  });
});

describe("printing and scanning", () => {
  it("agree on whole numbers, also as bit patterns", () => {
    fc.assert(
      fc.property(fc.integer(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (n, big) => {
        for (const format of ["%d", "0x%08X", "%#x"])
          expect(parseValue("int", printKeywordValue({ type: "int", format, unit: "" }, n))).toBe(n);
        for (const format of ["%lld", "0x%llx"])
          expect(parseValue("longlong", printKeywordValue({ type: "longlong", format, unit: "" }, big))).toBe(
            big,
          );
      }),
    );
  });

  it("agree on real numbers with all their digits", () => {
    fc.assert(
      fc.property(fc.double(), fc.float(), (real8, real4) => {
        expect(
          parseValue("double", printKeywordValue({ type: "double", format: "%.17g", unit: "" }, real8)),
        ).toBe(real8);
        expect(
          parseValue("float", printKeywordValue({ type: "float", format: "%.9g", unit: "" }, real4)),
        ).toBe(real4);
      }),
    );
  });
});
