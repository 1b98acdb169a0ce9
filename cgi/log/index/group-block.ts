import { PAGE_BYTES, PAGE_ROOM, PageReader, sealPages, stampOf, writeAll } from "./block-pages.js";
import { type ChunkRow, ROW_FIELDS } from "./chunk-row.js";
import { hasId, ID_PAGES, type IdPlace } from "./id-pages.js";
import { GROUP_CHUNKS, SIGNATURE_BITS, SLICE_WORDS } from "./sizes.js";

/*
 * A block holds a group of chunks, in pages:
 *   rows    one for each chunk, twelve a page
 *   ids     a page for a part of all ids
 *   slices  for each bit of the signatures that bit of all chunks, 127 bits a page
 * Blocks stand one behind the other. What a block holds is given by the bytes of the log alone, so that processes which write the
 * same block at the same time write the same.
 */
const ROW_BYTES = ROW_FIELDS * 8;
const PAGE_ROWS = Math.floor(PAGE_ROOM / ROW_BYTES);
const SLICE_BYTES = SLICE_WORDS * 4;
const PAGE_SLICES = Math.floor(PAGE_ROOM / SLICE_BYTES);
const IDS_AT = Math.ceil(GROUP_CHUNKS / PAGE_ROWS) * PAGE_BYTES;
const SLICES_AT = IDS_AT + ID_PAGES * PAGE_BYTES;
const BLOCK_BYTES = SLICES_AT + Math.ceil(SIGNATURE_BITS / PAGE_SLICES) * PAGE_BYTES;

/** Where a row or a slice stands among pages that have so many each. */
function placeIn(
  number: number,
  each: number,
  bytes: number,
): { readonly page: number; readonly at: number } {
  return { page: Math.floor(number / each) * PAGE_BYTES, at: (number % each) * bytes };
}

/** What a block is written from: all chunks of a group. */
export interface WholeGroup {
  readonly number: number;
  readonly key: string;
  readonly rows: readonly ChunkRow[];
  readonly signatures: readonly Uint32Array[];
  /** Pages of all ids. */
  readonly ids: Buffer;
  /** Sum of the last bytes of the log before the end of the group. */
  readonly anchor: number;
}

/** Turns the signatures round: writes the word of 256 bits that each bit has in all chunks. */
function writeSlices(signatures: readonly Uint32Array[], block: Buffer): void {
  const words = new Uint32Array(block.buffer, block.byteOffset + SLICES_AT, (BLOCK_BYTES - SLICES_AT) / 4);
  signatures.forEach((signature, chunk) => {
    const mark = 1 << (chunk & 31);
    for (let n = 0; n < signature.length; n++)
      for (let rest = signature[n] ?? 0; rest !== 0; rest &= rest - 1) {
        const { page, at } = placeIn(n * 32 + 31 - Math.clz32(rest & -rest), PAGE_SLICES, SLICE_BYTES);
        const word = (page + at) / 4 + (chunk >>> 5);
        words[word] = (words[word] ?? 0) | mark;
      }
  });
}

/**
 * Writes a block. It is not waited for until the disk has it, which would hold up every request: a page that a loss of power left in pieces
 * does not fit its sum, and is looked for in the log itself. Errors: those of node:fs.
 */
export function writeBlock(fd: number, { number, key, rows, signatures, ids, anchor }: WholeGroup): void {
  const block = Buffer.alloc(BLOCK_BYTES);
  rows.forEach((row, n) => {
    const { page, at } = placeIn(n, PAGE_ROWS, ROW_BYTES);
    Buffer.from(row.buffer, row.byteOffset, ROW_BYTES).copy(block, page + at);
  });
  ids.copy(block, IDS_AT);
  writeSlices(signatures, block);
  sealPages(block, stampOf(key, number, anchor));
  writeAll(fd, block, number * BLOCK_BYTES);
}

/** The groups of a file as they were written; what of them is damaged is `undefined`, and must be looked for in the log itself. */
export class GroupBlocks {
  readonly #pages: PageReader;
  readonly #key: string;

  constructor(fd: number, key: string) {
    this.#pages = new PageReader(fd);
    this.#key = key;
  }

  /** One of the groups, whose end in the log has that sum. */
  group(number: number, anchor: number): GroupBlock {
    return new GroupBlock(this.#pages, number * BLOCK_BYTES, stampOf(this.#key, number, anchor));
  }
}

/** One group of chunks. Errors: those of node:fs. */
export class GroupBlock {
  readonly #pages: PageReader;
  readonly #at: number;
  readonly #stamp: number;

  constructor(pages: PageReader, at: number, stamp: number) {
    this.#pages = pages;
    this.#at = at;
    this.#stamp = stamp;
  }

  /** Whether a request of the group can have an id. */
  mayHaveId(place: IdPlace): boolean | undefined {
    const page = this.#pages.read(this.#at + IDS_AT + place.page * PAGE_BYTES, this.#stamp);
    return page === undefined ? undefined : hasId(page, place);
  }

  /** The row of a chunk. */
  row(chunk: number): ChunkRow | undefined {
    const { page, at } = placeIn(chunk, PAGE_ROWS, ROW_BYTES);
    const bytes = this.#pages.read(this.#at + page, this.#stamp);
    if (bytes === undefined) return undefined;
    const row = new Float64Array(ROW_FIELDS);
    bytes.copy(Buffer.from(row.buffer), 0, at, at + ROW_BYTES);
    return row;
  }

  /** The chunks whose signatures have all of `bits`, by their numbers from the first on; ends early where none has. */
  chunksWith(bits: readonly number[]): number[] | undefined {
    const found = new Uint32Array(SLICE_WORDS).fill(0xffffffff);
    for (const bit of bits) {
      const { page, at } = placeIn(bit, PAGE_SLICES, SLICE_BYTES);
      const bytes = this.#pages.read(this.#at + SLICES_AT + page, this.#stamp);
      if (bytes === undefined) return undefined;
      let left = 0;
      for (let n = 0; n < SLICE_WORDS; n++) {
        found[n] = (found[n] ?? 0) & bytes.readUInt32LE(at + n * 4);
        left |= found[n] ?? 0;
      }
      if (left === 0) return [];
    }
    return Array.from({ length: GROUP_CHUNKS }, (_, n) => n).filter(
      (n) => ((found[n >>> 5] ?? 0) & (1 << (n & 31))) !== 0,
    );
  }
}
