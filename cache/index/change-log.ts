import { constants } from "node:fs";
import { mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { BlockSpan } from "../block-number.js";

/** First block, end, and time in ms since 1970, as float64, little-endian. */
const ENTRY_BYTES = 24;
/** Entries of one file; then the next one is begun. */
const FILE_ENTRIES = 65_536;
/** Files that are kept, the last one included. */
const KEPT_FILES = 2;
/** What is no file counts as one with half an entry: nothing is added to it, and it tells of a change. */
const NO_FILE_BYTES = ENTRY_BYTES / 2;
/** A position is `file * FILE_STEP + entries`; a file may get somewhat more entries than it should where processes race. */
const FILE_STEP = 2 ** 24;
const FILE_NAME = /^changes\.(\d{1,8})$/;
// A pipe in the place of a file would keep us waiting.
const READ = constants.O_RDONLY | constants.O_NONBLOCK;
const APPEND = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;
/** Clocks of hosts may differ. */
const CLOCK_SLACK_MS = 60_000;

interface LogFile {
  readonly number: number;
  readonly bytes: number;
}

/**
 * Which blocks of a level had changed records, and in which order, in files that are only appended to: so a build can be asked
 * whether something changed since it began, whichever index was away meanwhile. What cannot be read any more counts as a change.
 */
export class ChangeLog {
  readonly #folder: string;

  /** @param folder of the level; made with the first change */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Adds a change. When it resolves, whoever asks afterwards is told of it. */
  async append(span: BlockSpan, nowMs: number): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const files = await this.#files();
    const last = files.at(-1);
    // After a write that was cut off, and in what is no file, what followed could not be read.
    const isOver =
      last !== undefined && (last.bytes % ENTRY_BYTES !== 0 || last.bytes >= FILE_ENTRIES * ENTRY_BYTES);
    const number = (last?.number ?? 0) + (isOver ? 1 : 0);
    const entry = Buffer.alloc(ENTRY_BYTES);
    [span.first, span.end, nowMs].forEach((value, index) => void entry.writeDoubleLE(value, index * 8));
    const handle = await open(this.#path(number), APPEND);
    try {
      await handle.write(entry);
    } finally {
      await handle.close();
    }
    for (const file of files)
      if (file.number <= number - KEPT_FILES) await rm(this.#path(file.number), { force: true });
  }

  /** How far the log goes now. */
  async position(): Promise<number> {
    const last = (await this.#files()).at(-1);
    return last === undefined ? 0 : last.number * FILE_STEP + Math.floor(last.bytes / ENTRY_BYTES);
  }

  /** Whether a block changed after {@link position} was that. */
  async hasChangedSince(position: number, block: number): Promise<boolean> {
    const file = Math.floor(position / FILE_STEP);
    const files = await this.#files();
    if (position > 0 && !files.some(({ number }) => number === file)) return true; // too long ago
    for (const { number } of files) {
      if (number < file) continue;
      const from = number === file ? position - file * FILE_STEP : 0;
      if (await this.#finds(number, from, (first, end) => first <= block && block < end)) return true;
    }
    return false;
  }

  /** Whether a block changed after that time, as far as the log goes back. */
  async hasChangedAfter(ms: number, block: number): Promise<boolean> {
    const since = ms - CLOCK_SLACK_MS;
    for (const { number } of await this.#files())
      if (await this.#finds(number, 0, (first, end, at) => at >= since && first <= block && block < end))
        return true;
    return false;
  }

  async #finds(
    number: number,
    from: number,
    is: (first: number, end: number, at: number) => boolean,
  ): Promise<boolean> {
    const bytes = await readFrom(this.#path(number), from * ENTRY_BYTES);
    if (bytes === undefined || bytes.length % ENTRY_BYTES !== 0) return true;
    for (let at = 0; at < bytes.length; at += ENTRY_BYTES)
      if (is(bytes.readDoubleLE(at), bytes.readDoubleLE(at + 8), bytes.readDoubleLE(at + 16))) return true;
    return false;
  }

  /** The files there are, oldest first. */
  async #files(): Promise<LogFile[]> {
    const files: LogFile[] = [];
    for (const name of await readdir(this.#folder).catch(() => [])) {
      const number = Number(FILE_NAME.exec(name)?.[1] ?? Number.NaN);
      if (Number.isNaN(number)) continue;
      const found = await stat(this.#path(number)).catch(() => undefined);
      const bytes = found === undefined ? 0 : found.isFile() ? found.size : NO_FILE_BYTES;
      files.push({ number, bytes: Math.min(bytes, FILE_STEP * ENTRY_BYTES) });
    }
    return files.sort((a, b) => a.number - b.number);
  }

  #path(number: number): string {
    return join(this.#folder, `changes.${number}`);
  }
}

/** What a file has from a position on, `undefined` where it cannot be read. */
async function readFrom(path: string, position: number): Promise<Buffer | undefined> {
  const handle = await open(path, READ).catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const found = await handle.stat();
    const { size } = found;
    if (!found.isFile() || size > FILE_STEP * ENTRY_BYTES) return undefined;
    const bytes = Buffer.alloc(Math.max(0, size - position));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, position);
    return bytes.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
