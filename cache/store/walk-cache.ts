import { join, sep } from "node:path";
import { blockPath, SIDECAR_SUFFIX, STATISTICS_SUFFIX } from "../block-path.js";
import { type BlockName, parseBlockName } from "./block-name.js";
import { roomOfFile } from "./disk-room.js";
import { lookAt } from "./file-identity.js";
import { readSidecar } from "./read-sidecar.js";
import type { Sidecar } from "./sidecar.js";
import { walkFolders } from "./walk-folders.js";

/** A block as it was met on the disk. */
export interface WalkedBlock extends BlockName {
  readonly path: string;
  /** `CACHE_ROOT/data/ID/PARAMS/RESOLUTION`. */
  readonly levelFolder: string;
  /** Whether the block itself is there; else only a companion or a sidecar is. */
  readonly hasBlock: boolean;
  /** Whether there is a file for a sidecar, whatever is in it; a block without is one of an older server. */
  readonly hasSidecar: boolean;
  /** What the sidecar says; whether it is that of this file, and whether the block is as it says, has not been looked at. */
  readonly sidecar: Sidecar | undefined;
  /** Room of block, companion and sidecar, see {@link roomOfFile}. */
  readonly bytes: number;
  /** When it was used last, milliseconds since 1970: times of the sidecar, else of the block, else of the companion. */
  readonly usedMs: number;
}

/**
 * All blocks of all sources below `CACHE_ROOT/data`, in order of source, parameters, resolution and time. Symbolic links are not
 * followed. Memory does not grow with the number of blocks. Errors: that of `signal`. Source: das2-server 15.2.
 */
export async function* walkCache(
  cacheRoot: string,
  signal?: AbortSignal,
): AsyncGenerator<WalkedBlock, void, undefined> {
  for await (const { folder, files } of walkFolders(join(cacheRoot, "data"), signal))
    for (const name of blockNames(files)) {
      signal?.throwIfAborted();
      const block = await walkedBlock(folder, name);
      if (block !== undefined) yield block;
    }
}

/** The names of the blocks to which files belong, in order. */
function blockNames(files: readonly string[]): readonly string[] {
  const names = files.map((file) => {
    for (const suffix of [SIDECAR_SUFFIX, STATISTICS_SUFFIX])
      if (file.endsWith(suffix)) return file.slice(0, -suffix.length);
    return file;
  });
  return [...new Set(names)];
}

async function walkedBlock(folder: string, name: string): Promise<WalkedBlock | undefined> {
  const parsed = parseBlockName(name);
  if (parsed === undefined) return undefined;
  const path = join(folder, name);
  // A block that lies in the folders of another time is none.
  const below = `${sep}${blockPath({ folder: "", ...parsed }, parsed.number)}`;
  if (!path.endsWith(below)) return undefined;
  const levelFolder = path.slice(0, -below.length);
  const meta = `${path}${SIDECAR_SUFFIX}`;
  const [block, companion, sidecar] = await Promise.all([
    lookAt(path),
    lookAt(`${path}${STATISTICS_SUFFIX}`),
    lookAt(meta),
  ]);
  const used = sidecar ?? block ?? companion;
  // Removed since its folder was listed.
  if (used === undefined) return undefined;
  return {
    ...parsed,
    path,
    levelFolder,
    hasBlock: block !== undefined,
    hasSidecar: sidecar !== undefined,
    sidecar: sidecar === undefined ? undefined : (await readSidecar(meta))?.sidecar,
    bytes: [block, companion, sidecar].reduce(
      (sum, one) => sum + (one === undefined ? 0 : roomOfFile(one.size)),
      0,
    ),
    usedMs: used.mtimeMs,
  };
}
