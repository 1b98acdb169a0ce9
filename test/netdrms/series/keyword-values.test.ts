import { describe, expect, it } from "vitest";
import { keywordDefault } from "../../../netdrms/series/keyword-default.js";
import type { Keyword, KeywordClass, Series } from "../../../netdrms/series/model.js";
import { exactSpecification, specificationPrinter } from "../../../netdrms/series/record-specification.js";
import { slotRule } from "../../../netdrms/series/slot-rule.js";
import type { DrmsType } from "../../../netdrms/values/drms-type.js";
import { slotOf } from "../../../netdrms/values/slots.js";
import { codeOf, messageOf } from "../../support/thrown.js";

const MISSING_TIME = -211_087_684_832.184;

function keyword(
  name: string,
  type: DrmsType,
  defaultText: string,
  { unit = "", format = "", keywordClass = "constant" as KeywordClass } = {},
): Keyword {
  return {
    name,
    baseName: name,
    type,
    class: keywordClass,
    defaultText,
    format,
    unit,
    description: "",
    implicit: false,
    rank: 1,
    ...(keywordClass === "constant" ? {} : { column: name.toLowerCase() }),
  };
}

function series(name: string, keywords: readonly Keyword[], primeKeys: readonly string[] = []): Series {
  const find = (key: string) => keywords.find((each) => each.name === key)!;
  return {
    name,
    namespace: "su_ex",
    table: "t",
    author: "",
    owner: "",
    unitSize: 1,
    archive: 0,
    retentionDays: 0,
    stagingRetentionDays: 0,
    tapeGroup: 0,
    created: "",
    description: "",
    version: "2.1",
    primeKeys: primeKeys.map((key) => ({ external: find(key), internal: find(key) })),
    dbIndex: [],
    keywords,
    segments: [],
    links: [],
    hasShadow: false,
  };
}

describe("the default of a keyword", () => {
  it.each([
    ["int", "2", 2],
    ["int", "0xFFFFFFFF", -1],
    ["int", "010", 10],
    ["short", "12 and more", 12],
    ["longlong", "9007199254740993", 9_007_199_254_740_993n],
    ["double", "45", 45],
    ["float", "0.1", Math.fround(0.1)],
    ["double", "NaN", Number.NaN],
    ["time", "1993.01.01_00:00:00_TAI", 504_921_600],
    ["string", " compress Rice", " compress Rice"],
    ["string", "'quoted'", "'quoted'"],
  ] as const)("of type %s that says %j is its value", (type, text, value) => {
    expect(keywordDefault(keyword("K", type, text))).toEqual(value);
  });

  it.each([
    ["char", -128],
    ["short", -32_768],
    ["int", -2_147_483_648],
    ["longlong", -9_223_372_036_854_775_808n],
    ["float", Number.NaN],
    ["double", Number.NaN],
    ["time", MISSING_TIME],
    ["string", ""],
  ] as const)("of type %s is missing where it says so, or nothing", (type, missing) => {
    for (const text of ["DRMS_MISSING_VALUE", "drms_missing_value", ""])
      expect(keywordDefault(keyword("K", type, text))).toEqual(missing);
    if (type !== "string") expect(keywordDefault(keyword("K", type, "garbage"))).toEqual(missing);
  });

  it("of an interval counts its unit", () => {
    expect(keywordDefault(keyword("K", "time", "2.5", { unit: "min" }))).toBe(150);
    expect(keywordDefault(keyword("K", "time", "DRMS_MISSING_VALUE", { unit: "min" }))).toBe(MISSING_TIME);
  });
});

