import { describe, expect, it } from "vitest";
import {
  DEFAULT_FILE_NAME,
  type FileNameParts,
  fileName,
  readFileNameTemplate,
  UniqueNames,
} from "../../../netdrms/export/file-name.js";
import { messageOf } from "../../support/thrown.js";
import { keyword } from "./keyword.js";

/** The record of netdrms 2.4, and one at half past twelve. */
const PARTS: FileNameParts = {
  seriesName: "su_ex.mag45",
  recnum: 1041n,
  segment: "magnetogram.fits",
  running: 7,
  keyword(name) {
    switch (name.toUpperCase()) {
      case "T_REC":
        return { source: keyword("T_REC", "time", { unit: "TAI" }), value: 1051747200 };
      case "T_OBS":
        // 2010.05.01_12:30:15_TAI
        return { source: keyword("T_OBS", "time", { unit: "TAI" }), value: 1051747200 + 45_015 };
      case "CAMERA":
        return { source: keyword("CAMERA", "int", { format: "%d" }), value: 2 };
      case "NAME":
        return { source: keyword("NAME", "string"), value: "a b/../c\n" };
      default:
        return undefined;
    }
  },
};

const nameOf = (template: string): string => fileName(readFileNameTemplate(template), PARTS);

describe("names of exported files", () => {
  it.each([
    ["{seriesname}.{T_REC:A-3}.{segment}", "su_ex.mag45.20100501_TAI.magnetogram.fits"],
    [DEFAULT_FILE_NAME, "su_ex.mag45.1041.magnetogram.fits"],
    ["{T_OBS:A-1}", "20100501_1230_TAI"],
    ["{T_OBS:D0,UTC}", "@2010@05@01@122941_UTC"],
    ["{T_OBS:D3,UTC}", "@2010@05@01@122941@000_UTC"],
    ["{T_OBS:D0,ISO}", "@2010-05-01@122941Z"],
    ["{T_REC:D1,JD}", "@JD_2455317@5"],
    ["{t_obs:0,UTC}", "2010.05.01_12:29:41_UTC"],
    ["{T_OBS:A}", "20100501_123015_TAI"],
    ["{T_REC}", "2010.05.01_00:00:00_TAI"],
    ["{#}_{#:%d}.fits", "00007_7.fits"],
    ["{recnum:%08lld}", "00001041"],
    ["{CAMERA}-{camera:%03d}", "2-002"],
    ["{}a{:x}b", "ab"],
    ["{NAME}", "ab_.._c"],
  ])("%s gives %s", (template, expected) => {
    expect(nameOf(template)).toBe(expected);
  });

  it.each([
    ["{NOKEY}", 'file-name template: UnknownKey "NOKEY"'],
    ["{T_REC", 'file-name template "{T_REC": a { without its }'],
    [
      "{T_REC:nonsense}",
      'file-name template: layout "nonsense" of the time T_REC, expected [A|D]precision[,zone]',
    ],
    ["{CAMERA:%d%d}", 'file-name template: layout "%d%d" of CAMERA, expected one conversion of printf'],
    ["..", 'the file-name template gives "..", expected the name of a file'],
    [" \t", 'the file-name template gives "", expected the name of a file'],
    ["x".repeat(128), "the file-name template gives a name of 128 characters, expected at most 127"],
    [
      `${"µ".repeat(127)}{CAMERA}`,
      "the file-name template gives a name of 128 characters, expected at most 127",
    ],
    ["\u20ac".repeat(100), "the file-name template gives a name of 300 bytes, expected at most 255"],
    ["x".repeat(513), "a file-name template of more than 512 characters"],
  ])("%j is refused", (template, message) => {
    expect(messageOf(() => nameOf(template))).toBe(message);
  });

  it("never hold a slash", () => {
    expect(nameOf("../{NAME}/{segment}")).not.toContain("/");
  });

  it("are given once each", () => {
    const names = new UniqueNames();
    expect(
      ["a.fits", "a.fits", "a_1.fits", "a.fits", "b", "b", ".x", ".x"].map((name) => names.take(name)),
    ).toEqual(["a.fits", "a_1.fits", "a_1_1.fits", "a_2.fits", "b", "b_1", ".x", ".x_1"]);
  });

  it("are never those of the lists that an export ends with", () => {
    const names = new UniqueNames();
    expect(["index.txt", "file_list.json", "index.txt"].map((name) => names.take(name))).toEqual([
      "index_1.txt",
      "file_list_1.json",
      "index_2.txt",
    ]);
  });

  it("are found as fast where all files would have the same one", () => {
    const names = new UniqueNames();
    let last = "";
    // A search from 1 on for each would be 2e10 steps.
    for (let n = 0; n < 200_000; n++) last = names.take("x.fits");
    expect(last).toBe("x_199999.fits");
  });
});
