import { rm } from "node:fs/promises";
import { join } from "node:path";
import { lookAt } from "./file-identity.js";
import { writerOf } from "./temporary-name.js";
import { walkFolders } from "./walk-folders.js";

/** Of writers on other hosts nothing is known but how long they have not written: no build takes as long. */
const ELSEWHERE_MS = 86_400_000;

/**
 * Removes what writers that are gone have left aside, below a folder. What a live one on this host is writing stays, however old; what
 * one of another host left is taken as left a day after its last byte, or `olderThanMs` where that is more.
 *
 * @param olderThanMs since the last byte was written
 * @returns how many files were removed
 * Errors: that of node:fs where a file cannot be removed, after the others; that of the signal.
 */
export async function sweepLeftovers(
  folder: string,
  olderThanMs: number,
  options: { readonly now?: number; readonly signal?: AbortSignal } = {},
): Promise<number> {
  const { now = Date.now(), signal } = options;
  let removed = 0;
  let failure: { readonly error: unknown } | undefined;
  for await (const { folder: at, files } of walkFolders(folder, signal))
    for (const name of files) {
      const path = join(at, name);
      const writer = writerOf(path);
      if (writer === undefined || writer === "live") continue;
      const identity = await lookAt(path);
      const least = writer === "elsewhere" ? Math.max(olderThanMs, ELSEWHERE_MS) : olderThanMs;
      if (identity === undefined || now - identity.mtimeMs < least) continue;
      try {
        await rm(path, { force: true });
        removed++;
      } catch (error) {
        failure ??= { error };
      }
    }
  if (failure !== undefined) throw failure.error;
  return removed;
}
