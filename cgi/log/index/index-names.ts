import { readdirSync, rmdirSync, unlinkSync } from "node:fs";
import { join } from "node:path";

/** Day, key, kind; what a process that was ended left half written ends in `.tmp`. */
const NAME = /^(\d{4}-\d{2}-\d{2})-([0-9a-f]{16})\.(?:state|blocks|packed)(?:\.[\w-]+\.tmp)?$/;

/** The folder of the indexes, in that of the logs. */
export function indexFolder(folder: string): string {
  return join(folder, "index");
}

/**
 * A file of the index of a file of that day which begins with the bytes that `key` stands for: what is known of it, its groups of chunks, or
 * itself in a form that can be read anywhere, where it is coded.
 */
export function indexFile(
  folder: string,
  day: string,
  key: string,
  kind: "state" | "blocks" | "packed",
): string {
  return join(indexFolder(folder), `${day}-${key}.${kind}`);
}

/** Removes what is gone already without complaint. */
function remove(path: string, by: (path: string) => void): void {
  try {
    by(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // errors of node:fs carry a code
    if (code !== "ENOENT" && code !== "ENOTEMPTY" && code !== "EEXIST" && code !== "ENOTDIR") throw error;
  }
}

/**
 * Removes the indexes that `isOver` says so of, and the folder where nothing is left in it. Nothing else is touched.
 * Errors: those of node:fs.
 */
export function removeIndexes(folder: string, isOver: (day: string, key: string) => boolean): void {
  const indexes = indexFolder(folder);
  let names: string[];
  try {
    names = readdirSync(indexes);
  } catch {
    return;
  }
  for (const name of names) {
    const [, day, key] = NAME.exec(name) ?? [];
    if (day !== undefined && key !== undefined && isOver(day, key)) remove(join(indexes, name), unlinkSync);
  }
  remove(indexes, rmdirSync);
}
