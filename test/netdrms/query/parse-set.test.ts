import { describe, expect, it } from "vitest";
import { withKeyRange } from "../../../netdrms/query/narrow-query.js";
import { planSelection } from "../../../netdrms/query/plan-selection.js";
import { orderColumns } from "../../../netdrms/query/selection-sql.js";
import { codeOf } from "../../support/thrown.js";
import { MAG45, madeSeries, PLAIN, slotted } from "./made-series.js";
import { statement, tree } from "./reading.js";

// Slots of T_REC are (time - 504921600) / 45 to the nearest; DRMS times of the texts are those of netdrms 8:
// 2010.05.01_TAI is 1051747200, so slot 12151680, and a day has 1920 slots. UTC is 34 s behind, which is slot 12151681.

const value = (of: bigint | number | string) => ({ kind: "value", value: of });
const closed = (from: bigint | number | string, to: bigint | number | string, stride?: object) => ({
  kind: "range",
  from,
  to,
  closed: true,
  ...(stride === undefined ? {} : { stride }),
});
const open = (from: bigint | number, to: bigint | number, stride?: object) => ({
  ...closed(from, to, stride),
  closed: false,
});
const every = (n: bigint, start?: bigint) => ({
  kind: "whole",
  every: n,
  ...(start === undefined ? {} : { start }),
});

/** The ranges of the only filter on a key. */
function ranges(text: string, series = text.startsWith("su_ex.plain") ? PLAIN : MAG45): unknown {
  const { keyFilters } = tree(text, series);
  expect(keyFilters).toHaveLength(1);
  return keyFilters[0]?.ranges;
}

describe("the worked examples", () => {
  it.each<[string, object]>([
    [
      "su_ex.mag45[2010.05.01_00:00:00_TAI][2]",
      {
        keyFilters: [
          { key: 0, ranges: [value(12151680n)] },
          { key: 1, ranges: [value(2n)] },
        ],
      },
    ],
    [
      "su_ex.mag45[2010.05.01_00:00:00_TAI/3m]",
      { keyFilters: [{ key: 0, ranges: [open(12151680n, 12151684n)] }] },
    ],
    [
      "su_ex.mag45[2010.05.01_TAI-2010.05.02_TAI@12h][]",
      { keyFilters: [{ key: 0, ranges: [closed(12151680n, 12153600n, every(960n, 12151680n))] }] },
    ],
    ["su_ex.mag45[2010.05.01_00:00:22.5_TAI]", { keyFilters: [{ key: 0, ranges: [value(12151681n)] }] }],
    [
      "su_ex.mag45[#12151680-#12151689@5]",
      { keyFilters: [{ key: 0, ranges: [closed(12151680n, 12151689n, every(5n, 12151680n))] }] },
    ],
    [
      "su_ex.mag45[T_REC_index=12151680][CAMERA=1,2]",
      {
        keyFilters: [
          { key: 0, ranges: [value(12151680n)] },
          { key: 1, ranges: [value(1n), value(2n)] },
        ],
      },
    ],
    ["su_ex.mag45[5844d/1d]", { keyFilters: [{ key: 0, ranges: [open(11220480n, 11222400n)] }] }],
    ["su_ex.mag45[$]", { keyFilters: [{ key: 0, ranges: [{ kind: "last" }] }] }],
    ["su_ex.mag45[:#1000-#1099@10]", { keyFilters: [], recnums: [closed(1000n, 1099n, every(10n, 1000n))] }],
    [
      "su_ex.mag45[2010.05.01_TAI][! 1=1 !]",
      { keyFilters: [{ key: 0, ranges: [value(12151680n)] }], allVersions: true },
    ],
    ["su_ex.mag45[2010.05.01_TAI/20s]", { keyFilters: [{ key: 0, ranges: [open(12151680n, 12151681n)] }] }],
  ])("%s", (text, expected) => {
    expect(tree(text)).toMatchObject(expected);
  });

  it("restrict the segments by a list, in its order, not the records", () => {
    const query = tree("su_ex.plain[a][? COUNT > 1 ?]{ MASK : image;mask image }");
    expect(query.segments?.map(({ name }) => name)).toEqual(["mask", "image"]);
    expect(query.allVersions).toBe(false);
    expect(query.conditions).toHaveLength(1);
    expect(tree("su_ex.plain").segments).toBeUndefined();
  });

  it("warn of an extent that is shorter than a slot, and of a step that is no whole number of slots", () => {
    const warnings = (text: string) =>
      tree(text).warnings.map(({ message, span }) => [message, text.slice(span.begin, span.end)]);
    expect(warnings("su_ex.mag45[2010.05.01_TAI/20s]")).toEqual([
      ['"20s" is shorter than a slot, which is taken whole (character 28)', "20s"],
    ]);
    expect(warnings("su_ex.mag45[2010.05.01_TAI/1d@100s]")).toEqual([
      ['"100s" is no whole number of slots, taken as 2 (character 31)', "100s"],
    ]);
    expect(warnings("su_ex.mag45[2010.05.01_TAI/3m@90s]")).toEqual([]);
  });
});

