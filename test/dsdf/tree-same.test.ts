import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { SourceTree } from "../../dsdf/tree.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "heliostream-tree-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function define(id: string, description: string): void {
  const file = join(root, `${id}.dsdf`);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, `description = '${description}'\ndas2Stream = 1\nreader = 'random'\n`);
}

it("gives the same listing, the very object, until a file or folder changes", async () => {
  define("A/One", "first");
  // An hour later nothing that was written a moment ago can change without a sign.
  const tree = new SourceTree({
    roots: [root],
    substitutions: new Map(),
    refreshMs: 0,
    wallClock: () => Date.now() + 3_600_000,
  });
  const first = await tree.list();
  expect(await tree.list()).toBe(first);
  define("A/One", "another text");
  const edited = await tree.list();
  expect(edited).not.toBe(first);
  expect(await tree.list()).toBe(edited);
  define("B/Two", "second");
  const added = await tree.list();
  expect(added.map(({ id }) => id)).toEqual(["A/", "A/One", "B/", "B/Two"]);
  rmSync(join(root, "B/Two.dsdf"));
  const removed = await tree.list();
  expect(removed.map(({ id }) => id)).toEqual(["A/", "A/One"]);
  expect(await tree.list()).toBe(removed);
});
