import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { makeFolder } from "./make-folder.js";

/** The owner reads and writes, the group reads: operators, not everybody on the host. */
const FILE_MODE = 0o640;
/** Appends at the end; reading is for the last byte. */
const FLAGS = "a+";
const LINE_FEED = 0x0a;

/** Whether what a file holds is to be thrown away before something is appended. */
export type IsOver = (modified: Date) => boolean;

/**
 * Files that end in a whole line, as far as this process knows. A line may be torn by a disk that was full or a host that went down;
 * what is appended to it would be lost with it.
 */
const wholeFiles = new Set<string>();
/** Files that are remembered; looking again costs one read. */
const MAX_WHOLE_FILES = 100;

function rememberWhole(file: string): void {
  if (wholeFiles.size >= MAX_WHOLE_FILES) wholeFiles.clear();
  wholeFiles.add(file);
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT"; // errors of node:fs carry a code
}

/** The bytes to append; behind a torn line they begin one of their own. */
function bytesOf(text: string, last: number): Buffer {
  return Buffer.from(last === LINE_FEED ? text : `\n${text}`, "utf8");
}

/**
 * Appends by a single write, so that lines of several processes do not mix (`O_APPEND`); only a full disk makes it two. A file
 * that `isOver` is emptied first; one whose last line is torn gets a line end. Makes the file and its folder where they are missing.
 * @returns whether the file was empty
 */
export async function append(file: string, text: string, isOver?: IsOver): Promise<boolean> {
  const isWhole = wholeFiles.delete(file);
  const handle = await open(file, FLAGS, FILE_MODE).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
    makeFolder(dirname(file));
    return open(file, FLAGS, FILE_MODE);
  });
  try {
    const stats = await handle.stat();
    const over = stats.size > 0 && isOver?.(stats.mtime) === true;
    if (over) await handle.truncate(0);
    const empty = stats.size === 0 || over;
    let last = LINE_FEED;
    if (!empty && !isWhole) {
      const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, stats.size - 1);
      last = buffer[0] ?? LINE_FEED;
    }
    const bytes = bytesOf(text, last);
    for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten;
    rememberWhole(file);
    return empty;
  } finally {
    await handle.close();
  }
}

function openForAppend(file: string): number {
  try {
    return openSync(file, FLAGS, FILE_MODE);
  } catch (error) {
    if (!isMissing(error)) throw error;
    makeFolder(dirname(file));
    return openSync(file, FLAGS, FILE_MODE);
  }
}

/** {@link append} for a process that ends after it. */
export function appendSync(file: string, text: string, isOver?: IsOver): boolean {
  const isWhole = wholeFiles.delete(file);
  const fd = openForAppend(file);
  try {
    const stats = fstatSync(fd);
    const over = stats.size > 0 && isOver?.(stats.mtime) === true;
    if (over) ftruncateSync(fd, 0);
    const empty = stats.size === 0 || over;
    const lastByte = Buffer.of(LINE_FEED);
    if (!empty && !isWhole) readSync(fd, lastByte, 0, 1, stats.size - 1);
    const bytes = bytesOf(text, lastByte[0] ?? LINE_FEED);
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    rememberWhole(file);
    return empty;
  } finally {
    closeSync(fd);
  }
}
