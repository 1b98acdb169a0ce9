import { type FileHandle, open } from "node:fs/promises";
import { promisify } from "node:util";
import { crc32, inflateRaw } from "node:zlib";
import type { LogBytes } from "../log-bytes.js";
import type { CodedMark } from "./coded-file.js";

/*
 * A file in gzip can be read from its begin only. Beside the index it is kept in a form of about the same length that can be read anywhere:
 *   frames   each {@link FRAME_BYTES} of what it decodes to, the last one less, by themselves in deflate
 *   table    for each frame where it ends, and the sum of what it decodes to: two numbers of eight bytes
 *   tail     magic, flags, frames, sum of the table, tail of the coded file, bytes of the coded file, bytes that it decodes to
 */
const MAGIC = "HSLOGPK1";
const TAIL_BYTES = 40;
const ROW_BYTES = 16;
const CUT_OFF = 1;

/** Bytes of a frame: what a search reads at once. */
export const FRAME_BYTES = 256 * 1024;
/** Bytes that a coded file may decode to; what is behind them is not shown. */
export const MOST_DECODED = 64 * 1024 ** 3;
/** A frame that does not get smaller gets a little larger. */
const MOST_PACKED = FRAME_BYTES + 1024;

const inflate = promisify(inflateRaw);

/** What is known of a packed file. */
export interface PackedTable {
  /** Where each frame ends in it. */
  readonly ends: Float64Array;
  /** Sum of what each frame decodes to. */
  readonly sums: Float64Array;
  /** Bytes of all that it decodes to. */
  readonly size: number;
  /** The coded file that it was made of. */
  readonly mark: CodedMark;
  /** Whether the coded file is damaged, cut off, or longer than is taken of it. */
  readonly isCutOff: boolean;
}

/** Table and tail as bytes, in the order of this machine. */
export function encodeTable({ ends, sums, size, mark, isCutOff }: PackedTable): Buffer {
  const rows = new Float64Array(ends.length * 2);
  ends.forEach((end, n) => {
    rows[2 * n] = end;
    rows[2 * n + 1] = sums[n] ?? 0;
  });
  const table = Buffer.from(rows.buffer);
  const tail = Buffer.alloc(TAIL_BYTES);
  tail.write(MAGIC, 0, "latin1");
  tail.writeUInt32LE(isCutOff ? CUT_OFF : 0, 8);
  tail.writeUInt32LE(ends.length, 12);
  tail.writeUInt32LE(mark.tail, 16);
  tail.writeUInt32LE(crc32(table), 20);
  tail.writeDoubleLE(mark.bytes, 24);
  tail.writeDoubleLE(size, 32);
  return Buffer.concat([table, tail]);
}

/** The table of a packed file; `undefined` for anything that is not whole. Errors: those of node:fs. */
async function readTable(file: FileHandle): Promise<PackedTable | undefined> {
  const { size: all } = await file.stat();
  const tail = Buffer.alloc(TAIL_BYTES);
  if (all < TAIL_BYTES) return undefined;
  await file.read(tail, 0, TAIL_BYTES, all - TAIL_BYTES);
  const frames = tail.readUInt32LE(12);
  const begin = all - TAIL_BYTES - frames * ROW_BYTES;
  if (tail.toString("latin1", 0, 8) !== MAGIC || begin < 0 || frames > MOST_DECODED / FRAME_BYTES)
    return undefined;
  const table = Buffer.alloc(frames * ROW_BYTES);
  await file.read(table, 0, table.length, begin);
  if (crc32(table) !== tail.readUInt32LE(20)) return undefined;
  const rows = new Float64Array(table.buffer, table.byteOffset, frames * 2);
  return {
    ends: rows.filter((_, n) => n % 2 === 0),
    sums: rows.filter((_, n) => n % 2 === 1),
    size: tail.readDoubleLE(32),
    mark: { bytes: tail.readDoubleLE(24), tail: tail.readUInt32LE(16) },
    isCutOff: (tail.readUInt32LE(8) & CUT_OFF) !== 0,
  };
}

/** A packed file that is open. */
export class PackedLog implements LogBytes {
  readonly #file: FileHandle;
  readonly #table: PackedTable;
  /** The frame that was read last. */
  #frame = -1;
  #bytes: Buffer | undefined;

  private constructor(file: FileHandle, table: PackedTable) {
    this.#file = file;
    this.#table = table;
  }

  /** The packed file at a path; `undefined` where there is none, or it was made of another file than the one of `mark`. */
  static async open(path: string, mark: CodedMark): Promise<PackedLog | undefined> {
    const file = await open(path, "r").catch(() => undefined);
    if (file === undefined) return undefined;
    const table = await readTable(file).catch(() => undefined);
    if (table !== undefined && table.mark.bytes === mark.bytes && table.mark.tail === mark.tail)
      return new PackedLog(file, table);
    await file.close();
    return undefined;
  }

  get isCutOff(): boolean {
    return this.#table.isCutOff;
  }

  async read(target: Buffer, at: number, count: number, position: number): Promise<number> {
    let done = 0;
    while (done < count && position + done < this.#table.size) {
      const from = position + done;
      const bytes = await this.#at(Math.floor(from / FRAME_BYTES));
      if (bytes === undefined) break;
      const inFrame = from % FRAME_BYTES;
      const part = bytes.copy(target, at + done, inFrame, inFrame + count - done);
      if (part === 0) break;
      done += part;
    }
    return done;
  }

  /** A frame; `undefined` for one that is damaged. */
  async #at(frame: number): Promise<Buffer | undefined> {
    if (this.#frame === frame) return this.#bytes;
    const { ends, sums } = this.#table;
    const from = frame === 0 ? 0 : (ends[frame - 1] ?? 0);
    const count = (ends[frame] ?? 0) - from;
    let bytes: Buffer | undefined;
    if (count > 0 && count <= MOST_PACKED) {
      const packed = Buffer.alloc(count);
      await this.#file.read(packed, 0, count, from);
      bytes = await inflate(packed, { maxOutputLength: FRAME_BYTES }).catch(() => undefined);
      if (bytes !== undefined && crc32(bytes) !== sums[frame]) bytes = undefined;
    }
    this.#frame = frame;
    this.#bytes = bytes;
    return bytes;
  }

  async size(): Promise<number> {
    return this.#table.size;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
