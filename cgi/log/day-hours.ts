import { open } from "node:fs/promises";
import { dayFile } from "./log-files.js";
import { CACHE_RESULTS, OUTCOMES } from "./read-record.js";
import type { CacheRecord, RequestOutcome } from "./record.js";

const HOURS = 24;
const CHUNK_BYTES = 256 * 1024;
/** Bytes that one look at a day counts at most; the next look goes on where this one ended. */
const MAX_COUNT_BYTES = 64 * 1024 * 1024;
/** Days whose counts are remembered. */
const MAX_DAYS = 8;

const TIME = Buffer.from('"time":"');
const OUTCOME = Buffer.from('"outcome":"');
const CACHE = Buffer.from('"cache":{"result":"');
/** From the beginning of a time, `yyyy-mm-ddThh`, to its hour. */
const HOUR_AT = 11;

/** One hour (UTC) of a day. */
export interface HourCount {
  readonly outcomes: Readonly<Record<RequestOutcome, number>>;
  /** What the cache did for those that have a word of it. */
  readonly cache: Readonly<Record<CacheRecord["result"], number>>;
  /** Offset in the file behind the hour's last request: `before` for a page that begins there; 0 where there is none. */
  readonly end: number;
}

/** How the requests of a day are spread over its 24 hours. */
export interface DayHours {
  readonly hours: readonly HourCount[];
  /** Bytes that are counted. */
  readonly counted: number;
  /** Whether the file is longer than what is counted yet. */
  readonly partial: boolean;
}

const NO_CACHE: HourCount["cache"] = { hit: 0, partial: 0, miss: 0, off: 0 };

/** Counts of one pass over a part of the file. */
class Counter {
  readonly outcomes: Record<RequestOutcome, number>[];
  readonly cache: Record<CacheRecord["result"], number>[];
  readonly ends: number[];

  constructor(from: DayHours | undefined) {
    this.outcomes = Array.from({ length: HOURS }, (_, hour) => ({
      complete: 0,
      "no data": 0,
      refused: 0,
      failed: 0,
      cancelled: 0,
      ...from?.hours[hour]?.outcomes,
    }));
    this.cache = Array.from({ length: HOURS }, (_, hour) => ({ ...NO_CACHE, ...from?.hours[hour]?.cache }));
    this.ends = Array.from({ length: HOURS }, (_, hour) => from?.hours[hour]?.end ?? 0);
  }

  /** Counts the line `[from, to)` of the chunk; `end` is the offset behind it. What is no record is not counted. */
  line(chunk: Buffer, from: number, to: number, end: number): void {
    const line = chunk.subarray(from, to);
    const time = line.indexOf(TIME);
    // Texts of clients cannot hold this: their quotes are escaped.
    const outcomeAt = line.indexOf(OUTCOME, time + 1);
    if (time < 0 || outcomeAt < 0) return;
    const hourAt = time + TIME.length + HOUR_AT;
    const hour = Number(line.toString("latin1", hourAt, hourAt + 2));
    const counts = this.outcomes[hour];
    const begin = outcomeAt + OUTCOME.length;
    const word = line.toString("latin1", begin, begin + 16);
    const outcome = OUTCOMES.find((one) => word.startsWith(`${one}"`));
    if (counts === undefined || outcome === undefined) return;
    counts[outcome] += 1;
    // Behind the outcome, as every field that is an object: one that a client sent before it has escaped quotes.
    const cacheAt = line.indexOf(CACHE, begin);
    const cached = this.cache[hour];
    if (cacheAt >= 0 && cached !== undefined) {
      const did = line.toString("latin1", cacheAt + CACHE.length, cacheAt + CACHE.length + 16);
      const result = CACHE_RESULTS.find((one) => did.startsWith(`${one}"`));
      if (result !== undefined) cached[result] += 1;
    }
    this.ends[hour] = end;
  }

  result(counted: number, partial: boolean): DayHours {
    return {
      hours: this.outcomes.map((outcomes, hour) => ({
        outcomes,
        cache: this.cache[hour] ?? NO_CACHE,
        end: this.ends[hour] ?? 0,
      })),
      counted,
      partial,
    };
  }
}

/**
 * Counts the requests of a day by hour and outcome, from where `known` ended on; `undefined` where the day has no file. Lines that
 * are not complete yet are left for the next time; one that does not fit into a read is passed over.
 * @param maxBytes a smaller limit, for tests
 * Errors: those of node:fs.
 */
export async function countHours(
  folder: string,
  day: string,
  known: DayHours | undefined,
  maxBytes = MAX_COUNT_BYTES,
): Promise<DayHours | undefined> {
  const file = await open(dayFile(folder, day), "r").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (file === undefined) return undefined;
  try {
    const { size } = await file.stat();
    // A file that is shorter than it was is another file: the day was deleted meanwhile.
    const base = known !== undefined && known.counted <= size ? known : undefined;
    const counter = new Counter(base);
    const limit = Math.min(size, (base?.counted ?? 0) + maxBytes);
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    let at = base?.counted ?? 0;
    while (at < limit) {
      const { bytesRead } = await file.read(chunk, 0, Math.min(CHUNK_BYTES, size - at), at);
      let from = 0;
      for (let to = chunk.indexOf(0x0a); to >= 0 && to < bytesRead; to = chunk.indexOf(0x0a, from)) {
        counter.line(chunk, from, to, at + to + 1);
        from = to + 1;
      }
      if (from === 0 && bytesRead < CHUNK_BYTES) break;
      at += from === 0 ? bytesRead : from;
    }
    return counter.result(at, at < size && limit < size);
  } finally {
    await file.close();
  }
}

/** Counts that are remembered between looks, so that an open page costs only what is new. */
export class RememberedHours {
  readonly #folder: string;
  readonly #days = new Map<string, DayHours>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The counts of a day as it is now. */
  async look(day: string): Promise<DayHours | undefined> {
    const hours = await countHours(this.#folder, day, this.#days.get(day));
    this.#days.delete(day);
    if (hours === undefined) return undefined;
    this.#days.set(day, hours);
    const oldest = this.#days.keys().next();
    if (this.#days.size > MAX_DAYS && oldest.done !== true) this.#days.delete(oldest.value);
    return hours;
  }

  /** Forgets all counts: files were deleted, and new ones may have the same length. */
  forget(): void {
    this.#days.clear();
  }
}
