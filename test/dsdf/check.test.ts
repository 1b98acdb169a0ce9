import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { levelRemarks } from "../../cache/levels/level-remarks.js";
import { loadConfig } from "../../config/config.js";
import { packageRoot } from "../../config/package-root.js";
import { checkTree, type SourceReport } from "../../dsdf/check.js";
import { problemText } from "../../dsdf/definition-problem.js";
import { pipelineTools, type ToolSettings } from "../../dsdf/tools.js";
import { SourceTree } from "../../dsdf/tree.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "heliostream-check-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const GOOD = `description = 'D'
reader = 'built_in -x | outside'
das2Stream = 1
techContact = 'Ann'
validRange = '2021-01-01 to 2022-01-01'
exampleRange_00 = '2021-06-30 to 2021-07-01'
`;

function write(name: string, text: string): string {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

async function check(ids?: string[], more: Partial<ToolSettings> = {}): Promise<SourceReport[]> {
  const tree = new SourceTree({ roots: [folder], substitutions: new Map() });
  const tools = pipelineTools({ ...loadConfig({ env: {} }), ...more });
  const bin = join(folder, ".bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, "outside"), "");
  chmodSync(join(bin, "outside"), 0o755);
  writeFileSync(join(bin, "no_program"), "");
  chmodSync(join(bin, "no_program"), 0o644);
  return checkTree(
    {
      tree,
      tools,
      isBuiltIn: (name) => name === "built_in",
      programFolders: [bin],
      levelRemarks: (source) => levelRemarks(source, tools),
    },
    ids,
  );
}

const lines = (report: SourceReport | undefined) =>
  (report?.problems ?? []).map((problem) => problemText(problem).replaceAll(folder, ""));

describe("the check of definitions (das2-server 19.4)", () => {
  it("finds nothing in a good source", async () => {
    const file = write("Demo/Pump4.dsdf", GOOD);
    expect(await check()).toEqual([{ id: "Demo/Pump4", file, good: true, problems: [] }]);
  });

  it.each<[string, boolean, string]>([
    ["reader = 'absent -x'", false, "error: reader: there is no program absent in BIN_PATH"],
    ["reader = 'no_program'", false, "error: reader: there is no program no_program in BIN_PATH"],
    ["reader = '/nonexistent/x'", false, "error: reader: /nonexistent/x is not an executable file"],
    ["reader = 'bin/x'", false, "error: reader: program bin/x is neither a name nor an absolute path"],
    ["reducer = 'built_in | absent'", false, "error: reducer: there is no program absent in BIN_PATH"],
    [
      "exampleRange_03 = '2020-12-31 to 2021-01-02'",
      true,
      "warning: exampleRange_03: the example reaches out of validRange",
    ],
    [
      "exampleRange_03 = '2021-12-31 to 2022-01-02'",
      true,
      "warning: exampleRange_03: the example reaches out of validRange",
    ],
    ["exampleRange_03 = 'soon'", false, 'error: exampleRange_03: value "soon" (expected BEGIN to END'],
    ["param_00 = '|'", false, 'error: param_00: value "|" (expected FLAG | description'],
    ["description = 'E'", true, "warning: description: repeats line 1, whose value is lost"],
    ["summary = 'Ann's'", true, "warning: summary: a quote inside a string should be written twice"],
    ["hidden = maybe", true, 'warning: hidden: value "maybe" counts as false'],
    ["qstream = 1", true, "warning: qstream: das2Stream and qstream are both true; qstream counts"],
    [
      "das2Stream = 0",
      false,
      "error: a das1 source (neither das2Stream, das3Stream nor qstream is true), but DAS1_TO_DAS2",
    ],
    ["requiresInterval = 1", true, "warning: exampleRange_00: an example without exampleInterval"],
    [
      "requiresInterval = 1\ncacheLevel_01 = '60 s | daily'",
      true,
      "warning: cacheLevel_01: blocks of this source cannot be kept: it computes points for an interval",
    ],
    ["cacheLevels = auto\nqstream = 1", true, "warning: cacheLevels: blocks of this source cannot be kept"],
    [
      "cacheLevel_02 = '7 s | daily'",
      true,
      "warning: cacheLevel_02: blocks (daily) are not whole bins of 7 s",
    ],
    [
      "cacheLevel_02 = '2 s | persecond'",
      false,
      "error: cacheLevel_02: bins of 2 s have no centre in blocks",
    ],
    ["securityRealm = 'a \"b\"'", true, "warning: securityRealm: quotes and backslashes"],
    [
      "dropParams = 1\nexampleParams_00 = p",
      true,
      "warning: exampleParams_00: parameters of an example never reach",
    ],
    ["dropParams = 1\nparam = p", true, "warning: dropParams: declared parameters never reach"],
    [
      "reader = 'built_in $(foo)'",
      true,
      "warning: reader: asks for the request parameter foo: a request without it is refused",
    ],
    [
      "reader = 'built_in #[foo # @ # ]'",
      true,
      "warning: reader: asks for the request parameter foo: clients do not know of it",
    ],
    ["readAccess = 'NOBODY:x'", false, 'error: readAccess: value "NOBODY:x" (expected METHOD:VALUE'],
    ["cacheReader = 'absent'", true, "warning: cacheReader: there is no program absent in BIN_PATH"],
    ["implicitTimeItem = maybe", true, 'warning: implicitTimeItem: value "maybe" counts as false'],
    ["subSource_01 = 'A'", false, 'error: subSource_01: value "A" (expected KEY | description'],
    ["paramInfo_03 = 'x'", true, "warning: paramInfo_03: belongs to no param of its number"],
    ["liveDelay = soon", false, 'error: liveDelay: value "soon" (expected NUMBER UNIT'],
    ["summry = 'x'", true, "warning: summry: is nothing that the server knows; was summary meant?"],
    [
      "exmpleRange_02 = 'x'",
      true,
      "warning: exmpleRange_02: is nothing that the server knows; was exampleRange_02 meant?",
    ],
    ["no equals sign", false, 'error: no "=" in the line (expected keyword = value)'],
    ["rename = Demo/Nowhere", true, "warning: rename: there is no source Demo/Nowhere"],
    ["rename = Demo/Pump4", false, "error: rename: the source is renamed to itself"],
    ["server = ftp://h/das", false, 'error: server: value "ftp://h/das" is not an http or https URL without'],
    ["server = 'https://h/das?x=1'", false, 'error: server: value "https://h/das?x=1" is not'],
    ["server = 'https://h/das#y'", false, 'error: server: value "https://h/das#y" is not'],
    ["server = 'https://ann:word@h/das'", false, 'error: server: value "https://ann:word@h/das" is not'],
    [
      "server = data.example.org",
      false,
      'error: server: value "data.example.org" is not an http or https URL without',
    ],
  ])("finds %j", async (more, good, text) => {
    write("Demo/Pump4.dsdf", `${GOOD}${more}\n`);
    const [report] = await check();
    expect(report?.good).toBe(good);
    expect(lines(report).join("\n")).toContain(text);
    expect(lines(report).some((line) => /^\/Demo\/Pump4\.dsdf(:[0-9]+)?: (error|warning): /.test(line))).toBe(
      true,
    );
  });

  it("takes names of a site's own as they are", async () => {
    write(
      "Demo/Pump4.dsdf",
      `${GOOD}opsContact = 'Bo'\nlabel(0) = 'A'\nreaders = 'x'\nsummary = '$(readers)'\nproject = 'Pumps'\npath = '/data'\n`,
    );
    expect(lines((await check())[0])).toEqual([]);
  });

  it("wants to know the records of a das1 source where they are converted", async () => {
    write("X.dsdf", GOOD.replace("das2Stream = 1\n", ""));
    const converter = { das1ToDas2: "built_in" };
    const wrong = "/X.dsdf: error: a das1 source without form: x_multi_y, x_tagged_y_scan or x_y_z";
    expect(lines((await check(undefined, converter))[0])).toEqual([wrong]);
    write("X.dsdf", `${GOOD.replace("das2Stream = 1\n", "")}form = x_multi_y\nny = none\n`);
    expect(lines((await check(undefined, converter))[0])).toEqual([
      '/X.dsdf:7: error: ny: value "none" (expected a whole number from 1 to 99)',
    ]);
  });

  it("names the line, in order", async () => {
    write("X.dsdf", `${GOOD}\nhidden = maybe\nreader = absent\nsummary = 'a'b'\n`);
    expect(lines((await check())[0])).toEqual(
      [
        "/X.dsdf:9: warning: reader: repeats line 2, whose value is lost",
        '/X.dsdf:8: warning: hidden: value "maybe" counts as false (true is 1, true, yes or on)',
        "/X.dsdf:9: error: reader: there is no program absent in BIN_PATH",
        "/X.dsdf:10: warning: summary: a quote inside a string should be written twice",
      ].sort((a, b) => Number(/:([0-9]+):/.exec(a)?.[1]) - Number(/:([0-9]+):/.exec(b)?.[1])),
    );
  });

  it("says what is missing from a bare source", async () => {
    write(`Demo/${"n".repeat(60)}.dsdf`, "description = x\nreader = built_in\nqstream = 1\n");
    expect(lines((await check())[0]).map((line) => line.replace(/^[^ ]* /, ""))).toEqual([
      "warning: no reducer for qstream streams: data are sent in full resolution",
      "warning: no exampleRange: the source is missing from server=discovery",
      "warning: no techContact",
      "warning: the id has more than 63 bytes; clients of the C library cut it",
    ]);
  });

  it("sees renames that go in a circle or on and on", async () => {
    write("A.dsdf", "rename = B\n");
    write("B.dsdf", "rename = C.dsdf\n");
    write("C.dsdf", "rename = A\n");
    write("D.dsdf", "rename = B\n");
    for (let n = 0; n < 9; n++) write(`R${n}.dsdf`, `rename = R${n + 1}\n`);
    write("R9.dsdf", GOOD);
    const found = new Map((await check()).map(({ id, problems }) => [id, problems.map(problemText).join()]));
    expect(found.get("A")).toContain("error: rename: renames go in a circle, A -> B -> C -> A");
    expect(found.get("D")).toContain("error: rename: renames go in a circle, D -> B -> C -> A -> B");
    expect(found.get("R0")).toContain("error: rename: more than 8 renames");
    expect(found.get("R1")).toBe("");
  });

  it("checks hidden, renamed and broken ones too, or only those asked for", async () => {
    write("A.dsdf", `${GOOD}hidden = 1\n`);
    write("B.dsdf", "rename = A\n");
    write("C.dsdf", "reader\n");
    expect((await check()).map(({ id, good }) => [id, good])).toEqual([
      ["A", true],
      ["B", true],
      ["C", false],
    ]);
    expect((await check(["A", "Nowhere"])).map(({ id, good }) => [id, good])).toEqual([
      ["A", true],
      ["Nowhere", false],
    ]);
  });

  it("finds no error in the sources that ship here", async () => {
    const config = loadConfig({ env: {} });
    const tree = new SourceTree({
      roots: [join(packageRoot(), "dsdf/sources")],
      substitutions: config.substitutions,
    });
    const reports = await checkTree({
      tree,
      tools: pipelineTools(config),
      isBuiltIn: () => true,
      programFolders: [],
    });
    expect(reports.length).toBeGreaterThan(0);
    expect(reports.flatMap(({ problems }) => problems.map(problemText))).toEqual([]);
  });
});
