import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import { codedMark, decodedHead, decodedWhole } from "./coded/coded-file.js";
import { PackedLog } from "./coded/packed-log.js";
import { type PackWait, packOnce } from "./coded/shared-pack.js";
import { fileKey, keyOf } from "./index/file-mark.js";
import { indexFile } from "./index/index-names.js";
import { fileBytes, type LogBytes, memoryBytes } from "./log-bytes.js";
import type { LogFile } from "./log-files.js";

/** A file in gzip no longer than this that decodes to no more than that is decoded whenever it is asked for, bytes. */
const SMALL_CODED = 256 * 1024;
const SMALL_DECODED = 4 * 1024 * 1024;

async function openFile(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined; // errors of node:fs carry a code
    throw error;
  }
}

/** Where a coded file is kept in a form that can be read anywhere; `undefined` for one that holds too little. */
async function packedPath({ path, day }: LogFile, coded: FileHandle): Promise<string | undefined> {
  const key = keyOf(await decodedHead(coded));
  return key === undefined ? undefined : indexFile(dirname(path), day, key, "packed");
}

/**
 * The file, open; `undefined` where it is gone, nothing to show is a result, and where it is coded, large, and not made readable yet
 * ({@link makeReadable}). Errors: those of node:fs.
 */
export async function openLog(log: LogFile): Promise<LogBytes | undefined> {
  const file = await openFile(log.path);
  if (file === undefined || !log.isCoded) return file === undefined ? undefined : fileBytes(file);
  try {
    const whole = await decodedWhole(file, SMALL_CODED, SMALL_DECODED);
    if (whole !== undefined) return memoryBytes(whole);
    const path = await packedPath(log, file);
    return path === undefined ? undefined : await PackedLog.open(path, await codedMark(file));
  } finally {
    await file.close();
  }
}

/**
 * The key of a file, by which its index is named, whether it can be read already or not; `undefined` for one too short, or gone.
 * Errors: those of node:fs.
 */
export async function keyOfLog(log: LogFile): Promise<string | undefined> {
  const file = await openFile(log.path);
  if (file === undefined) return undefined;
  try {
    if (log.isCoded) return keyOf(await decodedHead(file));
    return await fileKey(fileBytes(file));
  } finally {
    await file.close();
  }
}

/**
 * Makes a coded file readable, once: {@link openLog} gives it from then on. Files that are so already, and those that are not coded, are
 * left alone.
 * @returns whether all that can be done is done; `false` for one that is longer than is waited for
 * Errors: those of node:fs, where it can be kept nowhere; that of the signal.
 */
export async function makeReadable(log: LogFile, wait: PackWait = {}): Promise<boolean> {
  if (!log.isCoded) return true;
  const known = await openLog(log);
  if (known !== undefined) {
    await known.close();
    return true;
  }
  const file = await openFile(log.path);
  if (file === undefined) return true;
  const path = await packedPath(log, file).finally(() => file.close());
  return path === undefined || (await packOnce(log.path, path, wait));
}
