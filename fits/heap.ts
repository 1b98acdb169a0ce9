import { DasError } from "../errors/das-error.js";
import type { ByteSource } from "./byte-source.js";
import type { Hdu } from "./fits-file.js";

/** Where the heap of a table stands in the file. */
export interface Heap {
  readonly offset: number;
  readonly byteLength: number;
}

/** Bytes of the heap. */
export interface HeapExtent {
  readonly offset: number;
  readonly length: number;
}

/** Bytes between extents that are read with them rather than around them. */
const SLACK_BYTES = 1 << 16;

/** The heap of a binary table: behind its rows, or where `THEAP` says. Source: FITS 4.0, 7.3.6. */
export function heapOf({ header, structure, dataOffset }: Hdu): Heap {
  const [rowBytes = 0, rows = 0] = structure.axes;
  const start = header.integer("THEAP", 0) ?? rowBytes * rows;
  return { offset: dataOffset + start, byteLength: Math.max(0, structure.dataBytes - start) };
}

/** The number of elements and the place of an array: the first and second number of its descriptor. */
export function readDescriptor(
  row: DataView,
  at: number,
  descriptor: "P" | "Q" | undefined,
): { count: number; offset: number } {
  if (descriptor === "Q")
    return { count: Number(row.getBigUint64(at)), offset: Number(row.getBigUint64(at + 8)) };
  return { count: row.getUint32(at), offset: row.getUint32(at + 4) };
}

/** Errors: BAD_FITS_DATA where an extent does not lie within the heap; `what` begins the message. */
export function checkExtent(heap: Heap, { offset, length }: HeapExtent, what: string): void {
  if (offset + length > heap.byteLength)
    throw new DasError(
      "BAD_FITS_DATA",
      `${what} is declared as ${length} bytes at ${offset} of a heap of ${heap.byteLength} bytes`,
    );
}

/** The bytes of extents; neighbours are read together. The extents must have been checked. */
export async function readHeap(
  source: ByteSource,
  heap: Heap,
  extents: readonly HeapExtent[],
): Promise<Uint8Array[]> {
  let begin = Number.MAX_SAFE_INTEGER;
  let end = 0;
  let sum = 0;
  for (const { offset, length } of extents) {
    if (length === 0) continue;
    begin = Math.min(begin, offset);
    end = Math.max(end, offset + length);
    sum += length;
  }
  if (sum > 0 && end - begin <= sum + SLACK_BYTES) {
    const bytes = await source.read(heap.offset + begin, end - begin);
    return extents.map(({ offset, length }) =>
      length === 0 ? new Uint8Array(0) : bytes.subarray(offset - begin, offset - begin + length),
    );
  }
  const pieces: Uint8Array[] = [];
  for (const { offset, length } of extents)
    pieces.push(length === 0 ? new Uint8Array(0) : await source.read(heap.offset + offset, length));
  return pieces;
}
