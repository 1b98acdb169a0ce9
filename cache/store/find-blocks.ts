import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { BlockSpan } from "../block-number.js";
import { blockPath, SIDECAR_SUFFIX } from "../block-path.js";
import type { BlockDetails } from "../block-state.js";
import type { Level } from "../level.js";
import { blocksOfFolder, parseBlockName } from "./block-name.js";
import { lookAt } from "./file-identity.js";
import { readSidecar } from "./read-sidecar.js";
import { belongsTo, detailsOf } from "./sidecar-level.js";

/** What one folder has of the blocks that were asked for. */
export interface FoundBlocks {
  /** Of those whose sidecar and length are right, in order; of one whose records changed the state is `stale`. */
  readonly details: readonly BlockDetails[];
  /** Numbers of those without a sidecar, in order: an older server may have made them, see {@link adoptBlock}. */
  readonly withoutSidecar: readonly number[];
}

/**
 * The blocks of a range that the disk has for a level as it is defined now, folder by folder in order of time; folders without one are
 * left out. Folders are listed, blocks that are not there cost nothing; checksums are not looked at. Source: das2-server 15.2, 20.3 (31).
 */
export async function* findBlocks(
  level: Level,
  span: BlockSpan,
  signal?: AbortSignal,
): AsyncGenerator<FoundBlocks, void, undefined> {
  for await (const files of blockFiles(level, span, signal)) {
    const found = await findIn(level, files);
    if (found.details.length > 0 || found.withoutSidecar.length > 0) yield found;
  }
}

/** The file of a block, by its name and place. */
export interface BlockFile {
  readonly number: number;
  readonly path: string;
  readonly hasSidecar: boolean;
}

/**
 * The files of the blocks of a range, folder by folder in order of time, whatever is in them; folders without one are left out. At most
 * 60 at a time, of years all at once.
 */
export async function* blockFiles(
  level: Pick<Level, "folder" | "period" | "resolutionName">,
  span: BlockSpan,
  signal?: AbortSignal,
): AsyncGenerator<readonly BlockFile[], void, undefined> {
  yield* filesBelow(level, span, [], signal);
}

/** Sidecars that are read at the same time. */
const AT_ONCE = 8;

async function* filesBelow(
  level: Pick<Level, "folder" | "period" | "resolutionName">,
  span: BlockSpan,
  fields: readonly string[],
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly BlockFile[], void, undefined> {
  signal?.throwIfAborted();
  const folder = join(level.folder, ...fields);
  const names = (await readdir(folder).catch(() => [])).sort();
  const files = filesIn(level, span, folder, names);
  if (files.length > 0) yield files;
  for (const name of names) {
    const below = [...fields, name];
    const inside = blocksOfFolder(below, level.period);
    if (inside !== undefined && inside.first < span.end && inside.end > span.first)
      yield* filesBelow(level, span, below, signal);
  }
}

function filesIn(
  level: Pick<Level, "folder" | "period" | "resolutionName">,
  span: BlockSpan,
  folder: string,
  names: readonly string[],
): BlockFile[] {
  const all = new Set(names);
  const files: BlockFile[] = [];
  for (const name of names) {
    const block = parseBlockName(name);
    if (block?.period !== level.period || block.resolutionName !== level.resolutionName) continue;
    const { number } = block;
    const path = join(folder, name);
    // One that was put into another folder is not looked for there.
    if (number < span.first || number >= span.end || path !== blockPath(level, number)) continue;
    files.push({ number, path, hasSidecar: all.has(`${name}${SIDECAR_SUFFIX}`) });
  }
  return files;
}

async function findIn(level: Level, files: readonly BlockFile[]): Promise<FoundBlocks> {
  const withSidecar = files.filter(({ hasSidecar }) => hasSidecar);
  const details: BlockDetails[] = [];
  for (let at = 0; at < withSidecar.length; at += AT_ONCE) {
    const some = withSidecar.slice(at, at + AT_ONCE);
    for (const one of await Promise.all(some.map(({ number, path }) => detailsAt(level, number, path))))
      if (one !== undefined) details.push(one);
  }
  return { details, withoutSidecar: files.filter((file) => !file.hasSidecar).map(({ number }) => number) };
}

async function detailsAt(level: Level, number: number, path: string): Promise<BlockDetails | undefined> {
  const [file, meta] = await Promise.all([lookAt(path), readSidecar(`${path}${SIDECAR_SUFFIX}`)]);
  if (file === undefined || meta === undefined || file.size !== meta.sidecar.bytes) return undefined;
  return belongsTo(meta.sidecar, level, number) ? detailsOf(meta.sidecar, number) : undefined;
}
