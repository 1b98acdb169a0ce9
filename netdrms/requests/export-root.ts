import { randomBytes } from "node:crypto";
import { readdir, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../export/whole-file.js";
import { syncFolder } from "../sums/durable.js";
import { removeFolder } from "../sums/set-aside.js";
import { storageError, systemCode } from "../sums/storage-error.js";
import { checkRequestId } from "./request-id.js";

/** The folder of a finished request. Errors: those of {@link checkRequestId}. */
export function requestFolder(root: string, id: string): string {
  return join(root, checkRequestId(id));
}

/** The path of a request's folder as clients see it, below the download root. */
export function requestPath(id: string): string {
  return `/export/${id}`;
}

/**
 * Makes a folder for a request that is being worked on; its name begins with a dot, and no other try has it.
 * Errors: DISK_FULL, ARCHIVE_FAILED.
 */
export async function makeComing(root: string, id: string): Promise<string> {
  const folder = join(root, `.${checkRequestId(id)}.${randomBytes(6).toString("hex")}.part`);
  try {
    await makeFolder(folder);
  } catch (error) {
    throw storageError(error, "the folder of the export cannot be made");
  }
  return folder;
}

/**
 * Gives the folder of a request its name, in one step; what an earlier try that did not get to its end left under that name goes.
 * Errors: DISK_FULL, ARCHIVE_FAILED.
 */
export async function publishFolder(root: string, id: string, coming: string): Promise<void> {
  const folder = requestFolder(root, id);
  try {
    await removeFolder(folder);
    await rename(coming, folder);
    await syncFolder(root);
  } catch (error) {
    throw storageError(error, "the export cannot be published");
  }
}

/** A folder that lies in the root of exports. */
export interface FoundFolder {
  readonly path: string;
  readonly id: string;
  /** Whether it is of a request that was being worked on. */
  readonly isComing: boolean;
  /** When something in it was made or removed last, Unix ms. */
  readonly changedMs: number;
}

/** The folders of requests in a root; nothing where the root is not there. Errors: those of the file system. */
export async function foundFolders(root: string): Promise<readonly FoundFolder[]> {
  let names: readonly string[];
  try {
    names = await readdir(root);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  }
  const found: FoundFolder[] = [];
  for (const name of names) {
    const coming = /^\.([A-Z0-9_]+)\.[0-9a-f]{12}\.part$/.exec(name)?.[1];
    const id = coming ?? name;
    try {
      checkRequestId(id);
    } catch {
      continue; // not ours
    }
    const path = join(root, name);
    const facts = await stat(path).catch(() => undefined);
    if (facts?.isDirectory() === true)
      found.push({ path, id, isComing: coming !== undefined, changedMs: facts.mtimeMs });
  }
  return found;
}
