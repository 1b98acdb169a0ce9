import { describe, expect, it } from "vitest";
import type { DrmsType, DrmsValue } from "../../../netdrms/values/drms-type.js";
import {
  binaryValuePrinter,
  preciseValuePrinter,
  printKeywordValue,
  printWithFormat,
  valuePrinter,
} from "../../../netdrms/values/print-value.js";

type Row = readonly [DrmsType, string, string, DrmsValue, string];

function expectPrinted(rows: readonly Row[]): void {
  for (const [type, format, unit, value, text] of rows)
    expect([type, format, unit, printKeywordValue({ type, format, unit }, value)]).toEqual([
      type,
      format,
      unit,
      text,
    ]);
}

describe("a keyword's value", () => {
  it("is printed in its format", () => {
    expectPrinted([
      // netdrms 8.
      ["int", "0x%08X", "", 305419896, "0x12345678"],
      ["float", "%f", "", Math.fround(0.1), "0.100000"],
      ["char", "%hhd", "", -7, "-7"],
      ["short", "%05hd", "", -42, "-0042"],
      ["int", "%u", "", -1, "4294967295"],
      ["short", "%x", "", -1, "ffff"],
      ["longlong", "%lld", "", 2n ** 62n + 1n, "4611686018427387905"],
      ["longlong", "%d", "", -(2n ** 63n), "-9223372036854775808"],
      ["double", "%12.4e", "", 12345.678, "  1.2346e+04"],
      ["double", "%g", "", 1e-5, "1e-05"],
      ["string", "%s", "", "a text", "a text"],
      ["string", "%-8s|", "", "abc", "abc     |"],
    ]);
  });

  it("has the default of its type where the format is empty or unusable", () => {
    expectPrinted([
      ["char", "", "", -7, "-7"],
      ["int", "%s", "", 5, "5"],
      ["int", "%f", "", 5, "5"],
      ["int", "nonsense", "", 5, "5"],
      ["int", "%999999999d", "", 5, "5"],
      ["longlong", "none", "", 12345678901234567890n - 2n ** 63n, "3122306864379792082"],
      ["float", "%d", "", 12.5, "12.500000"],
      ["double", "", "", 12.5, "12.500000"],
      ["string", "%d", "", "text", "text"],
      ["string", "", "", "100%", "100%"],
    ]);
  });

  it("of four bytes is printed as the column holds it", () => {
    expectPrinted([["float", "%.10f", "", 0.1, "0.1000000015"]]);
  });

  it("that is a time has a zone and a precision", () => {
    const t = 1051747200;
    expectPrinted([
      ["time", "0", "TAI", t, "2010.05.01_00:00:00_TAI"],
      ["time", "", "", t, "2010.04.30_23:59:26_UTC"],
      ["time", "3", "ISO", t, "2010-04-30T23:59:26.000Z"],
      ["time", "TAI", "none", t, "2010.05.01_00:00:00_TAI"],
      ["time", "0", "UTC", -211087684832.184, "-4712.01.01_11:59:28_UTC"],
    ]);
  });

  it("that is an interval is divided by its unit", () => {
    expectPrinted([
      ["time", "%.2f", "min", 90, "1.50"],
      ["time", "%g", "5min", 90, "0.3"],
      ["time", "%f", "day", 43_200, "0.500000"],
      ["time", "0", "sec", 12.5, "12.500000"],
    ]);
  });

  it("that is none of its type is printed as the missing one", () => {
    expectPrinted([
      ["int", "%d", "", "text", "-2147483648"],
      ["longlong", "%d", "", 1.5, "-9223372036854775808"],
      ["double", "%f", "", "12", "nan"],
      ["time", "0", "UTC", "text", "-4712.01.01_11:59:28_UTC"],
      ["string", "%s", "", 12n, "12"],
    ]);
  });

  it("may be a whole number beyond 2**53 in the wrong box", () => {
    expectPrinted([["longlong", "%d", "", 2 ** 60, "1152921504606846976"]]);
  });
});

describe("maximum precision", () => {
  const print = (type: DrmsType, unit: string, value: DrmsValue) =>
    preciseValuePrinter({ type, format: "%.1f", unit })(value);

  it("has the digits that tell all values apart", () => {
    expect(print("double", "", 0.1)).toBe("0.10000000000000001");
    expect(print("float", "", Math.fround(12.3456))).toBe("12.3456001");
    expect(print("float", "", 1e20)).toBe("1.00000002E+20");
    expect(print("double", "", 1e-7)).toBe("9.9999999999999995E-08");
    expect(print("time", "TAI", 1051747200.5)).toBe("2010.05.01_00:00:00.500000_TAI");
    expect(print("time", "min", 6)).toBe("0.10000000000000001");
  });

  it("leaves what is not real as it is", () => {
    expect(preciseValuePrinter({ type: "int", format: "0x%04X", unit: "" })(255)).toBe("0x00FF");
    expect(preciseValuePrinter({ type: "string", format: "%5s", unit: "" })("a")).toBe("    a");
  });
});

describe("bit patterns", () => {
  it("have two hexadecimal digits a byte", () => {
    const cases: readonly (readonly [DrmsType, DrmsValue, string])[] = [
      ["char", -1, "FF"],
      ["short", -2, "FFFE"],
      ["int", 305419896, "12345678"],
      ["int", -2147483648, "80000000"],
      ["longlong", -1n, "FFFFFFFFFFFFFFFF"],
      // IEEE 754: 1 and -2 in four bytes, 1 in eight.
      ["float", 1, "3F800000"],
      ["float", -2, "C0000000"],
      ["double", 1, "3FF0000000000000"],
      ["time", 1, "3FF0000000000000"],
      ["string", "Az\u00e9", "417AC3A9"],
      ["string", "", ""],
    ];
    for (const [type, value, text] of cases)
      expect([type, binaryValuePrinter(type)(value)]).toEqual([type, text]);
  });
});

describe("a format of no keyword", () => {
  it("takes any number for any number's conversion", () => {
    expect(printWithFormat("%03d", 7n)).toBe("007");
    expect(printWithFormat("%04d", 7)).toBe("0007");
    expect(printWithFormat("%.1f", 7n)).toBe("7.0");
    expect(printWithFormat("%08x", -1)).toBe("ffffffff");
    expect(printWithFormat("%s", "text")).toBe("text");
  });

  it("is unusable for another kind of value, and for fractions as whole numbers", () => {
    expect(printWithFormat("%d", 1.5)).toBeUndefined();
    expect(printWithFormat("%d", "1")).toBeUndefined();
    expect(printWithFormat("%s", 1)).toBeUndefined();
    expect(printWithFormat("text", 1)).toBeUndefined();
  });
});

describe("a printer", () => {
  it("is made once for many values", () => {
    const print = valuePrinter({ type: "double", format: "%.1f", unit: "" });
    expect([0.25, 0.35, -1].map(print)).toEqual(["0.2", "0.3", "-1.0"]);
  });
});