describe("times that could end at several places", () => {
  it.each<[string, unknown]>([
    ["2010.05.01-2010.05.02", [closed(12151681n, 12153601n)]],
    ["2010.05.01_00:00:00-2010.05.02", [closed(12151681n, 12153601n)]],
    ["2010-05-01T00:00:00", [value(12151681n)]],
    ["2010-05-01 00:00:00", [value(12151681n)]],
    ["2010-05-01", [value(12151681n)]],
    ["2010-05-01T00:00:00Z-2010-05-01T01:00:00Z", [closed(12151681n, 12151761n)]],
    ["2010-05-01T00:00:00-2010-05-01T01:00:00", [closed(12151681n, 12151761n)]],
    ["2010-05-01-2010-05-02", [closed(12151681n, 12153601n)]],
    ["2010.05.01-0800", [value(12152321n)]],
    ["2010.05.01-0800-2010.05.02-0800@12h", [closed(12152321n, 12154241n, every(960n, 12152321n))]],
    ["2010.05.01,2010.05.02", [value(12151681n), value(12153601n)]],
    ["2010.05.01-2010.05.02,2010.05.03/1d", [closed(12151681n, 12153601n), open(12155521n, 12157441n)]],
    ["MJD_55317_UTC/1d@1h", [open(12151681n, 12153601n, every(80n, 12151681n))]],
    ["2010.05.01.5_TAI", [value(12152640n)]],
  ])("[%s]", (text, expected) => {
    expect(ranges(`su_ex.mag45[${text}]`)).toEqual(expected);
  });

  it("may be the missing time, an instant like any other", () => {
    const slot = Math.floor((-211087684832.184 - 504921600 + 22.5) / 45);
    expect(ranges("su_ex.mag45[drms_missing_value]")).toEqual([value(BigInt(slot))]);
  });

  it("are one time in a zone where that is the longest reading, with a warning if it could be a range", () => {
    // 2010 in the zone -20:11 is 2010.01.01_20:11_UTC.
    const query = tree("su_ex.mag45[2010-2011]");
    const t = 1051747234 - 120 * 86400 + (20 * 60 + 11) * 60;
    expect(query.keyFilters[0]?.ranges).toEqual([value(BigInt(Math.floor((t - 504921600 + 22.5) / 45)))]);
    expect(query.warnings.map(({ message }) => message)).toEqual([
      '"2010-2011" is the one time 2010 in the zone -2011; for a range write 2010_UTC-2011 (character 13)',
    ]);
    expect(tree("su_ex.mag45[2010.05.01-0800]").warnings).toEqual([]);
    expect(tree("su_ex.mag45[2010_UTC-2011]").keyFilters[0]?.ranges).toMatchObject([{ kind: "range" }]);
  });
});

