import { utimes } from "node:fs/promises";
import { dirname } from "node:path";
import { blockPath, SIDECAR_SUFFIX } from "../block-path.js";
import type { Level } from "../level.js";
import { replaceFile, syncFolder } from "./durable-file.js";
import { readSidecar } from "./read-sidecar.js";
import type { Sidecar } from "./sidecar.js";
import { belongsTo } from "./sidecar-level.js";
import { printSidecar } from "./sidecar-text.js";
import { storeError } from "./store-error.js";
import { endWriting, temporaryPath } from "./temporary-name.js";

/** Sidecars that are rewritten at the same time. */
const AT_ONCE = 8;

/**
 * Writes beside blocks that their records changed after they were built: they are never served again, whatever an index knows. Where
 * a block is being published at the same moment, what is left is a gap or the new block, never the old one.
 *
 * @returns the numbers of those of the level as it is defined now that were there and not marked yet
 * Errors: DISK_FULL, BUILD_FAILED. Source: das2-server 15.8.
 */
export async function markChangedOnDisk(
  level: Level,
  numbers: readonly number[],
): Promise<readonly number[]> {
  const marked: number[] = [];
  const folders = new Set<string>();
  for (let at = 0; at < numbers.length; at += AT_ONCE) {
    const some = numbers.slice(at, at + AT_ONCE);
    const done = await Promise.all(some.map(async (number) => await mark(level, number)));
    for (const [index, number] of some.entries())
      if (done[index]) {
        marked.push(number);
        folders.add(dirname(blockPath(level, number)));
      }
  }
  for (const folder of folders) await syncFolder(folder).catch(() => undefined);
  return marked;
}

async function mark(level: Level, number: number): Promise<boolean> {
  const meta = `${blockPath(level, number)}${SIDECAR_SUFFIX}`;
  const read = await readSidecar(meta);
  if (read === undefined || read.sidecar.changed || !isAt(read.sidecar, level, number)) return false;
  const aside = temporaryPath(meta);
  try {
    await replaceFile(meta, printSidecar({ ...read.sidecar, changed: true }), aside);
    // When it was used last stays what it was.
    const usedAt = read.identity.mtimeMs / 1000;
    await utimes(meta, usedAt, usedAt);
    return belongsTo(read.sidecar, level, number);
  } catch (error) {
    throw storeError(error, "a block cannot be marked as out of date", { path: meta });
  } finally {
    endWriting(aside);
  }
}

/** Whether it tells of this block of whatever definition: one that is taken back later would find its old blocks good. */
function isAt(sidecar: Sidecar, level: Level, number: number): boolean {
  const { definition: _, dataVersion: __, ...place } = level;
  const { dsdfHash: definition, dataVersion } = sidecar;
  return belongsTo(
    sidecar,
    { ...place, definition, ...(dataVersion === undefined ? {} : { dataVersion }) },
    number,
  );
}
