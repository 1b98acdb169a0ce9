import { describe, expect, it } from "vitest";
import { tree } from "../../../cgi/browse/tree.js";
import { MOST_LINES, MOST_SOURCES, planTree, sourceCounts } from "../../../cgi/browse/tree-plan.js";
import type { CatalogFolder, CatalogIndex } from "../../../cgi/flex/catalog-index.js";
import type { DataSource } from "../../../dsdf/data-source.js";
import { dataSource } from "../../../dsdf/load.js";

const TEXT = new TextEncoder().encode("description = 'A source'\ndas2Stream = 1\nreader = none\n");

/** A catalog of sources by id, made as a tree of their elements. */
function catalog(ids: readonly string[]): CatalogIndex & { readonly root: CatalogFolder } {
  const folders = new Map<string, { id: string; folders: string[]; sources: DataSource[] }>();
  const folder = (id: string) => {
    const known = folders.get(id);
    if (known !== undefined) return known;
    const made = { id, folders: [] as string[], sources: [] as DataSource[] };
    folders.set(id, made);
    if (id !== "") folder(id.slice(0, Math.max(id.lastIndexOf("/"), 0))).folders.push(id);
    return made;
  };
  folder("");
  const sources = new Map<string, DataSource>();
  for (const id of ids) {
    const source = dataSource(id, "x.dsdf", TEXT, { substitutions: new Map() });
    sources.set(id, source);
    folder(id.slice(0, Math.max(id.lastIndexOf("/"), 0))).sources.push(source);
  }
  return { folders, sources, others: new Map(), root: folder("") };
}

const lines = (markup: string) => markup.match(/<li class="one">|<summary>/g)?.length ?? 0;

describe("the tree of sources", () => {
  it("is open altogether where there are few sources", () => {
    const index = catalog(["A/B/One", "A/Two", "Three"]);
    const plan = planTree(index.root, index);
    expect([...plan.open].sort()).toEqual(["", "A", "A/B"]);
    expect(Object.fromEntries(plan.counts)).toEqual({ "": 3, A: 2, "A/B": 1 });
    expect(lines(tree("/das/server", index.root, index).text)).toBe(5);
  });

  it("is open down to the first choice where there are many", () => {
    const ids = Array.from({ length: 50 }, (_, n) => [`Only/Way/A/${n}`, `Only/Way/B/${n}`]).flat();
    const index = catalog(ids);
    expect([...planTree(index.root, index).open]).toEqual(["Only", "Only/Way"]);
  });

  it("has no more lines than a page may have, whatever is in it", () => {
    const ids = Array.from({ length: 10_000 }, (_, n) => `M${n % 7}/I${n % 31}/S${n}`);
    const index = catalog(ids);
    const text = tree("/das/server", index.root, index).text;
    expect(lines(text)).toBeLessThanOrEqual(MOST_LINES);
    expect(lines(text)).toBeGreaterThan(7 + 7 * 31);
    // Each folder that is not written out leads to its page.
    const left = [...text.matchAll(/<details data-folder="([^"]*)">/g)].map(([, href]) => href);
    const written = planTree(index.root, index).written.size - 1;
    expect(left.length + written).toBe(7 + 7 * 31);
    expect(left[0]).toMatch(/^\/das\/server\/source\/M\d\/I\d+\/$/);
    expect([...sourceCounts(index)].find(([id]) => id === "")?.[1]).toBe(10_000);
  });

  it("shows the first of a folder with many sources, and how many more there are", () => {
    const index = catalog(Array.from({ length: 300 }, (_, n) => `Flat/S${n}`));
    const text = tree("", index.root, index).text;
    expect(text.match(/<li class="one">/g)).toHaveLength(MOST_SOURCES);
    expect(text).toContain(`<a href="/source/Flat/">${300 - MOST_SOURCES} more sources</a>`);
  });

  it("takes a deep chain of folders as it is", () => {
    const index = catalog([`${"d/".repeat(19)}end`]);
    expect(lines(tree("", index.root, index).text)).toBe(20);
  });
});
