import { describe, expect, it } from "vitest";
import { declareArguments } from "../../../netdrms/module/check-declaration.js";
import { describeArguments } from "../../../netdrms/module/describe-arguments.js";
import { parseModuleArguments } from "../../../netdrms/module/parse-arguments.js";
import { usageText } from "../../../netdrms/module/usage.js";

const OPEN = declareArguments({
  name: "note",
  summary: "takes keywords",
  params: [{ name: "series", type: "DATASERIES", about: "series" }],
  flags: [{ name: "c", about: "a flag" }],
  positionals: [{ name: "file", about: "a file", optional: true }],
  otherNames: "a keyword of the series",
});

describe("a module that takes names of any keyword", () => {
  it("gets their texts, with escapes and blanks, beside what it declares", () => {
    const parsed = parseModuleArguments(OPEN, [
      "-c",
      "series=su_ex.a",
      "T_REC=2010.05.01_TAI",
      "NOTE= a b\\tc",
      "_x=",
      "1",
      "file.fits",
      "JSOC_DBHOST=db",
    ]);
    expect(parsed.values).toMatchObject({ series: "su_ex.a", c: true });
    expect([...parsed.others]).toEqual([
      ["T_REC", "2010.05.01_TAI"],
      ["NOTE", " a b\tc"],
      ["_x", "1"],
    ]);
    expect(parsed.positionals).toEqual(["file.fits"]);
    expect(parsed.standard.JSOC_DBHOST).toBe("db");
    expect(describeArguments(parsed)).toContain('T_REC = "2010.05.01_TAI"');
  });

  it("prefers those of the command line to those of a parameter file, and none come from the environment", () => {
    const { others, unused } = parseModuleArguments(OPEN, ["FIRST=1", "@day", "series=s"], {
      readFile: () => "FIRST=2\nNEXT='x y'\n",
      env: { CAMERA: "2" },
    });
    expect([...others]).toEqual([
      ["FIRST", "1"],
      ["NEXT", "x y"],
    ]);
    expect(unused).toEqual([]);
  });

  it("still knows its flags, and says in its usage that it takes any name", () => {
    expect(() => parseModuleArguments(OPEN, ["series=s", "-z"])).toThrow('flag "z" of "-z" is not known');
    expect(() => parseModuleArguments(OPEN, ["series=s", "--color", "red"])).toThrow("--color is not known");
    expect(usageText(OPEN)).toMatch(/^usage: note .* \[file\] \[NAME=VALUE\]\.\.\.\n/);
    expect(usageText(OPEN)).toContain("other names:\n  NAME  a keyword of the series\n");
  });
});
