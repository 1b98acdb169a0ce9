import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { declareArguments } from "../../../netdrms/module/check-declaration.js";
import type { ModuleDeclaration } from "../../../netdrms/module/declaration.js";
import { readParameterFile } from "../../../netdrms/module/parameter-file.js";
import { moduleQuestion, usageText } from "../../../netdrms/module/usage.js";
import { codeOf, messageOf } from "../../support/thrown.js";

const EMPTY: ModuleDeclaration = { name: "m", summary: "a module", params: [], flags: [] };
const about = "something";

describe("a declaration", () => {
  it.each<[string, Partial<ModuleDeclaration>]>([
    ["-n is reserved", { flags: [{ name: "n", about }] }],
    ["-H is reserved", { flags: [{ name: "H", about }] }],
    ["n is there twice", { params: [{ name: "n", type: "INT", about }], flags: [{ name: "n", about }] }],
    ["JSOC_DBHOST is there twice", { params: [{ name: "JSOC_DBHOST", type: "STRING", about }] }],
    ["_x is no name", { params: [{ name: "_x", type: "INT", about }] }],
    ["range [5,1] of n holds no number", { params: [{ name: "n", type: "INT", range: "[5,1]", about }] }],
    ['default of n = "5"', { params: [{ name: "n", type: "INT", range: "[0,5)", default: 5, about }] }],
    ['default of t = "noon"', { params: [{ name: "t", type: "TIME", default: "noon", about }] }],
    ["c has no values", { params: [{ name: "c", type: "NUME", values: [], about }] }],
    [
      "is optional and has a default",
      { params: [{ name: "n", type: "INT", optional: true, default: 1, about }] },
    ],
    [
      "lat_nvals is defined by the list lat",
      {
        params: [
          { name: "lat_nvals", type: "INT", about },
          { name: "lat", type: "INTS", about },
        ],
      },
    ],
    [
      "lat_12_value is defined by the list lat",
      { params: [{ name: "lat", type: "STRINGS", about }], flags: [{ name: "lat_12_value", about }] },
    ],
    [
      "F takes all and is not last",
      {
        positionals: [
          { name: "F", many: true, about },
          { name: "G", about },
        ],
      },
    ],
    [
      "G must be given and follows one that need not",
      {
        positionals: [
          { name: "F", optional: true, about },
          { name: "G", about },
        ],
      },
    ],
    ["words of a request follow", { requestWords: true }],
    ["words of a request follow", { positionals: [{ name: "F", many: true, about }], requestWords: true }],
  ])("is refused when it is loaded: %s", (message, part) => {
    expect(messageOf(() => declareArguments({ ...EMPTY, ...part }))).toContain(message);
    expect(codeOf(() => declareArguments({ ...EMPTY, ...part }))).toBe("INTERNAL");
  });

  it("may give the letters of other standard flags a meaning of its own", () => {
    const flags = ["A", "L", "Q", "V", "h"].map((name) => ({ name, about }));
    expect(declareArguments({ ...EMPTY, flags }).flags).toBe(flags);
  });
});

describe("a question", () => {
  it("is -H, in any group, --help or --jsocmodver, whatever else is there", () => {
    expect(moduleQuestion(["x=1", "-kHz"])).toBe("help");
    expect(moduleQuestion(["--Help"])).toBe("help");
    expect(moduleQuestion(["-V", "--jsocmodver"])).toBe("version");
  });

  it("is not what stands for something else", () => {
    for (const words of [["-h"], ["H"], ["ds=-H"], ["ds=", "-H"], ["--", "-H"], ["-1H"], ["--hash"]])
      expect(moduleQuestion(words), words.join(" ")).toBeUndefined();
  });
});

it("tells in its usage of flags, then parameters with types, ranges and defaults", () => {
  const text = usageText({
    ...EMPTY,
    params: [
      { name: "n", type: "INT", range: "[0,9]", default: 5, about: "a count" },
      { name: "ds", type: "DATASET", about: "a record set" },
      { name: "colour", type: "NUME", values: ["red", "blue"], optional: true, about: "a colour" },
    ],
    flags: [
      { name: "A", about: "own" },
      { name: "quick", about: "fast" },
    ],
    positionals: [{ name: "FILE", about: "a file", optional: true, many: true }],
  });
  const lines = text.split("\n");
  expect(lines[0]).toBe("usage: m [-FLAGS] [NAME=VALUE]... [@FILE] [FILE...]");
  expect(lines).toContain("  n       INT      a count (in [0,9]; default 5)");
  expect(lines).toContain("  ds      DATASET  a record set (mandatory)");
  expect(lines).toContain("  colour  NUME     a colour (one of red, blue)");
  expect(lines).toContain("  --quick  fast");
  expect(lines.filter((line) => line.startsWith("  -A "))).toEqual(["  -A       own"]);
  expect(lines.indexOf("flags:")).toBeLessThan(lines.indexOf("parameters:"));
  expect(text).toContain("JSOC_DBHOST");
});

describe("a parameter file on disk", () => {
  const folder = mkdtempSync(join(tmpdir(), "parameters-"));
  it("is read whole", ({ onTestFinished }) => {
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, "file");
    writeFileSync(file, "n=5\ntext=é\n");
    expect(readParameterFile(file)).toBe("n=5\ntext=é\n");
    writeFileSync(file, Buffer.alloc(1_048_576, "#"));
    expect(readParameterFile(file)).toHaveLength(1_048_576);
    writeFileSync(file, Buffer.alloc(1_048_577, "#"));
    expect(messageOf(() => readParameterFile(file))).toContain("more than 1048576 bytes");
    expect(messageOf(() => readParameterFile(folder))).toContain("is no ordinary file");
  });

  it("that is endless, or not there, is refused", () => {
    expect(messageOf(() => readParameterFile("/dev/zero"))).toContain("is no ordinary file");
    expect(messageOf(() => readParameterFile(join(folder, "none")))).toContain("cannot be read");
  });
});
