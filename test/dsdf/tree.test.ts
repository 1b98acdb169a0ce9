import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { discoveryText, listText } from "../../dsdf/listing.js";
import { idElements } from "../../dsdf/source-id.js";
import { SourceTree, type TreeOptions } from "../../dsdf/tree.js";
import { DasError } from "../../errors/das-error.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "heliostream-tree-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const SOURCE = "description = 'D'\nreader = rd\ndas2Stream = 1\n";

function write(name: string, text = SOURCE): string {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

function tree(options: Partial<TreeOptions> = {}): SourceTree {
  return new SourceTree({ roots: [folder], substitutions: new Map(), refreshMs: 0, ...options });
}

const ids = async (some: SourceTree) => (await some.list()).map(({ id }) => id);

describe("listing (das2-server 2.5)", () => {
  it("gives the worked example, CRLF, byte order", async () => {
    write("Demo/_dirinfo_.dsdf", "description = 'Demonstration sources'");
    write("Demo/Pump4.dsdf", "description = 'Pump 4 supply voltage'\nreader = rd\n");
    write("Demo/old/Gauge.dsdf", "reader = rd\n");
    expect(listText(await tree().list())).toBe(
      "Demo/|Demonstration sources\r\nDemo/Pump4|Pump 4 supply voltage\r\nDemo/old/\r\nDemo/old/Gauge\r\n",
    );
  });

  it("leaves out hidden, renamed and dotted ones, _dirinfo_, other files and empty directories", async () => {
    write("a/Shown.dsdf");
    write("a/NotHidden.dsdf", `${SOURCE}hidden = 0\n`);
    write("a/Hidden.dsdf", `${SOURCE}hidden = yes\n`);
    write("a/Renamed.dsdf", "rename = a/Shown\n");
    write("a/.dotted.dsdf");
    write(".git/x.dsdf");
    write("a/readme.txt", "x");
    write("b/Hidden.dsdf", `${SOURCE}hidden = 1\n`);
    write("c/_dirinfo_.dsdf", "description = empty");
    mkdirSync(join(folder, "d/e"), { recursive: true });
    write("_dirinfo_.dsdf", "description = top");
    expect(await ids(tree())).toEqual(["a/", "a/NotHidden", "a/Shown"]);
  });

  it("keeps a bar in a description, and shows substitutions of the file and of permitted settings only", async () => {
    write("A.dsdf", "description = 'a | b $(v) $(SITE) $(request,-)'\nv = 1\nreader = rd");
    const some = tree({ substitutions: new Map([["SITE", "Here"]]) });
    expect(listText(await some.list())).toBe("A|a | b 1 Here -\r\n");
  });

  it("lists a broken file without description, and find tells what is wrong with it", async () => {
    write("a/Good.dsdf");
    write("a/Broken.dsdf", "description = 'x'\nreader rd\n");
    write("a/Bytes.dsdf", "\u0000\u0000");
    const some = tree();
    expect(listText(await some.list())).toBe("a/\r\na/Broken\r\na/Bytes\r\na/Good|D\r\n");
    await expect(some.find("a/Broken")).rejects.toMatchObject({ code: "BAD_DEFINITION" });
    await expect(some.find("a/Broken")).rejects.toBeInstanceOf(DasError);
    expect((await some.find("a/Good"))?.description).toBe("D");
  });

  it("sorts by the bytes of UTF-8", async () => {
    for (const name of ["b", "B", "a-", "a/x", "é", "\uff5e", "\u{1f600}", "a"]) write(`${name}.dsdf`);
    expect(await ids(tree())).toEqual(["B", "a", "a-", "a/", "a/x", "b", "é", "\uff5e", "\u{1f600}"]);
  });

  it("discovery: only sources with examples, none inside test, and their directories", async () => {
    const example = `${SOURCE}exampleRange_00 = 2021-01-01 to 2021-01-02\n`;
    write("A/With.dsdf", example);
    write("A/Without.dsdf");
    write("A/_dirinfo_.dsdf", "description = Dir");
    write("A/test/With.dsdf", example);
    write("B/Without.dsdf");
    write("low/er/With.dsdf", example);
    write("Test/With.dsdf", example);
    const entries = await tree().list();
    expect(discoveryText(entries)).toBe(
      "A/|Dir\r\nA/With|D\r\nTest/\r\nTest/With|D\r\nlow/\r\nlow/er/\r\nlow/er/With|D\r\n",
    );
    expect(discoveryText(entries, { skipLowercase: true })).toBe(
      "A/|Dir\r\nA/With|D\r\nTest/\r\nTest/With|D\r\n",
    );
    expect(discoveryText([])).toBe("");
  });

  it("follows symbolic links, not in circles, and goes at most 20 levels deep", async () => {
    const other = mkdtempSync(join(tmpdir(), "heliostream-linked-"));
    try {
      write("a/X.dsdf");
      writeFileSync(join(other, "Y.dsdf"), SOURCE);
      symlinkSync(other, join(folder, "linked"));
      symlinkSync(join(other, "Y.dsdf"), join(folder, "Z.dsdf"));
      symlinkSync("..", join(folder, "a/up"));
      symlinkSync("/nonexistent", join(folder, "dangling.dsdf"));
      write(`${Array(19).fill("d").join("/")}/Deep.dsdf`);
      write(`${Array(25).fill("e").join("/")}/TooDeep.dsdf`);
      const listed = await ids(tree());
      expect(listed.filter((id) => !/^[de]\//.test(id))).toEqual(["Z", "a/", "a/X", "linked/", "linked/Y"]);
      expect(listed.filter((id) => id.endsWith("Deep"))).toEqual([`${"d/".repeat(19)}Deep`]);
      expect((await tree().find("linked/Y"))?.id).toBe("linked/Y");
      expect((await tree().find("Z"))?.description).toBe("D");
      expect(await tree().find("dangling")).toBeUndefined();
    } finally {
      rmSync(other, { recursive: true });
    }
  });

  it("notices new, changed, renamed and removed files", async () => {
    const file = write("a/X.dsdf");
    const some = tree();
    expect(listText(await some.list())).toBe("a/\r\na/X|D\r\n");
    write("a/X.dsdf", "description = 'E'\nreader = rd\ndas2Stream = 1\n");
    write("b/Y.dsdf");
    expect(listText(await some.list())).toBe("a/\r\na/X|E\r\nb/\r\nb/Y|D\r\n");
    renameSync(file, join(folder, "a/W.dsdf"));
    rmSync(join(folder, "b"), { recursive: true });
    expect(listText(await some.list())).toBe("a/\r\na/W|E\r\n");
    expect(await ids(new SourceTree({ roots: [join(folder, "absent")], substitutions: new Map() }))).toEqual(
      [],
    );
  });

  it("looks at the disk again only after a while", async () => {
    let now = 0;
    write("X.dsdf");
    const some = tree({ refreshMs: 1000, now: () => now });
    const first = await some.list();
    write("Y.dsdf");
    now = 999;
    expect(await some.list()).toBe(first);
    now = 1000;
    expect(await ids(some)).toEqual(["X", "Y"]);
  });

  it("takes the first root that has an id", async () => {
    write("one/X.dsdf", "description = 'one'\nreader = rd\n");
    write("two/X.dsdf", "description = 'two'\nreader = rd\n");
    write("two/Y.dsdf");
    const some = tree({ roots: [join(folder, "one"), join(folder, "two")] });
    expect(listText(await some.list())).toBe("X|one\r\nY|D\r\n");
    expect((await some.find("X"))?.description).toBe("one");
    expect((await some.find("Y"))?.description).toBe("D");
  });
});

describe("find", () => {
  it("takes a trailing .dsdf, exact case, hidden and renamed sources", async () => {
    write("Demo/Pump4.dsdf", `${SOURCE}hidden = 1\n`);
    write("Demo/Old.dsdf", "rename = Demo/Pump4\n");
    const some = tree();
    expect((await some.find("Demo/Pump4"))?.id).toBe("Demo/Pump4");
    expect((await some.find("Demo/Pump4.dsdf"))?.id).toBe("Demo/Pump4");
    expect((await some.find("Demo/Old"))?.rename).toBe("Demo/Pump4");
    expect(await some.find("demo/pump4")).toBeUndefined();
    expect(await some.find("Demo")).toBeUndefined();
    expect(await some.find("Demo/Pump4/x")).toBeUndefined();
  });

  it("takes another case where asked to and where only one id differs so", async () => {
    write("Demo/Pump4.dsdf");
    write("Demo/Twin.dsdf");
    write("Demo/TWIN.dsdf");
    const some = tree();
    expect((await some.find("demo/PUMP4", { anyCase: true }))?.id).toBe("Demo/Pump4");
    expect((await some.find("Demo/Twin", { anyCase: true }))?.id).toBe("Demo/Twin");
    expect(await some.find("demo/twin", { anyCase: true })).toBeUndefined();
  });

  it.each([
    "",
    ".",
    "..",
    "../secret",
    "Demo/../../secret",
    "/etc/passwd",
    "Demo//Pump4",
    "Demo/",
    "/Demo/Pump4",
    "Demo/./Pump4",
    ".hidden/Pump4",
    "Demo/.Pump4",
    "Demo/_dirinfo_",
    "Demo/_dirinfo_.dsdf",
    "Demo/Pump4\u0000",
    "Demo/Pump4\n",
    ".dsdf",
    "Demo/.dsdf",
    `${"a/".repeat(20)}b`,
    "a".repeat(1025),
  ])("has no source %j", async (id) => {
    write("Demo/Pump4.dsdf");
    write("Demo/_dirinfo_.dsdf");
    write("b/.dsdf");
    writeFileSync(`${folder}-secret.dsdf`, SOURCE);
    try {
      expect(idElements(id)).toBeUndefined();
      expect(await tree().find(id)).toBeUndefined();
    } finally {
      rmSync(`${folder}-secret.dsdf`);
    }
  });

  it("notices that a file changed, went away or came back", async () => {
    const file = write("X.dsdf");
    const some = tree();
    expect((await some.find("X"))?.description).toBe("D");
    write("X.dsdf", "description = 'E'\nreader = rd\n");
    expect((await some.find("X"))?.description).toBe("E");
    rmSync(file);
    expect(await some.find("X")).toBeUndefined();
    write("X.dsdf", "broken");
    await expect(some.find("X")).rejects.toMatchObject({ code: "BAD_DEFINITION" });
    write("X.dsdf");
    expect((await some.find("X"))?.description).toBe("D");
  });

  it("takes regular files only", async () => {
    mkdirSync(join(folder, "D.dsdf"));
    write("D.dsdf/X.dsdf");
    expect(await tree().find("D")).toBeUndefined();
    expect((await tree().find("D.dsdf/X"))?.id).toBe("D.dsdf/X");
    expect(await ids(tree())).toEqual(["D.dsdf/", "D.dsdf/X"]);
  });

  it("lists the sources that keep blocks for operators: hidden ones too, no renamed and no broken ones", async () => {
    write("a/Auto.dsdf", `${SOURCE}cacheLevels = auto\n`);
    write("B.dsdf", `${SOURCE}cacheLevel_07 = '60 s | daily'\nhidden = true\n`);
    write("C.dsdf", `${SOURCE}cacheLevel = 'intrinsic | daily'\n`);
    write("Plain.dsdf");
    write("Unset.dsdf", `${SOURCE}cacheLevels = ''\n`);
    write("Moved.dsdf", "rename = 'B'\ncacheLevels = auto\n");
    write("Broken.dsdf", "cacheLevels = auto\nbroken");
    expect(await tree().listCached()).toEqual(["B", "C", "a/Auto"]);
  });

  it("answers many at once", async () => {
    for (let i = 0; i < 50; i++) write(`a/X${i}.dsdf`);
    const some = tree();
    const found = await Promise.all(Array.from({ length: 200 }, (_, i) => some.find(`a/X${i % 50}`)));
    expect(found.every((source, i) => source?.id === `a/X${i % 50}`)).toBe(true);
    const lists = await Promise.all([some.list(), some.list(), some.list()]);
    expect(lists.every((list) => list.length === 51)).toBe(true);
  });
});
