import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadConfig } from "../../config/config.js";
import { checkTree } from "../../dsdf/check.js";
import { problemText } from "../../dsdf/definition-problem.js";
import { describeSource } from "../../dsdf/describe.js";
import { discoveryText, listText } from "../../dsdf/listing.js";
import { dataSource } from "../../dsdf/load.js";
import { planStages } from "../../dsdf/stages.js";
import { pipelineTools } from "../../dsdf/tools.js";
import { SourceTree } from "../../dsdf/tree.js";
import { parseTimeRange } from "../../stream/time.js";
import { problemIn } from "../support/definition-problem.js";
import { messageOf } from "../support/thrown.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "heliostream-files-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const TAR = "description = 'Exported files'\nreader = 'packer -z'\noutputType = 'application/x-tar | tar'\n";
const TOOLS = pipelineTools(loadConfig({ env: {} }));

function load(text: string) {
  return dataSource("A", "/srv/A.dsdf", new TextEncoder().encode(text), { substitutions: new Map() });
}

const typed = (type: string) => TAR.replace("application/x-tar | tar", type);

describe("a source that gives a file", () => {
  it.each([
    ["application/x-tar | tar", "application/x-tar", "tar"],
    ["application/gzip|tar.gz", "application/gzip", "tar.gz"],
    ["  image/fits |  fits ", "image/fits", "fits"],
    ["text/plain;charset=utf-8 | txt", "text/plain; charset=utf-8", "txt"],
    ["application/vnd.ms-excel | XLS", "application/vnd.ms-excel", "XLS"],
  ])("of the type %j", (text, mediaType, extension) => {
    expect(load(typed(text))).toMatchObject({
      form: "file",
      fileType: { mediaType, extension },
      hapi: false,
      problems: [],
    });
  });

  it.each([
    "",
    "tar",
    "application/x-tar",
    "application/x-tar |",
    "application/x-tar | tar | gz",
    "application/x-tar | .tar",
    "application/x-tar | t/ar",
    "application/x-tar | tar\\r\\nX-Evil: 1",
    "application | tar",
    "application/ x-tar | tar",
    'text/plain; charset="utf-8" | txt',
    `application/${"x".repeat(100)} | x`,
    "application/octet-stream | bin",
    "application/vnd.das2.das2stream | d2s",
    "text/vnd.das2.qstream | qdst",
    "application/vnd.das.stream | d3b",
  ])("not of the type %j", (text) => {
    const problem = problemIn(() => load(typed(text)));
    expect(problem).toContain("line 3, outputType: value ");
    expect(problem).toContain("(expected TYPE/SUBTYPE | EXTENSION, for example application/x-tar | tar");
  });

  it.each(["das2Stream", "das3Stream", "qstream"])("is no %s as well", (keyword) => {
    expect(problemIn(() => load(`${TAR}${keyword} = 1\n`))).toBe(
      `line 3, outputType: a file cannot be a stream as well, but ${keyword} is true (expected either outputType or ${keyword})`,
    );
    expect(load(`${TAR}${keyword} = 0\n`).form).toBe("file");
  });

  it("has no reducer", () => {
    for (const reducer of ["das2_bin_avg", "pre_reduced"])
      expect(problemIn(() => load(`${TAR}reducer = '${reducer}'\n`))).toBe(
        "line 4, reducer: a file is not reduced (expected no reducer beside outputType)",
      );
    for (const reducer of ["not_reducible", "not_reducable"])
      expect(load(`${TAR}reducer = '${reducer}'\n`).reducer).toBe(false);
  });

  it("is made by its reader alone, on the range of the request", () => {
    const range = parseTimeRange("2021-06-30T00:00:10 to 2021-06-30T00:00:50");
    const query = { sourceId: "A", ...range, requested: range, params: ["x"], output: "stream" as const };
    const stages = (more: object) => planStages(load(TAR), { ...query, ...more }, TOOLS);
    const expected = {
      role: "reader",
      argv: ["packer", "-z", "2021-06-30T00:00:10", "2021-06-30T00:00:50", "x"],
      env: {},
    };
    expect(stages({})).toEqual([expected]);
    expect(stages({ resolution: 60 })).toEqual([expected]);
    for (const output of ["text", "csv"])
      expect(messageOf(() => stages({ output }))).toBe(
        `${output} output is not for this source: it gives a file of the type application/x-tar (.tar), as it is`,
      );
  });

  it("says its type to clients", () => {
    expect(describeSource(load(TAR))).toContain('outputType="application/x-tar | tar"');
  });
});

