import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, writeSync } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";

/** The owner reads and writes, the group reads: operators, not everybody on the host. */
const FILE_MODE = 0o640;
const FOLDER_MODE = 0o750;

/** Whether what a file holds is to be thrown away before something is appended. */
export type IsOver = (modified: Date) => boolean;

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT"; // errors of node:fs carry a code
}

/**
 * Appends by a single write, so that lines of several processes do not mix (`O_APPEND`); only a full disk makes it two. A file
 * that `isOver` is emptied first. Makes the file and its folder where they are missing.
 * @returns whether the file was empty
 */
export async function append(file: string, text: string, isOver?: IsOver): Promise<boolean> {
  const handle = await open(file, "a", FILE_MODE).catch(async (error: unknown) => {
    if (!isMissing(error)) throw error;
    await mkdir(dirname(file), { recursive: true, mode: FOLDER_MODE });
    return open(file, "a", FILE_MODE);
  });
  try {
    const stats = await handle.stat();
    const over = stats.size > 0 && isOver?.(stats.mtime) === true;
    if (over) await handle.truncate(0);
    const bytes = Buffer.from(text, "utf8");
    for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten;
    return stats.size === 0 || over;
  } finally {
    await handle.close();
  }
}

function openForAppend(file: string): number {
  try {
    return openSync(file, "a", FILE_MODE);
  } catch (error) {
    if (!isMissing(error)) throw error;
    mkdirSync(dirname(file), { recursive: true, mode: FOLDER_MODE });
    return openSync(file, "a", FILE_MODE);
  }
}

/** {@link append} for a process that ends after it. */
export function appendSync(file: string, text: string, isOver?: IsOver): boolean {
  const fd = openForAppend(file);
  try {
    const stats = fstatSync(fd);
    const over = stats.size > 0 && isOver?.(stats.mtime) === true;
    if (over) ftruncateSync(fd, 0);
    const bytes = Buffer.from(text, "utf8");
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    return stats.size === 0 || over;
  } finally {
    closeSync(fd);
  }
}
