import { describe, expect, it } from "vitest";
import { formatRecordsFile, parseRecordsFile } from "../../../netdrms/sums/records-file.js";
import { parseSunum, siteCode, sunumRange } from "../../../netdrms/sums/sunum.js";
import { isUnitFolder, segmentFilePath, slotFolder } from "../../../netdrms/sums/unit-path.js";
import { codeOf, messageOf } from "../../support/thrown.js";

describe("SUNUMs", () => {
  it("of a site lie in its range, both ends included", () => {
    // netdrms 3.2 and 8.
    expect(sunumRange(3)).toEqual({ first: 844424930131968n, last: 1125899906842623n });
    expect(sunumRange(0)).toEqual({ first: 0n, last: 281474976710655n });
    // The last of all sites ends where the type does.
    expect(sunumRange(0x7fff).last).toBe(9223372036854775807n);
  });

  it.each([-1, 32768, 1.5, Number.NaN])("have no site of code %s", (code) => {
    expect(codeOf(() => sunumRange(code))).toBe("BAD_PARAMETER");
  });

  it("tell the site that made a unit", () => {
    // netdrms 3.2: the hundred-and-first unit of site 3; netdrms 8: 722684218 is of site 0.
    expect([siteCode(844424930132068n), siteCode(722684218n)]).toEqual([3, 0]);
    expect([siteCode(844424930131967n), siteCode(1125899906842624n)]).toEqual([2, 4]);
    expect(siteCode(9223372036854775807n)).toBe(0x7fff);
    expect(siteCode(-1n)).toBe(-1);
  });

  it("are read as people write them, and nothing else is", () => {
    expect(parseSunum("9223372036854775807")).toBe(9223372036854775807n);
    for (const bad of ["9223372036854775808", "-1", "", "1.0", "0x10", "12 ", "1e3", "9".repeat(400)])
      expect(
        codeOf(() => parseSunum(bad)),
        bad,
      ).toBe("BAD_PARAMETER");
  });
});

describe("the path of a segment's file", () => {
  const file = { segment: "magnetogram", protocol: "fits", slot: 3, file: "" } as const;

  it("is in the folder of its slot, by the name of its record", () => {
    expect(segmentFilePath({ ...file, file: "image.fits" })).toBe("S00003/image.fits");
  });

  // netdrms 1.7.
  it.each([
    ["generic", "S00003/magnetogram"],
    ["fits", "S00003/magnetogram.fits"],
    ["fitz", "S00003/magnetogram.fits"],
    ["bin", "S00003/magnetogram.bin"],
    ["bin.gz", "S00003/magnetogram.bin.gz"],
    ["fitsdep", "S00003/magnetogram.fits"],
    ["fitzdep", "S00003/magnetogram.fitz"],
    ["tas", "magnetogram.tas"],
  ] as const)("without a name is that of the segment, for protocol %s", (protocol, path) => {
    expect(segmentFilePath({ ...file, protocol })).toBe(path);
  });

  it.each(["msi", "dsds", "local"] as const)("is none for protocol %s", (protocol) => {
    expect(codeOf(() => segmentFilePath({ ...file, protocol }))).toBe("NOT_IMPLEMENTED");
  });

  it("has a slot of five digits", () => {
    expect([slotFolder(0), slotFolder(99_999)]).toEqual(["S00000", "S99999"]);
    for (const slot of [-1, 100_000, 1.5, Number.NaN])
      expect(codeOf(() => slotFolder(slot))).toBe("BAD_FILE");
  });

  it.each([
    "../secret",
    "/etc/passwd",
    "a/../../b",
    "a//b",
    "a/",
    ".",
    "..",
    "./a",
    "a\0b",
    "a\nb",
    "a\x7fb",
    "x".repeat(256),
    "ä".repeat(128),
  ])("never leaves the unit: %j is refused", (hostile) => {
    expect(codeOf(() => segmentFilePath({ ...file, file: hostile }))).toBe("BAD_FILE");
    expect(codeOf(() => segmentFilePath({ ...file, protocol: "tas", file: hostile }))).toBe("BAD_FILE");
  });

  it("may be long, hold blanks and dots, and lie in a folder", () => {
    for (const name of ["x".repeat(255), "a b", "..a", "a..b", "logs/1.txt"])
      expect(segmentFilePath({ ...file, file: name })).toBe(`S00003/${name}`);
  });

  it("is refused with a message that shows no control characters", () => {
    const message = messageOf(() => segmentFilePath({ ...file, file: "a\x1b[2Jb" }));
    expect(message).not.toContain("\x1b");
    expect(message).toContain("a\\u001b[2Jb");
  });
});

describe("the folder of a unit", () => {
  it("is D and the number, in a partition, and nothing else", () => {
    const partitions = new Set(["/SUM0"]);
    expect(isUnitFolder("/SUM0/D17", 17n, partitions)).toBe(true);
    for (const folder of [
      "/SUM0/D18",
      "/SUM1/D17",
      "/SUM0/../etc/D17",
      "/SUM0/D17/",
      "/SUM0",
      "/D17",
      "D17",
      "/SUM0/x/D17",
    ])
      expect(isUnitFolder(folder, 17n, partitions), folder).toBe(false);
  });
});

describe("Records.txt", () => {
  // netdrms 3.3, written out.
  const example = "series=su_ex.mag45\nslot\trecord number\n0\t1041\n1\t1042\n";

  it("is written as the specification shows it, slots in order", () => {
    const recnums = new Map([
      [1, 1042n],
      [0, 1041n],
    ]);
    expect(formatRecordsFile({ series: "su_ex.mag45", deletes: false, recnums })).toBe(example);
    expect(formatRecordsFile({ series: "su_ex.mag45", deletes: true, recnums })).toBe(
      `DELETE_SLOTS_RECORDS\n${example}`,
    );
  });

  it("is read back, with or without the order to delete", () => {
    const recnums = new Map([
      [0, 1041n],
      [1, 1042n],
    ]);
    expect(parseRecordsFile(example)).toEqual({ series: "su_ex.mag45", deletes: false, recnums });
    expect(parseRecordsFile(`DELETE_SLOTS_RECORDS\r\n${example.replaceAll("\n", "\r\n")}`)).toEqual({
      series: "su_ex.mag45",
      deletes: true,
      recnums,
    });
  });

  it.each([
    ["", 1],
    ["DELETE_SLOTS_RECORDS\n", 2],
    ["series=a b\nslot\trecord number\n", 1],
    ["series=su_ex.mag45\n0\t1041\n", 2],
    ["series=su_ex.mag45\nslot\trecord number\n0 1041\n", 3],
    ["series=su_ex.mag45\nslot\trecord number\n0\t1041\n1\t-5\n", 4],
    ["series=su_ex.mag45\nslot\trecord number\n0\t1041\n\n1\t7\n", 4],
  ])("that is broken says where: %j", (text, line) => {
    expect(codeOf(() => parseRecordsFile(text))).toBe("BAD_FILE");
    expect(messageOf(() => parseRecordsFile(text))).toContain(`line ${line}:`);
  });
});
