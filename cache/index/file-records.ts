import { constants } from "node:fs";
import { type FileHandle, mkdir, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { BlockSpan } from "../block-number.js";
import type { BlockEntry } from "./block-entry.js";
import { RECORD_BYTES, STATE_BYTE } from "./block-record.js";
import { stretches } from "./stretches.js";
import { nowWarm, warmRead } from "./warm-read.js";

/** Blocks of one file: 512 KiB of records, of which the disk keeps only the pages that were written. */
const FILE_BLOCKS = 65_536;
/** At the begin of each file; a file without it is none of these. */
const MAGIC = Buffer.from("hsblock1");
const SIZE_BYTES = 8;
/** What a file of records is known by. */
const FORM = { magic: MAGIC, mostBytes: MAGIC.length + FILE_BLOCKS * RECORD_BYTES };
const FILE_NAME = /^(-?\d{1,12})\.states$/;

// A pipe in the place of a file would keep us waiting.
const READ = constants.O_RDONLY | constants.O_NONBLOCK;
const WRITE = constants.O_RDWR | constants.O_CREAT | constants.O_NONBLOCK;

/**
 * Records of the blocks of one generation in a folder of sparse files: `N.states` has the 8-byte records of blocks 65,536 N and
 * following behind 8 bytes that tell what it is, `N.sizes` the sizes of the same blocks as float64, little-endian. What is not
 * a file of that kind counts as absent. Writes are of single records, in place, so processes do not disturb each other.
 */
export class FileRecords {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Gives the records of a range file by file, ascending: number of the first block, and records side by side. */
  async read(span: BlockSpan, visit: (first: number, records: Uint8Array) => void): Promise<void> {
    const warm = this.#warm(span);
    if (warm !== undefined) return visit(span.first, warm);
    for (const file of await this.#files(span)) {
      const first = Math.max(span.first, file * FILE_BLOCKS);
      const end = Math.min(span.end, (file + 1) * FILE_BLOCKS);
      await this.#within(file, READ, async (handle) => {
        visit(first, await readAt(handle, offsetOf(first), (end - first) * RECORD_BYTES));
        nowWarm(this.#path(file));
      });
    }
  }

  /** A few records of one file that was read before. */
  #warm({ first, end }: BlockSpan): Uint8Array | undefined {
    const file = Math.floor(first / FILE_BLOCKS);
    if (file !== Math.floor((end - 1) / FILE_BLOCKS)) return undefined;
    return warmRead(this.#path(file), FORM, offsetOf(first), (end - first) * RECORD_BYTES);
  }

  /** The record of one block, all zero where there is none. */
  async one(number: number): Promise<Uint8Array> {
    const record = new Uint8Array(RECORD_BYTES);
    await this.read({ first: number, end: number + 1 }, (_, found) => record.set(found));
    return record;
  }

  /**
   * Writes records; `undefined` in place of one takes the block off the record.
   * @param wanted whether a block is to be written, by the record that it has (missing: always)
   * @returns by how many bytes the blocks on record have become larger
   */
  async write(
    entries: readonly BlockEntry[],
    wanted: (entry: BlockEntry, before: Uint8Array) => boolean = () => true,
  ): Promise<number> {
    let added = 0;
    for (const [file, some] of byFile(entries)) {
      const makes = some.some(({ record }) => record[0] !== STATE_BYTE.absent);
      if (makes) await mkdir(this.#folder, { recursive: true });
      await this.#within(file, makes ? WRITE : constants.O_RDWR, async (handle) => {
        const sizes = await open(join(this.#folder, `${file}.sizes`), WRITE);
        try {
          for (const run of sideBySide(some)) added += await writeRun({ handle, sizes }, run, wanted);
        } finally {
          await sizes.close();
        }
      });
    }
    return added;
  }

  /** Marks what is present or empty of a range as stale. Returns the numbers of the first `most` of them. */
  async markStale(span: BlockSpan, most: number): Promise<number[]> {
    const stale: number[] = [];
    for (const file of await this.#files(span)) {
      const first = Math.max(span.first, file * FILE_BLOCKS);
      const end = Math.min(span.end, (file + 1) * FILE_BLOCKS);
      await this.#within(file, constants.O_RDWR, async (handle) => {
        const records = await readAt(handle, offsetOf(first), (end - first) * RECORD_BYTES);
        for (const { from, to } of served(records)) {
          for (let at = from; at < to; at += RECORD_BYTES) {
            records[at] = STATE_BYTE.stale;
            if (stale.length < most) stale.push(first + at / RECORD_BYTES);
          }
          // Nothing but what was served is written: a block that is published at this moment beside it is not touched.
          await handle.write(records, from, to - from, offsetOf(first) + from);
        }
      });
    }
    return stale;
  }

  /** Bytes of all blocks on record, from the sizes. */
  async bytes(): Promise<number> {
    let sum = 0;
    for (const file of await this.#files({ first: -Infinity, end: Infinity })) {
      const sizes = await open(join(this.#folder, `${file}.sizes`), READ).catch(() => undefined);
      if (sizes === undefined) continue;
      try {
        const all = await readAt(sizes, 0, FILE_BLOCKS * SIZE_BYTES);
        for (let at = 0; at < all.length; at += SIZE_BYTES) sum += sizeAt(all, at);
      } finally {
        await sizes.close();
      }
    }
    return sum;
  }

  /** Numbers of the files that have blocks of a range, ascending. */
  async #files(span: BlockSpan): Promise<number[]> {
    const names = await readdir(this.#folder).catch(() => []);
    const [first, last] = [Math.floor(span.first / FILE_BLOCKS), Math.floor((span.end - 1) / FILE_BLOCKS)];
    return names
      .map((name) => Number(FILE_NAME.exec(name)?.[1] ?? Number.NaN))
      .filter((file) => file >= first && file <= last)
      .sort((a, b) => a - b);
  }

  #path(file: number): string {
    return join(this.#folder, `${file}.states`);
  }

  /** Opens a file for a step; nothing is done where it is not there, or is none of these and not to be written. */
  async #within(file: number, flags: number, step: (handle: FileHandle) => Promise<void>): Promise<void> {
    const handle = await open(this.#path(file), flags).catch((error: unknown) => {
      if (flags === WRITE) throw error;
      return undefined;
    });
    if (handle === undefined) return;
    try {
      const found = await handle.stat();
      if (!found.isFile()) return;
      const magic = await readAt(handle, 0, MAGIC.length);
      if (found.size > FORM.mostBytes || !MAGIC.equals(magic)) {
        if (flags !== WRITE) return;
        await handle.truncate(0);
        await handle.write(MAGIC, 0, MAGIC.length, 0);
      }
      await step(handle);
    } finally {
      await handle.close();
    }
  }
}

