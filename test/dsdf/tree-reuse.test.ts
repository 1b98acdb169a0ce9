import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import { listText } from "../../dsdf/listing.js";
import * as load from "../../dsdf/load.js";
import { SourceTree } from "../../dsdf/tree.js";

// Counts which definitions are opened, and opens them for real.
vi.mock("../../dsdf/load.js", async (original) => {
  const real = await original<typeof load>();
  return {
    ...real,
    readDefinitionBytes: vi.fn(real.readDefinitionBytes),
    loadDataSource: vi.fn(real.loadDataSource),
  };
});

const folder = mkdtempSync(join(tmpdir(), "heliostream-reuse-"));
afterAll(() => rmSync(folder, { recursive: true }));
const write = (name: string, description: string) =>
  writeFileSync(
    join(folder, `${name}.dsdf`),
    `description = '${description}'\nreader = rd\ndas2Stream = 1\n`,
  );

const scanned = vi.mocked(load.readDefinitionBytes);
const loaded = vi.mocked(load.loadDataSource);
beforeEach(() => {
  scanned.mockClear();
  loaded.mockClear();
  write("A", "a");
  write("B", "b");
});

function tree(ageMs: number): SourceTree {
  // The clock stands that far ahead of the time stamps of the files.
  const wallClock = () => Date.now() + ageMs;
  return new SourceTree({ roots: [folder], substitutions: new Map(), refreshMs: 0, wallClock });
}

describe("a tree of definitions that stays open (das2-server 20.5, 60)", () => {
  it("opens only what changed for a listing", async () => {
    const some = tree(60_000);
    expect(listText(await some.list())).toBe("A|a\r\nB|b\r\n");
    expect(scanned).toHaveBeenCalledTimes(2);
    expect(listText(await some.list())).toBe("A|a\r\nB|b\r\n");
    expect(scanned).toHaveBeenCalledTimes(2);
    write("B", "changed");
    expect(listText(await some.list())).toBe("A|a\r\nB|changed\r\n");
    expect(scanned.mock.calls.map(([file]) => file)).toEqual([
      ...scanned.mock.calls.slice(0, 2).map(([file]) => file),
      join(folder, "B.dsdf"),
    ]);
  });

  it("reads a source once and gives the same object until the file changes", async () => {
    const some = tree(60_000);
    const first = await some.find("A");
    expect(await some.find("A")).toBe(first);
    expect(loaded).toHaveBeenCalledTimes(1);
    expect(scanned).not.toHaveBeenCalled();
    write("A", "new one");
    expect((await some.find("A"))?.description).toBe("new one");
    expect(loaded).toHaveBeenCalledTimes(2);
  });

  it("reads a file again while it is so young that another change might not show", async () => {
    const some = tree(0);
    await some.find("A");
    await some.find("A");
    expect(loaded).toHaveBeenCalledTimes(2);
    await some.list();
    await some.list();
    expect(scanned).toHaveBeenCalledTimes(4);
  });
});