describe("white space in a filter", () => {
  it.each<[string, unknown]>([
    ["[ 2010.05.01_TAI ]", [value(12151680n)]],
    ["[ 2010.05.01_TAI / 3m ]", [open(12151680n, 12151684n)]],
    ["[2010.05.01_TAI - 2010.05.02_TAI @ 12h]", [closed(12151680n, 12153600n, every(960n, 12151680n))]],
    ["[\t2010.05.01_TAI\n,\r\n2010.05.02_TAI ]", [value(12151680n), value(12153600n)]],
    ["[ T_REC = 2010.05.01_TAI ]", [value(12151680n)]],
    ["[t_rec\t=2010.05.01_TAI]", [value(12151680n)]],
    ["[ #5 - #9 @ 2 , #^ ]", [closed(5n, 9n, every(2n, 5n)), { kind: "first" }]],
    ["[ # - #9 ]".replace("# -", "#-"), [{ kind: "range", to: 9n, closed: true }]],
    ["[ $ , ^ ]", [{ kind: "last" }, { kind: "first" }]],
    ["[ T_REC_INDEX = -1 - 1 ]", [closed(-1n, 1n)]],
  ])("%j", (text, expected) => {
    expect(ranges(`su_ex.mag45${text}`)).toEqual(expected);
  });

  it("alone leaves out a key, like nothing at all", () => {
    expect(tree("su_ex.mag45[ \t][ 2 ]").keyFilters).toEqual([{ key: 1, ranges: [value(2n)] }]);
    expect(tree("su_ex.mag45[][2]").keyFilters).toEqual([{ key: 1, ranges: [value(2n)] }]);
  });

  it("ends a string without quotes", () => {
    expect(ranges("su_ex.plain[ abc ]")).toEqual([value("abc")]);
    expect(ranges("su_ex.plain[abc , def]")).toEqual([value("abc"), value("def")]);
  });
});

describe("index sets", () => {
  it.each<[string, unknown]>([
    ["#7", [value(7n)]],
    ["#-7", [value(-7n)]],
    ["#0x10", [value(16n)]],
    ["#^", [{ kind: "first" }]],
    ["#$", [{ kind: "last" }]],
    ["#1-#5", [closed(1n, 5n)]],
    ["#-5-#-1", [closed(-5n, -1n)]],
    ["#5/10", [open(5n, 15n)]],
    ["#5/10@3", [open(5n, 15n, every(3n, 5n))]],
    ["#5-#", [{ kind: "range", from: 5n, closed: true }]],
    ["#5-#@2", [{ kind: "range", from: 5n, closed: true, stride: every(2n, 5n) }]],
    ["#-#5", [{ kind: "range", to: 5n, closed: true }]],
    ["#-#-5", [{ kind: "range", to: -5n, closed: true }]],
    ["#-#5@2", [{ kind: "range", to: 5n, closed: true, stride: every(2n) }]],
    ["#-#", [{ kind: "range", closed: true }]],
    ["#-#@4", [{ kind: "range", closed: true, stride: every(4n) }]],
    ["#1,#3-#5,#$", [value(1n), closed(3n, 5n), { kind: "last" }]],
    ["#9223372036854775807/5", [{ kind: "range", from: 9223372036854775807n, closed: false }]],
  ])("[%s] and [:%s]", (text, expected) => {
    expect(ranges(`su_ex.mag45[${text}]`)).toEqual(expected);
    expect(tree(`su_ex.mag45[:${text}]`).recnums).toEqual(expected);
  });

  it("are base + n * step of a plain key whose series says so", () => {
    const grid = { kind: "grid", step: 10, every: 2n, start: 130 };
    expect(ranges("su_ex.plain[][][][][#3-#5@2]")).toEqual([closed(130n, 150n, grid)]);
    expect(ranges("su_ex.plain[][][][][#-1]")).toEqual([value(90n)]);
    expect(ranges("su_ex.plain[][#3/2]")).toEqual([open(3n, 5n)]);
    expect(ranges("su_ex.plain[][][#3]")).toEqual([value(3)]);
  });
});

