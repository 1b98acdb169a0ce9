import { describe, expect, it } from "vitest";
import {
  DRMS_TYPES,
  type DrmsType,
  drmsTypeOf,
  isMissing,
  missingValue,
} from "../../../netdrms/values/drms-type.js";

describe("the types of keywords", () => {
  it("have the columns and missing values of the specification", () => {
    // netdrms 1.3.
    const rows = Object.entries(DRMS_TYPES).map(([type, { column, missing }]) => [type, column, missing]);
    expect(rows).toEqual([
      ["char", "char", -128],
      ["short", "int2", -32768],
      ["int", "int4", -2147483648],
      ["longlong", "int8", -(2n ** 63n)],
      ["float", "float4", Number.NaN],
      ["double", "float8", Number.NaN],
      ["time", "float8", -211087684832.184],
      ["string", "text", ""],
    ]);
  });

  it("are found by their name in any case and no other", () => {
    expect(drmsTypeOf("LongLong")).toBe("longlong");
    expect(drmsTypeOf(" time ")).toBe("time");
    for (const name of ["raw", "toString", "", "int4"]) expect(drmsTypeOf(name)).toBeUndefined();
  });
});

describe("a missing value", () => {
  it("is that of its type", () => {
    for (const type of Object.keys(DRMS_TYPES) as DrmsType[]) // the keys of the table
      expect([type, isMissing(type, missingValue(type))]).toEqual([type, true]);
    expect(isMissing("int", -2147483648)).toBe(true);
    expect(isMissing("short", -2147483648)).toBe(false);
    expect(isMissing("string", " ")).toBe(false);
    expect(isMissing("double", Number.POSITIVE_INFINITY)).toBe(false);
    expect(isMissing("longlong", 0n)).toBe(false);
  });

  it("of a time is every instant of one second, and NaN", () => {
    for (const t of [-211087684832, -211087684832.184, -211087684832.9, Number.NaN])
      expect([t, isMissing("time", t)]).toEqual([t, true]);
    for (const t of [-211087684833, -211087684831.9, 0, Number.NEGATIVE_INFINITY])
      expect([t, isMissing("time", t)]).toEqual([t, false]);
  });
});
