import type { LogBytes } from "./log-bytes.js";

/** Bytes of one read: large enough for a hundred records, small enough to be worked on between other requests. */
const CHUNK_BYTES = 256 * 1024;
/** Longest line that is kept in memory: four times what a record may have. */
export const MAX_LINE_BYTES = 64 * 1024;

/** One line of a log, without its line end. */
export interface LogLine {
  /** Where it begins in the file. */
  readonly at: number;
  readonly bytes: number;
  /** Lasts until the next read. Missing where the line is too long to be a record. */
  readonly text?: Buffer;
}

/** The line being put together from pieces, last piece first. */
class OpenLine {
  #pieces: Buffer[] = [];
  #bytes = 0;

  get isTooLong(): boolean {
    return this.#bytes > MAX_LINE_BYTES;
  }

  get isEmpty(): boolean {
    return this.#bytes === 0;
  }

  addInFront(piece: Buffer): void {
    this.#bytes += piece.length;
    if (this.isTooLong) this.#pieces = [];
    // A view would keep the whole chunk it belongs to.
    else this.#pieces.unshift(Buffer.from(piece));
  }

  take(at: number): LogLine {
    const line: LogLine = {
      at,
      bytes: this.#bytes,
      ...(this.isTooLong ? {} : { text: Buffer.concat(this.#pieces) }),
    };
    this.#pieces = [];
    this.#bytes = 0;
    return line;
  }
}

/** What {@link readLinesBackwards} gives after each read. */
export interface LinesRead {
  /** Complete lines, last one first; empty lines are left out. */
  readonly lines: readonly LogLine[];
  /** Where to go on: an offset for `before` with which nothing is read twice or missed. That of the begin: all is read. */
  readonly rest: number;
}

/**
 * Reads the lines of a file from its end, or from the offset `before`, back to the offset `begin` of a line, in bounded memory whatever
 * the file holds. Stops when the consumer leaves.
 */
export async function* readLinesBackwards(
  file: LogBytes,
  before: number,
  begin = 0,
): AsyncGenerator<LinesRead> {
  const open = new OpenLine();
  let position = Math.min(before, await file.size());
  const chunk = Buffer.allocUnsafe(Math.max(0, Math.min(CHUNK_BYTES, position - begin)));
  let lineStart = position;
  while (position > begin) {
    const from = Math.max(begin, position - CHUNK_BYTES);
    const bytesRead = await file.read(chunk, 0, position - from, from);
    // Somebody made the file shorter: what was there is gone.
    if (bytesRead < position - from) return;
    const lines: LogLine[] = [];
    let right = bytesRead;
    while (right > 0) {
      const lineEnd = chunk.lastIndexOf(0x0a, right - 1);
      if (lineEnd < 0) break;
      const piece = chunk.subarray(lineEnd + 1, right);
      const at = from + lineEnd + 1;
      const isInside = open.isEmpty && piece.length <= MAX_LINE_BYTES;
      if (!isInside) open.addInFront(piece);
      const line = isInside ? { at, bytes: piece.length, text: piece } : open.take(at);
      if (line.bytes > 0) lines.push(line);
      lineStart = line.at;
      right = lineEnd;
    }
    open.addInFront(chunk.subarray(0, right));
    position = from;
    if (position === begin) {
      const first = open.take(begin);
      if (first.bytes > 0) lines.push(first);
    }
    // In the middle of a line that is too long going on from here loses nothing but its length.
    yield { lines, rest: position === begin ? begin : open.isTooLong ? position : lineStart };
  }
}
