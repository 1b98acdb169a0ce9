import { appendFile, mkdir, open, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { EXPORT_SUMS_VARIABLE } from "../../config/archive-settings.js";
import { asDasError } from "../../errors/das-error.js";

/** Records whose checksums share a file. */
const RECORDS_A_FILE = 1000n;
/** Bytes of such a file beyond which nothing is added: its records are edited all the time. */
const MAX_BYTES = 4 * 1024 * 1024;
/** Files that are kept in memory while a series is listed. */
const MAX_FILES = 16;
/** How exactly it is known when a file was used last: those that were not for the longest time make way. */
const TOUCH_EVERY_MS = 3_600_000;
const LINE = /^(\d{1,20}) ([0-9a-f]{32}) ([0-9a-f]{64})$/;

/** By record number and revision. */
type Sums = Map<string, string>;

/**
 * SHA-256 of exported files, as they were when they were made. Each is kept with the revision of its record, so that one is never told of
 * a file that would be another now. A line is added at once, so several processes may write.
 */
export class KeptSums {
  readonly #folder: string | undefined;
  readonly #log: (line: string) => void;
  readonly #read = new Map<string, Promise<Sums>>();

  /** @param series in its original spelling, which has only letters, digits, `_` and `.` */
  constructor(
    env: Readonly<Record<string, string | undefined>>,
    series: string,
    log: (line: string) => void,
  ) {
    const folder = env[EXPORT_SUMS_VARIABLE] ?? "";
    this.#folder = folder === "" ? undefined : join(folder, series.toLowerCase());
    this.#log = log;
  }

  /** The checksum of the exported file of a record, 64 hexadecimal digits; `undefined` where it is not known. */
  async find(recnum: bigint, revision: string): Promise<string | undefined> {
    const path = this.#pathOf(recnum);
    if (path === undefined) return undefined;
    let read = this.#read.get(path);
    if (read === undefined) {
      const [oldest] = this.#read.keys();
      if (this.#read.size >= MAX_FILES && oldest !== undefined) this.#read.delete(oldest);
      read = readSums(path);
      this.#read.set(path, read);
    }
    return (await read).get(`${recnum} ${revision}`);
  }

  /** Keeps a checksum. What cannot be written is told in the log: the file itself is none the worse. */
  async keep(recnum: bigint, revision: string, sha256: string): Promise<void> {
    const path = this.#pathOf(recnum);
    if (path === undefined || (await this.find(recnum, revision)) === sha256) return;
    try {
      await mkdir(dirname(path), { recursive: true });
      if ((await sizeOf(path)) < MAX_BYTES) await appendFile(path, `${recnum} ${revision} ${sha256}\n`);
    } catch (error) {
      this.#log(
        `the checksum of an exported file cannot be kept: ${asDasError(error, "writing").where.detail}`,
      );
    }
    this.#read.delete(path);
  }

  #pathOf(recnum: bigint): string | undefined {
    return this.#folder === undefined ? undefined : join(this.#folder, String(recnum / RECORDS_A_FILE));
  }
}

async function sizeOf(path: string): Promise<number> {
  const handle = await open(path, "a");
  try {
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}

/** Notes that a file was used. A folder that cannot be written to is no reason not to read it. */
async function touch(path: string, usedMs: number): Promise<void> {
  const now = Date.now();
  if (Math.abs(now - usedMs) >= TOUCH_EVERY_MS)
    await utimes(path, now / 1000, now / 1000).catch(() => undefined);
}

/** The later line wins. A file that is not there, or cannot be read, knows nothing. */
async function readSums(path: string): Promise<Sums> {
  const sums: Sums = new Map();
  let text: string;
  try {
    const handle = await open(path, "r");
    try {
      // The last line may be longer than the limit by what several wrote at once.
      const stats = await handle.stat();
      const size = Math.min(stats.size, 2 * MAX_BYTES);
      await touch(path, stats.mtimeMs);
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(size), 0, size, 0);
      text = buffer.toString("latin1", 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch {
    return sums;
  }
  for (const line of text.split("\n")) {
    const [, recnum, revision, sha256] = LINE.exec(line) ?? [];
    if (sha256 !== undefined) sums.set(`${recnum} ${revision}`, sha256);
  }
  return sums;
}
