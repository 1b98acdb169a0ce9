import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkFolders } from "../../dsdf/check-folders.js";
import { problemText } from "../../dsdf/definition-problem.js";
import { rootProblems } from "../../dsdf/roots.js";
import { SourceTree } from "../../dsdf/tree.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "heliostream-folders-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const context = { substitutions: new Map([["SITE_ID", "pumps"]]) };
const treeOf = (...roots: string[]) => new SourceTree({ roots, ...context });

function write(name: string, text: string): void {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

async function report(): Promise<[id: string, good: boolean, lines: string[]][]> {
  const reports = await checkFolders(treeOf(folder), context);
  return reports.map(({ id, good, problems }) => [
    id,
    good,
    problems.map((problem) => problemText(problem).replace(folder, "")),
  ]);
}

describe("folders of definitions", () => {
  it("that cannot be read are named with the reason; an empty one is no fault", async () => {
    writeFileSync(join(folder, "file"), "");
    symlinkSync("circle", join(folder, "circle"));
    mkdirSync(join(folder, "empty"));
    const roots = ["none", "file", "circle", "empty"].map((name) => join(folder, name));
    expect(await rootProblems(roots)).toEqual([
      { folder: roots[0], message: "there is no such folder" },
      { folder: roots[1], message: "it is no folder" },
      { folder: roots[2], message: "it cannot be read (ELOOP)" },
    ]);
    const tree = treeOf(...roots);
    expect((await checkFolders(tree, context)).map(({ id, good }) => [id, good])).toEqual(
      roots.slice(0, 3).map((root) => [root, false]),
    );
    expect(await tree.list()).toEqual([]);
  });
});

describe("_dirinfo_ files (das2-server 12.1)", () => {
  it("describe a directory and keep it from being browsed, but not from lists", async () => {
    const source = "description = x\nreader = y\n";
    write("_dirinfo_.dsdf", "description = 'All'\n");
    write("A/_dirinfo_.dsdf", "description = 'Pumps of $(SITE_ID)'\nuri = 'tag:example.org,2021:/a'\n");
    write("A/One.dsdf", source);
    write("B/_dirinfo_.dsdf", "description = 'Hidden'\nbrowse = no\n");
    write("B/Two.dsdf", source);
    write("C/_dirinfo_.dsdf", "description = 'Shown'\nbrowse = yes\n");
    write("C/Three.dsdf", source);
    expect((await treeOf(folder).list()).filter(({ id }) => id.endsWith("/"))).toEqual([
      { id: "A/", description: "Pumps of pumps", hasExamples: false },
      { id: "B/", description: "Hidden", hasExamples: false, browse: false },
      { id: "C/", description: "Shown", hasExamples: false },
    ]);
    expect(await report()).toEqual([]);
  });

  it.each<[string, boolean, string]>([
    ["browse = perhaps", true, ':2: warning: browse: value "perhaps" counts as false'],
    ["uri = 'demo pumps'", false, ':2: error: uri: value "demo pumps" (expected a URI such as tag:'],
    ["reader = 'rd'", true, ":2: warning: reader: does not count here, only description, uri and browse do"],
    ["description = ''", true, ":1: warning: no description"],
    ["no equals sign", false, ':2: error: no "=" in the line (expected keyword = value)'],
    ["uri = '$(NOTHING)'", false, ":2: error: uri: $(NOTHING) has no value"],
  ])("are checked: %s", async (line, good, text) => {
    write("Demo/_dirinfo_.dsdf", `description = 'Demo'\n${line}\n`);
    const [[id, isGood, lines] = ["", false, []], ...more] = await report();
    expect([id, isGood, more]).toEqual(["Demo/", good, []]);
    expect(lines.join("\n")).toContain(`/Demo/_dirinfo_.dsdf${text}`);
  });

  it("may have keywords of their own for others", async () => {
    write("Demo/_dirinfo_.dsdf", "place = 'Demo'\ndescription = 'All of $(place)'\n");
    write("Demo/One.dsdf", "description = x\nreader = y\n");
    expect(await report()).toEqual([]);
    expect((await treeOf(folder).list())[0]).toMatchObject({ description: "All of Demo" });
  });
});

describe("whether a source asks for a login", () => {
  it.each([
    ["readAccess = 'USER:ann'", true],
    ["readAccess = 'age:1y | group:team'", true],
    ["groupAccess = team", true],
    ["readAccess = 'AGE:1y'", false],
    ["readAccess = ''\ngroupAccess = team", false],
    ["readAccess = '$(NOTHING)'", false],
    ["", false],
  ])("%j: %s", async (text, expected) => {
    write("Demo/One.dsdf", `description = 'First'\nreader = y\n${text}\n`);
    const tree = treeOf(folder);
    expect(await tree.asksForLogin()).toBe(expected);
    expect((await tree.list())[1]).toMatchObject({ id: "Demo/One", description: "First" });
  });
});
