import { readSync, writeSync } from "node:fs";
import { crc32 } from "node:zlib";
import { type ChunkRow, emptyRow, joinRow, ROW_FIELDS, rowBegin, rowEnd } from "./chunk-row.js";
import { GROUP_CHUNKS, SIGNATURE_BITS, SLICE_WORDS } from "./sizes.js";

/*
 * A block holds a group of chunks, in pages of 4096 bytes; the head and the pages of slices have their sums in their last four:
 *   head    magic, number, anchor, sum of the rows, key, the row of the whole group
 *   rows    one for each chunk
 *   slices  for each bit of the signatures that bit of all chunks, 127 bits a page
 * Blocks stand one behind the other. What a block holds is given by the bytes of the log alone, so that processes which write the
 * same block at the same time write the same. The head is written last.
 */
const MAGIC = "HSLOGBL1";
const PAGE_BYTES = 4096;
const SUM_AT = PAGE_BYTES - 4;
const KEY_AT = 24;
const ROW_AT = 64;
const ROWS_BYTES = GROUP_CHUNKS * ROW_FIELDS * 8;
const SLICE_BYTES = SLICE_WORDS * 4;
const PAGE_SLICES = Math.floor(SUM_AT / SLICE_BYTES);
const SLICES_AT = PAGE_BYTES + ROWS_BYTES;
const BLOCK_BYTES = SLICES_AT + Math.ceil(SIGNATURE_BITS / PAGE_SLICES) * PAGE_BYTES;

function viewOf(array: Float64Array | Uint32Array): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}

function writeAll(fd: number, bytes: Buffer, position: number): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at, bytes.length - at, position + at);
}

/** The signatures turned round: the word of 256 bits that each bit has in all chunks, in pages. */
function slicePages(signatures: readonly Uint32Array[]): Buffer {
  const pages = Buffer.alloc(BLOCK_BYTES - SLICES_AT);
  const words = new Uint32Array(pages.buffer, pages.byteOffset, pages.length / 4);
  signatures.forEach((signature, chunk) => {
    const word = chunk >>> 5;
    const mark = 1 << (chunk & 31);
    for (let n = 0; n < signature.length; n++)
      for (let rest = signature[n] ?? 0; rest !== 0; rest &= rest - 1) {
        const bit = n * 32 + 31 - Math.clz32(rest & -rest);
        const at =
          (Math.floor(bit / PAGE_SLICES) * PAGE_BYTES + (bit % PAGE_SLICES) * SLICE_BYTES) / 4 + word;
        words[at] = (words[at] ?? 0) | mark;
      }
  });
  for (let page = 0; page < pages.length; page += PAGE_BYTES)
    pages.writeUInt32LE(crc32(pages.subarray(page, page + SUM_AT)), page + SUM_AT);
  return pages;
}

/** What a block is written from: all chunks of a group. */
export interface WholeGroup {
  readonly number: number;
  readonly key: string;
  readonly rows: readonly ChunkRow[];
  readonly signatures: readonly Uint32Array[];
  /** Sum of the last bytes of the log before the end of the group. */
  readonly anchor: number;
}

/**
 * Writes a block. It is not waited for until the disk has it, which would hold up every request: a block that a loss of power left in pieces
 * does not fit its sums, and is made again. Errors: those of node:fs.
 */
export function writeBlock(fd: number, group: WholeGroup): void {
  const rows = Buffer.concat(group.rows.map(viewOf));
  const all = emptyRow(rowBegin(group.rows[0] ?? emptyRow(0)));
  for (const row of group.rows) joinRow(all, row);
  const head = Buffer.alloc(PAGE_BYTES);
  head.write(MAGIC, 0, "latin1");
  head.writeUInt32LE(group.number, 8);
  head.writeUInt32LE(group.anchor, 12);
  head.writeUInt32LE(crc32(rows), 16);
  head.write(group.key, KEY_AT, "latin1");
  viewOf(all).copy(head, ROW_AT);
  head.writeUInt32LE(crc32(head.subarray(0, SUM_AT)), SUM_AT);
  const at = group.number * BLOCK_BYTES;
  writeAll(fd, Buffer.concat([rows, slicePages(group.signatures)]), at + PAGE_BYTES);
  writeAll(fd, head, at);
}

