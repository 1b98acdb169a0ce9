import { describe, expect, test } from "vitest";
import type { Level } from "../../../cache/level.js";
import type { Sidecar } from "../../../cache/store/sidecar.js";
import { belongsTo, detailsOf } from "../../../cache/store/sidecar-level.js";
import { parseSidecar, printSidecar } from "../../../cache/store/sidecar-text.js";
import { levelIn } from "../support/level-folder.js";

/** 2021-06-30 is day 7851 since 2000-01-01: 21 years with 6 leap days, then 180 days. */
const DAY = 21 * 365 + 6 + 180;

const LEVEL = levelIn("/nowhere", { params: ["10khz", "Ex=off"], dataVersion: "2" });

const SIDECAR: Sidecar = {
  v: 1,
  source: "Demo/Pump4",
  dsdfHash: "0123456789abcdef",
  dataVersion: "2",
  params: ["10khz", "Ex=off"],
  res: "bin-60s",
  period: "daily",
  begin: "2021-06-30T00:00:00Z",
  end: "2021-07-01T00:00:00Z",
  builtAt: "2022-01-02T03:04:05.678Z",
  sourceMtime: "2021-07-02T00:00:00.000Z",
  records: 1440,
  bytes: 23_400,
  sha256: "ab".repeat(32),
  crc32: 0xcbf43926,
  complete: true,
  noData: false,
  adopted: true,
  madeFrom: { kind: "level", level: "bin-1s daily", steps: 1 },
  headerBytes: 360,
  flat: true,
  x: { first: 678_240_000e6, last: 678_326_340e6 },
  statistics: { bytes: 35_000, sha256: "01".repeat(32), crc32: 7 },
  changed: true,
};

/** The sidecar with some fields otherwise, as text; `undefined` leaves one out. */
function text(other: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ ...SIDECAR, ...other });
}

describe("a sidecar", () => {
  test("is read as it was printed", () => {
    expect(parseSidecar(printSidecar(SIDECAR))).toEqual(SIDECAR);
  });

  test("needs none of the fields that may be missing", () => {
    const { dataVersion, sourceMtime, adopted, x, statistics, changed, ...least } = SIDECAR;
    expect(parseSidecar(printSidecar(least))).toStrictEqual(least);
  });

  test("may have fields that are not known, which are left out", () => {
    expect(parseSidecar(text({ colour: "red", statistics: { ...SIDECAR.statistics, mode: 1 } }))).toEqual(
      SIDECAR,
    );
  });

  test.each([
    ["another version", { v: 2 }],
    ["no source", { source: undefined }],
    ["an empty source", { source: "" }],
    ["a source that is a number", { source: 4 }],
    ["a source that is too long", { source: "a".repeat(4097) }],
    ["a hash that is too short", { dsdfHash: "0123456789abcde" }],
    ["a hash that is none", { dsdfHash: "0123456789abcdeg" }],
    ["a data version that is a number", { dataVersion: 2 }],
    ["words that are a text", { params: "10khz" }],
    ["words that are numbers", { params: [10] }],
    ["too many words", { params: new Array(1025).fill("a") }],
    ["an unknown period", { period: "weekly" }],
    ["a day that the calendar lacks", { begin: "2021-06-31T00:00:00Z" }],
    ["a time without a zone", { end: "2021-07-01T00:00:00" }],
    ["a build time that is a number", { builtAt: 1641092645678 }],
    ["records below zero", { records: -1 }],
    ["half a record", { records: 0.5 }],
    ["bytes beyond what is exact", { bytes: 2 ** 53 }],
    ["bytes as text", { bytes: "23400" }],
    ["a checksum in capitals", { sha256: "AB".repeat(32) }],
    ["a checksum that is too short", { sha256: "ab".repeat(31) }],
    ["a checksum of more than 32 bits", { crc32: 2 ** 32 }],
    ["a block that is not complete", { complete: false }],
    ["records but no data", { noData: true }],
    ["no records but data", { records: 0 }],
    ["headers longer than the block", { headerBytes: 23_401 }],
    ["a flag that is a number", { flat: 1 }],
    ["adopted: false", { adopted: false }],
    ["changed: false", { changed: false }],
    ["no origin", { madeFrom: undefined }],
    ["an unknown origin", { madeFrom: { kind: "tape" } }],
    ["an origin no step away", { madeFrom: { kind: "level", level: "bin-1s daily", steps: 0 } }],
    ["positions the wrong way round", { x: { first: 2, last: 1 } }],
    ["a position that is none", { x: { first: null, last: 1 } }],
    ["a companion without a checksum", { statistics: { bytes: 1, crc32: 1 } }],
  ])("with %s is none", (_, other) => {
    expect(parseSidecar(text(other))).toBeUndefined();
  });

  test.each([
    ["nothing", ""],
    ["zeros", "\0".repeat(700)],
    ["half of one", text({}).slice(0, 300)],
    ["a list", `[${text({})}]`],
    ["null", "null"],
    ["one with much behind it", `${text({})}${" ".repeat(16_384)}`],
  ])("is not %s", (_, other) => {
    expect(parseSidecar(other)).toBeUndefined();
  });
});

describe("a sidecar and a level", () => {
  test("belong together where all is the same", () => {
    expect(belongsTo(SIDECAR, LEVEL, DAY)).toBe(true);
  });

  test.each<[string, Partial<Level>, number]>([
    ["another source", { sourceId: "Demo/Pump5" }, DAY],
    ["another definition", { definition: "0123456789abcdee" }, DAY],
    ["another data version", { dataVersion: "3" }, DAY],
    ["no data version", { dataVersion: undefined! }, DAY],
    ["words in another order", { params: ["Ex=off", "10khz"] }, DAY],
    ["more words", { params: ["10khz", "Ex=off", "x"] }, DAY],
    ["words that give the same folder", { params: ["10khz Ex=off"] }, DAY],
    ["another resolution", { resolutionName: "bin-1s" }, DAY],
    ["the block before", {}, DAY - 1],
    ["the block after", {}, DAY + 1],
  ])("do not with %s", (_, other, number) => {
    expect(belongsTo(SIDECAR, { ...LEVEL, ...other }, number)).toBe(false);
  });

  test("of a month are not those of its first day", () => {
    const month = { ...SIDECAR, period: "monthly", begin: "2021-06-01T00:00:00Z" };
    expect(belongsTo(month, { ...LEVEL, period: "monthly" }, 21 * 12 + 5)).toBe(true);
    expect(belongsTo(month, LEVEL, DAY - 29)).toBe(false);
  });

  test("make an entry of an index", () => {
    const { changed, ...fresh } = SIDECAR;
    expect(detailsOf(fresh, DAY)).toEqual({
      number: DAY,
      state: "present",
      // In pages of 4096 bytes: 6, 9 and 1.
      bytes: 16 * 4096,
      sha256: SIDECAR.sha256,
      builtMs: Date.UTC(2022, 0, 2, 3, 4, 5, 678),
      definition: "0123456789abcdef",
      dataVersion: "2",
    });
    expect(detailsOf(SIDECAR, DAY).state).toBe("stale");
    expect(detailsOf({ ...fresh, records: 0, noData: true }, DAY).state).toBe("empty");
  });
});
