import { everyText } from "../filter.js";
import type { LogBytes } from "../log-bytes.js";
import { MAX_LINE_BYTES } from "../read-lines.js";
import { readRecord } from "../read-record.js";
import type { RequestRecord } from "../record.js";
import { addJunk, addToRow, type ChunkRow, emptyRow, endRow, rowBegin, sliceOf } from "./chunk-row.js";
import { addTerm, addText, newSignature } from "./signature.js";

/** Bytes of one read: some milliseconds of work between other requests. */
const PIECE_BYTES = 256 * 1024;

/** A chunk of whole lines, and the records in it. */
export interface MadeChunk {
  readonly row: ChunkRow;
  readonly signature: Uint32Array;
  readonly records: readonly RequestRecord[];
}

/** A chunk that is being put together. */
class OpenChunk {
  readonly row: ChunkRow;
  readonly signature = newSignature();
  readonly records: RequestRecord[] = [];
  readonly #chunkBytes: number;

  constructor(begin: number, chunkBytes: number) {
    this.row = emptyRow(begin);
    this.#chunkBytes = chunkBytes;
  }

  /** Takes a line that begins at an offset. */
  add(line: Buffer, at: number): void {
    const slice = sliceOf(this.row, at, this.#chunkBytes);
    const record = readRecord(line);
    if (record === undefined) {
      this.addJunk();
      return;
    }
    this.records.push(record);
    addToRow(this.row, record, slice);
    addText(this.signature, everyText(record).toLowerCase());
    addTerm(this.signature, "id", record.id);
    addTerm(this.signature, "client", record.client);
    addTerm(this.signature, "status", String(record.status));
  }

  /** Takes a line that is no record; no slice begins with one that is too long, for where it begins is not known any more. */
  addJunk(): void {
    addJunk(this.row);
  }
}

/**
 * Reads the whole lines of a file from an offset on, at most up to `to`, and gives them in chunks, each as long as `chunkBytes` or a
 * line more. What stands behind the last of them comes at the end, as one that is not whole (`isWhole`) and may have no line. Memory does not
 * depend on what the file holds.
 * Errors: those of node:fs.
 */
export async function* makeChunks(
  file: LogBytes,
  from: number,
  to: number,
  chunkBytes: number,
): AsyncGenerator<MadeChunk & { readonly isWhole: boolean }, void, undefined> {
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  let chunk = new OpenChunk(from, chunkBytes);
  let at = from;
  let filled = 0;
  let isTooLong = false;
  while (at + filled < to) {
    const bytesRead = await file.read(
      piece,
      filled,
      Math.min(piece.length - filled, to - at - filled),
      at + filled,
    );
    if (bytesRead === 0) break;
    filled += bytesRead;
    let begin = 0;
    for (let end = piece.indexOf(0x0a); end >= 0 && end < filled; end = piece.indexOf(0x0a, begin)) {
      if (isTooLong || end - begin > MAX_LINE_BYTES) chunk.addJunk();
      else if (end > begin) chunk.add(piece.subarray(begin, end), at + begin);
      isTooLong = false;
      begin = end + 1;
      endRow(chunk.row, at + begin);
      if (at + begin - rowBegin(chunk.row) < chunkBytes) continue;
      yield { ...chunk, isWhole: true };
      chunk = new OpenChunk(at + begin, chunkBytes);
    }
    piece.copyWithin(0, begin, filled);
    at += begin;
    filled -= begin;
    if (filled <= MAX_LINE_BYTES) continue;
    isTooLong = true;
    at += filled;
    filled = 0;
  }
  yield { ...chunk, isWhole: false };
}