describe("values of plain keys", () => {
  it.each<[string, unknown]>([
    ["[abc-def]", [value("abc-def")]],
    ["[abc/def@2]", [value("abc/def@2")]],
    ["['abc'-'def']", [closed("abc", "def")]],
    ['["a b","c]d"]', [value("a b"), value("c]d")]],
    ["['it\\'s\\t']", [value("it's\t")]],
    ["['']", [value("")]],
    ["['$']", [value("$")]],
    ["[$]", [{ kind: "last" }]],
    ["[$x]", [value("$x")]],
    ["[a,$]", [value("a"), { kind: "last" }]],
    ["[NAME='a=b']", [value("a=b")]],
    ["['drms_missing_value']", [value("drms_missing_value")]],
    ["[drms_missing_value]", [value("")]],
    ["[][0x10]", [value(16n)]],
    ["[][0xFFFF]", [value(-1n)]],
    ["[][010]", [value(10n)]],
    ["[][1-5@2]", [closed(1n, 5n, every(2n, 1n))]],
    ["[][-5--1]", [closed(-5n, -1n)]],
    ["[][7/3]", [open(7n, 10n)]],
    ["[][]" + "[1.5]", [value(1.5)]],
    ["[][][0.1]", [value(Math.fround(0.1))]],
    ["[][][1e-3-2]", [closed(Math.fround(0.001), 2)]],
    ["[][][1/0.5@0.25]", [open(1, 1.5, { kind: "near", start: 1, step: 0.25 })]],
    ["[][][nan]", [value(Number.NaN)]],
    ["[][][][2010.05.01_TAI/1.5h]", [open(1051747200, 1051752600)]],
    [
      "[][][][2010.05.01_TAI-2010.05.02_TAI@45s]",
      [closed(1051747200, 1051833600, { kind: "near", start: 1051747200, step: 45 })],
    ],
    ["[][][][][9223372036854775807]", [value(9223372036854775807n)]],
    // Beyond 64 bits the end of a range is a real, which PostgreSQL compares too.
    ["[][][][][9223372036854775807/5]", [open(9223372036854775807n, 2 ** 63)]],
  ])("%s", (text, expected) => {
    expect(ranges(`su_ex.plain${text}`)).toEqual(expected);
  });

  it("of type char cannot be compared", () => {
    const series = madeSeries({ name: "a.b", primeKeys: ["C"], keywords: [{ name: "C", type: "char" }] });
    expect(codeOf(() => tree("a.b[5]", series))).toBe("BAD_QUERY");
  });
});

describe("values of slotted keys", () => {
  const series = madeSeries({
    name: "a.b",
    primeKeys: ["T", "X", "L"],
    keywords: [
      ...slotted("T", "time", "ts_slot", { step: "45", epoch: "1993.01.01_TAI" }),
      ...slotted("X", "double", "slot", { base: "10", step: "0.5" }),
      ...slotted("L", "float", "carr", { step: "1" }),
    ],
  });

  it.each<[string, unknown]>([
    // ts_slot rounds down: 1051747244.9 is still slot 12151680.
    ["[2010.05.01_00:00:44.9_TAI]", [value(12151680n)]],
    ["[5844d/4u]", [open(11220480n, 11220484n)]],
    ["[-1d/1d]", [open(-1920n, 0n)]],
    ["[100u-1993.01.01_01:30_TAI]", [closed(100n, 120n)]],
    ["[1.5h/3m@2u]", [open(120n, 124n, every(2n, 120n))]],
    // slot: floor((x - 10 + 0.25) / 0.5)
    ["[][10]", [value(0n)]],
    ["[][10.25]", [value(1n)]],
    ["[][9.7]", [value(-1n)]],
    ["[][10-12.3@1]", [closed(0n, 5n, every(2n, 0n))]],
    ["[][10/2]", [open(0n, 4n)]],
    ["[][10/3u@2u]", [open(0n, 3n, every(2n, 0n))]],
    ["[][4u/1]", [open(4n, 6n)]],
    ["[][2s/1]", [open(4n, 6n)]],
    ["[][#4]", [value(4n)]],
    ["[X_index=4]", [value(4n)]],
    ["[x=12]", [value(4n)]],
    // carr: degrees to the nearest
    ["[][][12.3]", [value(12n)]],
    ["[][][12.5]", [value(13n)]],
    ["[][][90/30@10]", [open(90n, 120n, every(10n, 90n))]],
    ["[][][90u/3u]", [open(90n, 93n)]],
  ])("%s", (text, expected) => {
    expect(ranges(`a.b${text}`, series)).toEqual(expected);
  });

  it("has no durations in seconds where values are degrees", () => {
    expect(codeOf(() => tree("a.b[][][90d]", series))).toBe("BAD_QUERY");
  });
});