/** Place of a block in its file, 0 to 65,535; of block -1 it is the last. */
function indexOf(number: number): number {
  return number - Math.floor(number / FILE_BLOCKS) * FILE_BLOCKS;
}

function offsetOf(number: number): number {
  return MAGIC.length + indexOf(number) * RECORD_BYTES;
}

/** Bytes from a file, zero where it has none; what is left of a record or size that was cut off (8 bytes each) is none either. */
async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let at = 0;
  while (at < length) {
    const { bytesRead } = await handle.read(bytes, at, length - at, position + at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return bytes.fill(0, at - (at % RECORD_BYTES), at);
}

/** Writes the records and sizes of blocks side by side, where they are wanted. Returns the bytes that were added. */
async function writeRun(
  files: { readonly handle: FileHandle; readonly sizes: FileHandle },
  run: readonly BlockEntry[],
  wanted: (entry: BlockEntry, before: Uint8Array) => boolean,
): Promise<number> {
  const first = run[0]?.number ?? 0;
  const [at, sizesAt] = [offsetOf(first), indexOf(first) * SIZE_BYTES];
  const records = await readAt(files.handle, at, run.length * RECORD_BYTES);
  const sizes = await readAt(files.sizes, sizesAt, run.length * SIZE_BYTES);
  const changed: number[] = [];
  let added = 0;
  for (const [i, entry] of run.entries()) {
    if (!wanted(entry, records.subarray(i * RECORD_BYTES, (i + 1) * RECORD_BYTES))) continue;
    records.set(entry.record, i * RECORD_BYTES);
    added += entry.bytes - sizeAt(sizes, i * SIZE_BYTES);
    sizes.writeDoubleLE(entry.bytes, i * SIZE_BYTES);
    changed.push(i);
  }
  // What is not wanted is not written either: somebody else may be writing it.
  for (const { from, count } of stretches(changed)) {
    await files.handle.write(records, from * RECORD_BYTES, count * RECORD_BYTES, at + from * RECORD_BYTES);
    await files.sizes.write(sizes, from * SIZE_BYTES, count * SIZE_BYTES, sizesAt + from * SIZE_BYTES);
  }
  return added;
}

/** Entries of one file as runs of blocks side by side; of entries of the same block the last counts. */
function sideBySide(entries: readonly BlockEntry[]): BlockEntry[][] {
  const byNumber = new Map(entries.map((entry) => [entry.number, entry]));
  const numbers = [...byNumber.keys()].sort((a, b) => a - b);
  return stretches(numbers).map(({ from, count }) =>
    Array.from({ length: count }, (_, i) => byNumber.get(from + i)).filter((entry) => entry !== undefined),
  );
}

/** A size as it stands in a file; what cannot be one is none. */
function sizeAt(bytes: Buffer, at: number): number {
  const size = bytes.readDoubleLE(at);
  return Number.isSafeInteger(size) && size > 0 ? size : 0;
}

function byFile(entries: readonly BlockEntry[]): Map<number, BlockEntry[]> {
  const files = new Map<number, BlockEntry[]>();
  for (const entry of entries) {
    const file = Math.floor(entry.number / FILE_BLOCKS);
    const some = files.get(file);
    if (some === undefined) files.set(file, [entry]);
    else some.push(entry);
  }
  return files;
}

/** Where records are present or empty, as offsets. */
function served(records: Buffer): { readonly from: number; readonly to: number }[] {
  const runs: { readonly from: number; readonly to: number }[] = [];
  let from = -1;
  for (let at = 0; at <= records.length; at += RECORD_BYTES) {
    const isServed = records[at] === STATE_BYTE.present || records[at] === STATE_BYTE.empty;
    if (isServed && from < 0) from = at;
    if (!isServed && from >= 0) {
      runs.push({ from, to: at });
      from = -1;
    }
  }
  return runs;
}