describe("the slots of a series' keyword", () => {
  const slotted = keyword("T_REC", "time", "", { keywordClass: "ts_eq" });
  const step = keyword("T_REC_STEP", "double", "45", { unit: "sec" });
  const epoch = keyword("t_rec_epoch", "time", "1993.01.01_00:00:00_TAI");

  it("come from constant keywords, found in any case", () => {
    const rule = slotRule(series("su_ex.t", [slotted, step, epoch]), slotted);
    expect(rule?.slotting).toEqual({ kind: "ts_eq", base: 504_921_600, step: 45, round: 45 });
    expect(slotOf(rule!.slotting, 1_051_747_200 + 22.5)).toBe(12_151_681n);
  });

  it("take an epoch by name, a step with a unit and a round", () => {
    const key = keyword("T", "time", "", { keywordClass: "ts_slot" });
    const companions = [
      keyword("T_epoch", "string", "MDI_EPOCH"),
      keyword("T_step", "string", "12m"),
      keyword("T_round", "int", "60"),
    ];
    expect(slotRule(series("su_ex.t", [key, ...companions]), key)?.slotting).toEqual({
      kind: "ts_slot",
      base: 504_921_600,
      step: 720,
      round: 60,
    });
  });

  it("are those of angles and plain numbers too", () => {
    const angle = keyword("A", "double", "", { keywordClass: "carr" });
    const height = keyword("H", "double", "", { keywordClass: "slot" });
    const of = series("su_ex.t", [
      angle,
      height,
      keyword("A_step", "float", "30"),
      keyword("A_unit", "string", "arcmins"),
      keyword("H_base", "double", "10"),
      keyword("H_step", "double", "0.5"),
      keyword("H_unit", "string", "whatever"),
    ]);
    expect(slotRule(of, angle)?.slotting).toEqual({ kind: "carr", base: 0, step: 0.5, round: 0.5 });
    expect(slotRule(of, height)?.slotting).toEqual({ kind: "slot", base: 10, step: 0.5, round: 0.5 });
  });

  it("are none for a keyword without slots", () => {
    expect(slotRule(series("su_ex.t", [step]), step)).toBeUndefined();
  });

  it("are an error that names series and keyword where a companion is missing, no constant or of no use", () => {
    const rule =
      (...keywords: Keyword[]) =>
      () =>
        slotRule(series("su_ex.t", [slotted, ...keywords]), slotted);
    expect(codeOf(rule(epoch))).toBe("ARCHIVE_FAILED");
    expect(messageOf(rule(epoch))).toBe(
      "Series su_ex.t: T_REC_step is missing, expected a number or a text such as 45s",
    );
    expect(messageOf(rule(step))).toBe(
      "Series su_ex.t: T_REC_epoch is missing, expected a time or the name of an epoch",
    );
    const variable = keyword("T_REC_step", "double", "45", { keywordClass: "variable" });
    expect(messageOf(rule(epoch, variable))).toBe(
      "Series su_ex.t: T_REC_step is variable, expected a constant keyword",
    );
    const zero = keyword("T_REC_step", "double", "0");
    expect(messageOf(rule(epoch, zero))).toBe(
      'Series su_ex.t: T_REC_step is "0", expected another number than 0',
    );
  });
});

describe("a record specification", () => {
  const time = keyword("T_REC", "time", "", { unit: "TAI", format: "0", keywordClass: "ts_eq" });
  const camera = keyword("CAMERA", "int", "", { format: "%d", keywordClass: "variable" });
  const wave = keyword("WAVE", "string", "", { format: "%s", keywordClass: "variable" });

  it("has a bracket for each prime key, printed in its format", () => {
    const print = specificationPrinter(series("su_ex.mag45", [time, camera], ["T_REC", "CAMERA"]));
    expect(print([1_051_747_200, 2], 7n)).toBe("su_ex.mag45[2010.05.01_00:00:00_TAI][2]");
  });

  it("has strings without quotes and the spelling of the archive", () => {
    expect(specificationPrinter(series("su_ex.Mag", [wave], ["WAVE"]))(["171 A"], 7n)).toBe(
      "su_ex.Mag[171 A]",
    );
  });

  it("prints a value that is missing as such", () => {
    const print = specificationPrinter(series("su_ex.mag45", [camera], ["CAMERA"]));
    expect(print([-2_147_483_648], 7n)).toBe("su_ex.mag45[-2147483648]");
  });

  it("is the record number where there are no prime keys, or one version is meant", () => {
    expect(specificationPrinter(series("su_ex.log", []))([], 1234n)).toBe("su_ex.log[:#1234]");
    expect(exactSpecification(series("su_ex.mag45", [time], ["T_REC"]), 9_007_199_254_740_993n)).toBe(
      "su_ex.mag45[:#9007199254740993]",
    );
  });
});
