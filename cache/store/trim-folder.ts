import { rm } from "node:fs/promises";
import { join } from "node:path";
import { roomOfFile } from "./disk-room.js";
import { lookAt } from "./file-identity.js";
import { walkFolders } from "./walk-folders.js";

/** Part of the room that is left filled, so that not every new file has others make way. */
const FILL_TO = 0.9;

/**
 * Where the files below a folder take more room than they may, removes those that were not used for the longest time (by their times) until
 * they fill 90 % of it. For files that are none the worse for missing; who has one open reads on. Memory grows with the number of files.
 * @param maxBytes room of all files, see {@link roomOfFile}
 * @returns how many were removed
 * Errors: that of node:fs where a file cannot be removed, after the others; that of `signal`.
 */
export async function trimFolder(folder: string, maxBytes: number, signal?: AbortSignal): Promise<number> {
  const files: { readonly path: string; readonly room: number; readonly usedMs: number }[] = [];
  let room = 0;
  for await (const { folder: at, files: names } of walkFolders(folder, signal))
    for (const name of names) {
      const path = join(at, name);
      const identity = await lookAt(path, true);
      if (identity === undefined) continue;
      files.push({ path, room: roomOfFile(identity.size), usedMs: identity.mtimeMs });
      room += roomOfFile(identity.size);
    }
  if (room <= maxBytes) return 0;
  let removed = 0;
  let failure: { readonly error: unknown } | undefined;
  for (const file of files.sort((a, b) => a.usedMs - b.usedMs)) {
    if (room <= FILL_TO * maxBytes) break;
    signal?.throwIfAborted();
    try {
      await rm(file.path, { force: true });
      room -= file.room;
      removed++;
    } catch (error) {
      failure ??= { error };
    }
  }
  if (failure !== undefined) throw failure.error;
  return removed;
}