function write(name: string, text: string): void {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

const tree = () => new SourceTree({ roots: [folder], substitutions: new Map(), refreshMs: 0 });

describe("listings (das2-server 2.5, 21)", () => {
  it("offer clients of streams no files, and keep those apart", async () => {
    const example = "exampleRange_00 = '2021-06-30 to 2021-07-01'\n";
    write("Sun/Files.dsdf", TAR + example);
    write("Sun/Stream.dsdf", `description = 'S'\nreader = rd\ndas2Stream = 1\n${example}`);
    write("Sun/Hidden.dsdf", `${TAR}hidden = 1\n`);
    write("Only/Files.dsdf", TAR + example);
    write("Only/_dirinfo_.dsdf", "description = 'Nothing but files'\n");
    const some = tree();
    expect(listText(await some.list())).toBe("Sun/\r\nSun/Stream|S\r\n");
    expect(discoveryText(await some.list())).toBe("Sun/\r\nSun/Stream|S\r\n");
    expect(listText(await some.listFiles())).toBe(
      "Only/|Nothing but files\r\nOnly/Files|Exported files\r\nSun/\r\nSun/Files|Exported files\r\n",
    );
    expect((await some.find("Only/Files"))?.form).toBe("file");
  });
});

describe("the check of definitions (das2-server 19.4)", () => {
  const GOOD = `${TAR}techContact = 'Ann'\nexampleRange_00 = '2021-06-30 to 2021-07-01'\n`;
  const KINDS: Readonly<Record<string, "reader" | "filter" | "converter" | "bytes">> = {
    rd: "reader",
    flt: "filter",
    csv: "converter",
    packer: "bytes",
  };

  async function problems(text: string): Promise<string[]> {
    write("X.dsdf", text);
    const [report] = await checkTree({
      tree: tree(),
      tools: TOOLS,
      isBuiltIn: () => true,
      builtInKind: async (name) => KINDS[name],
      programFolders: [],
    });
    return (report?.problems ?? []).map((problem) => problemText(problem).replaceAll(folder, ""));
  }

  it("finds nothing in a good one", async () => {
    expect(await problems(GOOD)).toEqual([]);
    for (const reader of ["rd | flt | csv", "rd | outside", "packer | gzip", "outside"])
      expect(await problems(GOOD.replace("packer -z", reader))).toEqual([]);
  });

  it.each<[string, string]>([
    [GOOD.replace("packer", "rd"), "/X.dsdf:2: error: reader: rd gives a das2 stream, not a file"],
    [GOOD.replace("packer", "rd | flt"), "/X.dsdf:2: error: reader: flt gives a das2 stream, not a file"],
    [
      GOOD.replace("packer -z", "packer | csv"),
      "/X.dsdf:2: error: reader: csv reads a stream, but packer gives a file",
    ],
    [
      GOOD.replace(/outputType.*/, "das2Stream = 1"),
      "/X.dsdf:2: error: reader: packer gives a file: outputType says of which type",
    ],
    [
      GOOD.replace("application/x-tar", "tar"),
      '/X.dsdf:3: error: outputType: value "tar | tar" (expected TYPE/SUBTYPE | EXTENSION, for example application/x-tar | tar, and not a type of das streams or of anything (octet-stream))',
    ],
    [
      `${GOOD}cacheLevel_00 = '60 s | daily'\n`,
      "/X.dsdf:6: warning: cacheLevel_00: has no meaning for a source that gives a file",
    ],
    [`${GOOD}hapi = 1\n`, "/X.dsdf:6: warning: hapi: has no meaning for a source that gives a file"],
    [
      `${GOOD}exampleResolution = 60\n`,
      "/X.dsdf:6: warning: exampleResolution: has no meaning for a source that gives a file",
    ],
    [
      GOOD.replace(/exampleRange.*\n/, ""),
      "/X.dsdf: warning: no exampleRange: nobody can tell what to ask for",
    ],
    [
      GOOD.replace("outputType", "outputTyp"),
      "/X.dsdf:3: warning: outputTyp: is nothing that the server knows; was outputType meant?",
    ],
  ])("finds what is wrong", async (text, expected) => {
    expect(await problems(text)).toContain(expected);
  });
});