describe("the plan of a selection", () => {
  it("has filters in the order of the prime keys, without those that restrict nothing", () => {
    const { keyFilters } = planSelection(
      tree("su_ex.mag45[CAMERA=$][2010.05.01_TAI][T_REC=$][T_REC_index=#-#]"),
    );
    expect(keyFilters).toEqual([
      { key: 0, ranges: [value(12151680n)] },
      { key: 0, ranges: [{ kind: "last" }] },
      { key: 1, ranges: [{ kind: "last" }] },
    ]);
  });

  it.each([
    ["su_ex.mag45", true, ["t_rec_index", "camera"]],
    ["su_ex.mag45[1993/1d]", true, ["t_rec_index", "camera"]],
    ["su_ex.mag45[1993/1d][? QUALITY = 0 ?]", true, ["t_rec_index", "camera"]],
    // There is nothing to sort by a key of one value.
    ["su_ex.mag45[1993]", true, ["camera"]],
    ["su_ex.mag45[1993,1994][$]", true, ["t_rec_index"]],
    ["su_ex.mag45[1993][2]", true, ["t_rec_index", "camera"]],
    ["su_ex.mag45[1993/1d][! QUALITY = 0 !]", false, ["t_rec_index", "camera", "recnum"]],
    ["su_ex.mag45[1993][! QUALITY = 0 !]", false, ["camera", "recnum"]],
    ["su_ex.mag45[! 1=1 !][? QUALITY = 0 ?]", false, ["t_rec_index", "camera", "recnum"]],
    ["su_ex.mag45[:#1]", false, ["t_rec_index", "camera", "recnum"]],
    ["su_ex.log[? NOTE = 'a' ?]", false, ["recnum"]],
  ])("has the rule of the latest version, and an order: %s", (text, latest, order) => {
    const selection = planSelection(tree(text));
    expect(selection.latest).toBe(latest);
    expect(orderColumns(selection)).toEqual(order);
  });

  it("leaves out a condition that is always true", () => {
    expect(planSelection(tree("su_ex.log[! 1=1 !]")).conditions).toEqual([]);
    expect(planSelection(tree("su_ex.log[! true !]")).conditions).toEqual([]);
    expect(planSelection(tree("su_ex.log[! 1=2 !]")).conditions).toHaveLength(1);
  });

  it("takes whole numbers of records alone", () => {
    expect(codeOf(() => planSelection(tree("su_ex.log"), 1.5))).toBe("BAD_QUERY");
    expect(codeOf(() => planSelection(tree("su_ex.log"), Number.NaN))).toBe("BAD_QUERY");
  });

  it("can be restricted by a range that no text says", () => {
    const query = withKeyRange(tree("su_ex.mag45[$][3]"), 0, { begin: 100n, end: 200n });
    expect(planSelection(query).keyFilters).toEqual([
      { key: 0, ranges: [{ kind: "last" }] },
      { key: 0, ranges: [open(100n, 200n)] },
      { key: 1, ranges: [value(3n)] },
    ]);
    expect(planSelection(withKeyRange(tree("su_ex.mag45"), 0, { end: 200n })).keyFilters).toEqual([
      { key: 0, ranges: [{ kind: "range", to: 200n, closed: false }] },
    ]);
    expect(planSelection(withKeyRange(tree("su_ex.mag45"), 0, {})).keyFilters).toEqual([]);
    expect(codeOf(() => withKeyRange(tree("su_ex.log"), 0, {}))).toBe("INTERNAL");
  });

  it("takes first and last among what the filters of the keys before select", () => {
    expect(statement("su_ex.mag45[][$]")).toContain(
      "r.camera = (SELECT max(k.camera) FROM su_ex.mag45 AS k) ",
    );
    expect(statement("su_ex.mag45[CAMERA=^][#5-#9][? QUALITY = 0 ?]")).toContain(
      "r.camera = (SELECT min(k.camera) FROM su_ex.mag45 AS k WHERE (k.t_rec_index >= 5 AND k.t_rec_index <= 9)) ",
    );
    const shadowed = { ...MAG45, hasShadow: true };
    expect(statement("su_ex.mag45[][$]", shadowed)).toContain("FROM su_ex.mag45_shadow AS k)");
  });
});
