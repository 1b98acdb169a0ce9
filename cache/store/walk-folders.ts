import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** Folders inside each other that are followed: names of sources may have some, dates have five. */
const MOST_DEPTH = 64;

/** One folder, and the names of the regular files in it, sorted. */
export interface WalkedFolder {
  readonly folder: string;
  readonly files: readonly string[];
}

/**
 * All folders below one, itself included, in order of their names. Symbolic links are not followed, so nothing outside is reached;
 * what cannot be listed is left out. Memory is that of the listings on the way down.
 */
export async function* walkFolders(
  folder: string,
  signal?: AbortSignal,
  depth = 0,
): AsyncGenerator<WalkedFolder, void, undefined> {
  signal?.throwIfAborted();
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const files: string[] = [];
  const folders: string[] = [];
  for (const entry of entries) {
    if (entry.isFile()) files.push(entry.name);
    else if (entry.isDirectory()) folders.push(entry.name);
  }
  yield { folder, files: files.sort() };
  if (depth === MOST_DEPTH) return;
  for (const name of folders.sort()) yield* walkFolders(join(folder, name), signal, depth + 1);
}