/** A group as it was read; what of it is damaged is `undefined`, and must be looked for in the log itself. */
export class GroupBlock {
  readonly #fd: number;
  readonly #at: number;
  readonly #rowsSum: number;
  /** The row of all chunks together. */
  readonly all: ChunkRow;
  readonly anchor: number;

  private constructor(fd: number, at: number, head: Buffer) {
    this.#fd = fd;
    this.#at = at;
    this.#rowsSum = head.readUInt32LE(16);
    this.anchor = head.readUInt32LE(12);
    this.all = new Float64Array(ROW_FIELDS);
    head.copy(viewOf(this.all), 0, ROW_AT);
  }

  /** Reads the head of a block; `undefined` where there is none of that number, file and end. Errors: those of node:fs. */
  static read(fd: number, number: number, key: string, end: number): GroupBlock | undefined {
    const head = Buffer.allocUnsafe(PAGE_BYTES);
    const at = number * BLOCK_BYTES;
    if (readSync(fd, head, 0, PAGE_BYTES, at) < PAGE_BYTES) return undefined;
    const isWhole =
      head.toString("latin1", 0, 8) === MAGIC &&
      crc32(head.subarray(0, SUM_AT)) === head.readUInt32LE(SUM_AT) &&
      head.readUInt32LE(8) === number &&
      head.toString("latin1", KEY_AT, KEY_AT + key.length) === key;
    if (!isWhole) return undefined;
    const block = new GroupBlock(fd, at, head);
    return rowEnd(block.all) === end ? block : undefined;
  }

  /** The rows of all chunks. */
  rows(): ChunkRow[] | undefined {
    const bytes = Buffer.alloc(ROWS_BYTES);
    if (readSync(this.#fd, bytes, 0, ROWS_BYTES, this.#at + PAGE_BYTES) < ROWS_BYTES) return undefined;
    if (crc32(bytes) !== this.#rowsSum) return undefined;
    return Array.from({ length: GROUP_CHUNKS }, (_, n) => {
      const row = new Float64Array(ROW_FIELDS);
      bytes.copy(viewOf(row), 0, n * ROW_FIELDS * 8);
      return row;
    });
  }

  /** A bit for each chunk whose signature has all of `bits`; ends early where none has. */
  chunksWith(bits: readonly number[]): Uint32Array | undefined {
    const found = new Uint32Array(SLICE_WORDS).fill(0xffffffff);
    const page = Buffer.allocUnsafe(PAGE_BYTES);
    const words = new Uint32Array(SLICE_WORDS);
    let read = -1;
    for (const bit of bits) {
      const number = Math.floor(bit / PAGE_SLICES);
      if (number !== read) {
        const at = this.#at + SLICES_AT + number * PAGE_BYTES;
        if (readSync(this.#fd, page, 0, PAGE_BYTES, at) < PAGE_BYTES) return undefined;
        if (crc32(page.subarray(0, SUM_AT)) !== page.readUInt32LE(SUM_AT)) return undefined;
        read = number;
      }
      page.copy(
        viewOf(words),
        0,
        (bit % PAGE_SLICES) * SLICE_BYTES,
        (bit % PAGE_SLICES) * SLICE_BYTES + SLICE_BYTES,
      );
      let left = 0;
      for (let n = 0; n < SLICE_WORDS; n++) {
        found[n] = (found[n] ?? 0) & (words[n] ?? 0);
        left |= found[n] ?? 0;
      }
      if (left === 0) break;
    }
    return found;
  }
}
