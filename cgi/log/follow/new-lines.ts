import { type LogFile, listFiles } from "../log-files.js";
import { openLog } from "../open-log.js";

/** Bytes of one look whose lines are given; of more than that only the last are, the others are counted. */
const MOST_BYTES = 1024 * 1024;
/** Bytes of one look that are counted; what is beyond them is passed over. */
const MOST_COUNTED = 64 * 1024 * 1024;

/** What was appended to the log since the last look. */
export interface NewLines {
  /** Whole lines, in their order; views that last until the next look. */
  readonly lines: readonly Buffer[];
  /** Lines before them that were too many to be given. */
  readonly missed: number;
}

/** Looks at what is appended to the newest files of a log. */
export class LogTail {
  readonly #folder: string;
  readonly #mostBytes: number;
  /** How far each file has been read. */
  readonly #offsets = new Map<string, number>();
  #isFirst = true;

  constructor(folder: string, mostBytes = MOST_BYTES) {
    this.#folder = folder;
    this.#mostBytes = mostBytes;
  }

  /** What is new; nothing at the first look. A file that is shorter than it was begins anew. Errors: those of node:fs. */
  async look(): Promise<NewLines> {
    const lines: Buffer[] = [];
    let missed = 0;
    // A day more than this one: a record belongs to the day on which its request came.
    const newest = (await listFiles(this.#folder)).filter(({ part, isCoded }) => part === 0 && !isCoded);
    for (const log of newest.slice(0, 2).reverse()) {
      const { path, bytes } = log;
      const known = this.#offsets.get(path) ?? (this.#isFirst ? bytes : 0);
      const from = known > bytes ? 0 : known;
      this.#offsets.set(path, from);
      if (bytes === from) continue;
      const read = await this.#read(log, from, bytes);
      lines.push(...read.lines);
      missed += read.missed;
    }
    for (const path of this.#offsets.keys())
      if (!newest.some((file) => file.path === path)) this.#offsets.delete(path);
    this.#isFirst = false;
    return { lines, missed };
  }

  async #read(log: LogFile, from: number, to: number): Promise<NewLines> {
    const file = await openLog(log);
    if (file === undefined) return { lines: [], missed: 0 };
    try {
      const begin = Math.max(from, to - this.#mostBytes);
      let missed = 0;
      const piece = Buffer.allocUnsafe(Math.min(this.#mostBytes, to - from));
      for (let at = Math.max(from, begin - MOST_COUNTED); at < begin; ) {
        const bytesRead = await file.read(piece, 0, Math.min(piece.length, begin - at), at);
        if (bytesRead === 0) break;
        missed += lineEnds(piece.subarray(0, bytesRead)).length;
        at += bytesRead;
      }
      const bytesRead = await file.read(piece, 0, to - begin, begin);
      const ends = lineEnds(piece.subarray(0, bytesRead));
      const lines: Buffer[] = [];
      let start = 0;
      for (const end of ends) {
        // The first line after what was only counted is the end of one that was counted.
        if (end > start && (begin === from || start > 0)) lines.push(piece.subarray(start, end));
        start = end + 1;
      }
      // One that is not whole yet is read the next time, unless it is longer than what a look takes.
      const isTooLong = start === 0 && bytesRead >= this.#mostBytes;
      this.#offsets.set(log.path, begin + (isTooLong ? bytesRead : start));
      return { lines, missed: begin > from ? missed + 1 : missed };
    } finally {
      await file.close();
    }
  }
}

function lineEnds(bytes: Buffer): number[] {
  const ends: number[] = [];
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) ends.push(at);
  return ends;
}
