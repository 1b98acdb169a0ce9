import { mkdir, open, rename, rm } from "node:fs/promises";
import { systemCode } from "./store-error.js";

/** Makes a folder and those above it; what others may do in it is for the umask to say. */
async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
}

/**
 * Runs a step that makes a file in a folder, the folder made before it where it is missing. Tried again where the folder was empty
 * and is removed at that moment by whoever makes room.
 */
export async function inFolder<T>(folder: string, step: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await step();
    } catch (error) {
      if (systemCode(error) !== "ENOENT" || attempt > MOST_ATTEMPTS) throw error;
      await makeFolder(folder);
    }
  }
}

const MOST_ATTEMPTS = 5;

/** The syncs of folders that are under way, and those that begin after them, for who came meanwhile. */
const syncs = new Map<string, { readonly current: Promise<void>; next: Promise<void> | undefined }>();

/**
 * Has the disk keep the entries of a folder: files that were made, renamed or removed in it before the call. Those who come while it is
 * at it share the next time.
 */
export function syncFolder(folder: string): Promise<void> {
  const under = syncs.get(folder);
  if (under === undefined) return beginSync(folder);
  const again = (): Promise<void> => beginSync(folder);
  under.next ??= under.current.then(again, again);
  return under.next;
}

function beginSync(folder: string): Promise<void> {
  const current = syncNow(folder);
  const state = { current, next: undefined };
  syncs.set(folder, state);
  const end = (): void => {
    if (syncs.get(folder) === state && state.next === undefined) syncs.delete(folder);
  };
  current.then(end, end);
  return current;
}

async function syncNow(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Puts a small file in the place of another, so that there is always one of them whole, also after the power was lost. Its folder
 * must be there, and is for the caller to sync.
 * @param aside unique path in the same folder
 */
export async function replaceFile(path: string, text: string, aside: string): Promise<void> {
  try {
    await writeSynced(aside, text);
    await rename(aside, path);
  } catch (error) {
    await rm(aside, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Writes a new small file and has the disk keep its bytes. */
export async function writeSynced(path: string, text: string): Promise<void> {
  const handle = await open(path, "wx");
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes an empty file unless there is one of that name. */
export async function reserve(path: string): Promise<void> {
  try {
    await (await open(path, "wx")).close();
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
  }
}
