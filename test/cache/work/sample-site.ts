import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BlockIndex } from "../../../cache/index/block-index.js";
import { FileIndex } from "../../../cache/index/file-index.js";
import type { Level } from "../../../cache/level.js";
import { allLevels } from "../../../cache/levels/levels-of.js";
import type { BuildSite } from "../../../cache/work/do-build.js";
import { pipelineTools } from "../../../dsdf/tools.js";
import { SourceTree } from "../../../dsdf/tree.js";
import { builtInProgram } from "../../../pipeline/built-in.js";

/** A site with definitions and a cache in a passing folder. */
export interface SampleSite extends BuildSite {
  readonly root: string;
  readonly cacheRoot: string;
  readonly tree: SourceTree;
  /** Writes a definition; lines besides description, form and contact. */
  write(id: string, ...lines: readonly string[]): void;
  /** All levels of a source. */
  levels(id: string): Promise<readonly Level[]>;
  remove(): void;
}

/**
 * Makes a site, or opens one that was made.
 * @param index of a cache root; missing: in files
 */
export function sampleSite(
  root: string = mkdtempSync(join(tmpdir(), "heliostream-site-")),
  openIndex: (cacheRoot: string) => BlockIndex = (cacheRoot) => new FileIndex(cacheRoot),
): SampleSite {
  const cacheRoot = join(root, "cache");
  mkdirSync(join(root, "sources/Demo"), { recursive: true });
  const tree = new SourceTree({
    roots: [join(root, "sources")],
    substitutions: new Map([["DSDF_ROOT", join(root, "sources")]]),
    refreshMs: 0,
  });
  const setting = {
    cacheRoot,
    tools: pipelineTools({
      d2sReducer: "das2_bin_avgsec",
      qdsReducer: undefined,
      d2sToUtf8: undefined,
      qdsToUtf8: undefined,
      d2sCsvConverter: undefined,
      das1ToDas2: undefined,
    }),
  };
  return {
    root,
    cacheRoot,
    tree,
    setting,
    index: openIndex(cacheRoot),
    findSource: (id) => tree.find(id),
    pipelineOptions: { programs: builtInProgram, limits: { graceMs: 200 } },
    owner: "test",
    now: Date.now,
    write(id, ...lines) {
      const text = ["description = 'A source'", "das2Stream = 1", "techContact = 'Ann'", ...lines];
      writeFileSync(join(root, "sources", `${id}.dsdf`), `${text.join("\n")}\n`);
    },
    async levels(id) {
      const source = await tree.find(id);
      return source === undefined ? [] : allLevels(source, setting);
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
