import { closeSync, constants, openSync, readFileSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import type { LogBytes } from "../log-bytes.js";
import { type LogFile, listFiles } from "../log-files.js";
import { makeFolder } from "../make-folder.js";
import { keyOfLog } from "../open-log.js";
import { makeChunks } from "./chunk-maker.js";
import { joinRows, rowEnd } from "./chunk-row.js";
import { anchorAt, fileKey } from "./file-mark.js";
import { writeBlock } from "./group-block.js";
import { addId, newIdPages } from "./id-pages.js";
import { indexFile, indexFolder, removeIndexes } from "./index-names.js";
import { decodeState, emptyState, encodeState, type IndexState } from "./index-state.js";
import { GROUP_CHUNKS, type IndexSizes, USUAL_SIZES } from "./sizes.js";

const FILE_MODE = 0o640;
/** States that are kept in memory: of each at most 1.5 MB. */
const MOST_STATES = 8;
let temporaries = 0;

/** What is known of a file that is open. */
export interface KnownFile {
  readonly state: IndexState;
  /** Where its groups are. */
  readonly blocks: string;
  /** Bytes of the file when it was looked at. */
  readonly size: number;
  /** Bytes by which more is known of it than before. */
  readonly added: number;
}

/**
 * The indexes of a folder of logs: which chunks of a file can hold what, and how its requests are spread over the day. They only save
 * work: everything can be found in the files themselves. Each is kept beside the logs, written by whoever looks; what does not
 * agree with its file (replaced, cut off, damaged) is thrown away and made again. Several processes may do so at the same time.
 */
export class LogIndexes {
  readonly #folder: string;
  readonly #sizes: IndexSizes;
  readonly #states = new Map<string, IndexState>();
  readonly #working = new Map<string, Promise<void>>();
  /** Why the last one could not be written. */
  trouble: string | undefined;

  constructor(folder: string, sizes: IndexSizes = USUAL_SIZES) {
    this.#folder = folder;
    this.#sizes = sizes;
  }

  /**
   * What is known of a file, after at most `budgetBytes` more of it were looked through; `undefined` for one too short to have
   * an index. Errors: those of reading the file.
   */
  async look(log: LogFile, file: LogBytes, budgetBytes: number): Promise<KnownFile | undefined> {
    const key = await fileKey(file);
    if (key === undefined) return undefined;
    const size = await file.size();
    let state = await this.#load(log, file, key, size);
    const before = state.end;
    const blocks = indexFile(this.#folder, log.day, key, "blocks");
    if (budgetBytes > 0 && size - state.end >= this.#sizes.chunkBytes) {
      const earlier = this.#working.get(key) ?? Promise.resolve();
      const mine = earlier.then(async () => {
        // Once more: of two that look at the same time the second waits, and goes on with what the first has found out; with the state from
        // before the wait it would read the same again, and write down less than there is.
        state = await this.#load(log, file, key, size);
        state = await this.#extend(log, file, state, Math.min(size, state.end + budgetBytes));
      });
      const done = mine.catch(() => undefined);
      this.#working.set(key, done);
      try {
        await mine;
      } finally {
        if (this.#working.get(key) === done) this.#working.delete(key);
      }
    }
    return { state, blocks, size, added: Math.max(0, state.end - before) };
  }

  /** Forgets what it knows of a file that proved to be wrong. */
  discard(log: LogFile, key: string): void {
    this.#states.delete(key);
    for (const kind of ["state", "blocks"] as const)
      try {
        unlinkSync(indexFile(this.#folder, log.day, key, kind));
      } catch {
        // Gone, or not to be removed: then it is found to be wrong again.
      }
  }

  /** Forgets everything: files were deleted. */
  forget(): void {
    this.#states.clear();
  }

  async #load(log: LogFile, file: LogBytes, key: string, size: number): Promise<IndexState> {
    const { chunkBytes } = this.#sizes;
    // What another process has kept is read only where memory has nothing that fits.
    for (const known of [() => this.#states.get(key), () => this.#read(log, key)]) {
      const state = known();
      if (state === undefined || state.key !== key || state.chunkBytes !== chunkBytes) continue;
      if (state.end <= size && (await anchorAt(file, state.end)) === state.anchor) {
        this.#remember(state);
        return state;
      }
    }
    this.#states.delete(key);
    return emptyState(key, chunkBytes);
  }

  #read(log: LogFile, key: string): IndexState | undefined {
    try {
      return decodeState(readFileSync(indexFile(this.#folder, log.day, key, "state")));
    } catch {
      return undefined;
    }
  }

  #remember(state: IndexState): void {
    this.#states.delete(state.key);
    this.#states.set(state.key, state);
    const oldest = this.#states.keys().next();
    if (this.#states.size > MOST_STATES && oldest.done !== true) this.#states.delete(oldest.value);
  }

  async #extend(log: LogFile, file: LogBytes, known: IndexState, to: number): Promise<IndexState> {
    // Begun anew: what was known of the file that stood here is of no use.
    if (known.end === 0) await this.#removeStale(log);
    const sealed = [...known.sealed];
    const rows = [...known.rows];
    const signatures = [...known.signatures];
    let ids: Buffer = Buffer.from(known.ids);
    const stats = known.stats.copy();
    let { end } = known;
    for await (const chunk of makeChunks(file, known.end, to, known.chunkBytes)) {
      if (!chunk.isWhole) break;
      rows.push(chunk.row);
      signatures.push(chunk.signature);
      for (const { id } of chunk.records) addId(ids, id);
      if (rows.length === GROUP_CHUNKS) {
        const anchor = await anchorAt(file, rowEnd(chunk.row));
        const group = { number: sealed.length, key: known.key, rows, signatures, ids, anchor: anchor ?? 0 };
        if (anchor === undefined || !this.#writes(() => this.#seal(log, group))) {
          rows.pop();
          signatures.pop();
          break;
        }
        sealed.push({ row: joinRows(rows), anchor });
        rows.length = 0;
        signatures.length = 0;
        ids = newIdPages();
      }
      end = rowEnd(chunk.row);
      for (const record of chunk.records) stats.add(record);
    }
    const anchor = await anchorAt(file, end);
    // Cut off while it was read: what was read of it counts no more.
    if (end === known.end || anchor === undefined) return known;
    const state: IndexState = { ...known, sealed, rows, signatures, ids, stats, end, anchor };
    this.#remember(state);
    this.#writes(() => this.#write(log, state));
    return state;
  }

  /** Removes the indexes of files of that day that are not there any more, nor under another name. */
  async #removeStale({ day }: LogFile): Promise<void> {
    const keys = new Set<string | undefined>();
    for (const log of await listFiles(this.#folder)) if (log.day === day) keys.add(await keyOfLog(log));
    this.#writes(() => removeIndexes(this.#folder, (one, key) => one === day && !keys.has(key)));
  }

  /** Without a place for it the index is what is in memory. */
  #writes(write: () => void): boolean {
    try {
      write();
      this.trouble = undefined;
      return true;
    } catch (error) {
      this.trouble = error instanceof Error ? error.message : String(error);
      return false;
    }
  }

  #seal(log: LogFile, group: Parameters<typeof writeBlock>[1]): void {
    makeFolder(indexFolder(this.#folder));
    const path = indexFile(this.#folder, log.day, group.key, "blocks");
    // Made where it is missing, never emptied: another process may be writing to it.
    const fd = openSync(path, constants.O_RDWR | constants.O_CREAT, FILE_MODE);
    try {
      writeBlock(fd, group);
    } finally {
      closeSync(fd);
    }
  }

  #write(log: LogFile, state: IndexState): void {
    makeFolder(indexFolder(this.#folder));
    const path = indexFile(this.#folder, log.day, state.key, "state");
    temporaries += 1;
    const temporary = `${path}.${process.pid}-${temporaries}.tmp`;
    writeFileSync(temporary, encodeState(state), { mode: FILE_MODE });
    renameSync(temporary, path);
  }
}
