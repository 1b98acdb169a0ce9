import { rename, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { roomOfFile } from "../../cache/store/disk-room.js";
import { inFolder } from "../../cache/store/durable-file.js";
import { lookAt } from "../../cache/store/file-identity.js";
import { readSmallFile } from "../../cache/store/small-file.js";
import { endWriting, temporaryPath } from "../../cache/store/temporary-name.js";
import { trimFolder } from "../../cache/store/trim-folder.js";
import type { Config } from "../../config/config.js";
import type { QuickLook } from "./quick-look-job.js";

/** Folders among which pictures are divided by the first digit of their keys: each keeps its part of the room by itself. */
const FOLDERS = 16;
/** Largest file that is read: twice the pixels of the largest picture. */
const MOST_FILE_BYTES = 8 * 2 ** 20;
const MOST_HEAD_BYTES = 4096;
/** How exactly it is known when a picture was used last. */
const TOUCH_EVERY_MS = 3_600_000;

/** Hexadecimal digits of the sum that a file begins with; it is of all that follows. */
const SUM_DIGITS = 8;

/** What a file says of its picture in its first line, behind the sum; the bytes of the PNG follow. */
type Head = Omit<QuickLook, "png">;

/**
 * Pictures below `CACHE_ROOT/pictures`, for all processes and for later ones. A file appears whole, is checked when it is read, and is
 * none the worse for missing: whatever goes wrong here, the picture is made anew. What was not used for the longest time makes way when
 * one is added, so nobody has to look after the folder.
 */
export class PictureFiles {
  readonly #folder: string;
  readonly #mostBytes: number;

  /** @param mostBytes room of all pictures, see {@link roomOfFile} */
  constructor(folder: string, mostBytes: number) {
    this.#folder = folder;
    this.#mostBytes = mostBytes;
  }

  /** Those of a server; `undefined` where none are kept. */
  static of({
    cacheRoot,
    picturesMaxBytes,
  }: Pick<Config, "cacheRoot" | "picturesMaxBytes">): PictureFiles | undefined {
    if (cacheRoot === undefined || picturesMaxBytes === 0) return undefined;
    return new PictureFiles(join(cacheRoot, "pictures"), picturesMaxBytes);
  }

  /** The picture of a key of hexadecimal digits; `undefined` where there is none that is whole. */
  async find(key: string): Promise<QuickLook | undefined> {
    const path = this.#pathOf(key);
    const bytes = await readSmallFile(path, MOST_FILE_BYTES).catch(() => undefined);
    const picture = bytes === undefined ? undefined : readPicture(bytes);
    if (picture !== undefined) await touch(path);
    return picture;
  }

  /** Keeps a picture where there is room for it. */
  async keep(key: string, { png, ...facts }: QuickLook): Promise<void> {
    const head: Head = facts;
    const summed = Buffer.concat([Buffer.from(` ${JSON.stringify(head)}\n`), png]);
    const bytes = Buffer.concat([Buffer.from(sumOf(summed)), summed]);
    if (roomOfFile(bytes.length) > this.#roomOfFolder()) return;
    const aside = temporaryPath(this.#pathOf(key));
    try {
      // Without a wait for the disk: a file that a failing power leaves cut off is found out when it is read.
      await inFolder(this.#folderOf(key), () => writeFile(aside, bytes, { flag: "wx" }));
      await rename(aside, this.#pathOf(key));
      // Also what a dead writer has left makes way: it is not used any more.
      await trimFolder(this.#folderOf(key), this.#roomOfFolder());
    } catch {
      await rm(aside, { force: true }).catch(() => undefined);
    } finally {
      endWriting(aside);
    }
  }

  #roomOfFolder(): number {
    return this.#mostBytes / FOLDERS;
  }

  #folderOf(key: string): string {
    return join(this.#folder, key.slice(0, 1));
  }

  #pathOf(key: string): string {
    return join(this.#folderOf(key), `${key}.picture`);
  }
}

function sumOf(bytes: Uint8Array): string {
  return crc32(bytes).toString(16).padStart(SUM_DIGITS, "0");
}

function readPicture(file: Buffer): QuickLook | undefined {
  const summed = file.subarray(SUM_DIGITS);
  const end = summed.subarray(0, MOST_HEAD_BYTES).indexOf("\n");
  if (end < 0 || file.toString("latin1", 0, SUM_DIGITS) !== sumOf(summed)) return undefined;
  try {
    // Written by this program: the sum tells that it still is what was written.
    return { ...(JSON.parse(summed.toString("utf8", 0, end)) as Head), png: summed.subarray(end + 1) };
  } catch {
    return undefined;
  }
}

/** Notes that a picture was used, where that was not noted within the last hour. */
async function touch(path: string): Promise<void> {
  const now = Date.now();
  const identity = await lookAt(path, true);
  if (identity === undefined || Math.abs(now - identity.mtimeMs) < TOUCH_EVERY_MS) return;
  await utimes(path, now / 1000, now / 1000).catch(() => undefined);
}
