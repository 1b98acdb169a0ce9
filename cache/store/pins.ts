import { constants } from "node:fs";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { inFolder } from "./durable-file.js";
import { lookAt } from "./file-identity.js";
import { storeError } from "./store-error.js";

/** A file of this name in the folder of a level keeps its blocks from making way for others. */
const PIN = ".pinned";

// A pipe in its place would keep us waiting.
const MAKE = constants.O_WRONLY | constants.O_CREAT | constants.O_NONBLOCK;

/** Pins a level: its blocks are not evicted. Errors: DISK_FULL, BUILD_FAILED. */
export async function pin(levelFolder: string): Promise<void> {
  try {
    await inFolder(levelFolder, async () => await (await open(join(levelFolder, PIN), MAKE)).close());
  } catch (error) {
    throw storeError(error, "a level cannot be pinned", { path: levelFolder });
  }
}

/** Ends a pin. Errors: BUILD_FAILED. */
export async function unpin(levelFolder: string): Promise<void> {
  try {
    await rm(join(levelFolder, PIN), { force: true });
  } catch (error) {
    throw storeError(error, "the pin of a level cannot be removed", { path: levelFolder });
  }
}

/** Whether blocks of a level are kept whatever room there is. */
export async function isPinned(levelFolder: string): Promise<boolean> {
  return (await lookAt(join(levelFolder, PIN))) !== undefined;
}
