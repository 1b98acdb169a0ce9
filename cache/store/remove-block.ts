import { rm, rmdir } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { SIDECAR_SUFFIX, STATISTICS_SUFFIX } from "../block-path.js";
import { storeError } from "./store-error.js";

/** Folders of dates above a block at most: `2021/06/30/14/05`. */
const MOST_FOLDERS = 5;

/**
 * Removes a block with its companion and its sidecar, and the folders of its date that are empty then. The block goes first: one without
 * a sidecar would be taken for one of an older server. Errors: BUILD_FAILED where it cannot be removed.
 * @param path of {@link blockPath}
 */
export async function removeBlock(path: string): Promise<void> {
  try {
    for (const suffix of ["", STATISTICS_SUFFIX, SIDECAR_SUFFIX])
      await rm(`${path}${suffix}`, { force: true });
  } catch (error) {
    throw storeError(error, "a block cannot be removed", { path });
  }
  let folder = dirname(path);
  for (let i = 0; i < MOST_FOLDERS && /^(\d{4}|\d\d)$/.test(basename(folder)); i++) {
    try {
      await rmdir(folder);
    } catch {
      // There is something in it.
      return;
    }
    folder = dirname(folder);
  }
}
