import { isProblem } from "../filter.js";
import { CACHE_RESULTS, OUTCOMES } from "../read-record.js";
import type { CacheRecord, RequestRecord } from "../record.js";
import { DURATION_BINS, durationBin } from "./durations.js";
import { type TopEntry, TopList } from "./top-list.js";

/** Minutes of a day. */
export const MINUTES = 1440;
/** Hours of a day. */
export const HOURS = 24;
/** Counts of a minute: of the outcomes, then of what the cache did. */
const MINUTE_COUNTS = OUTCOMES.length + CACHE_RESULTS.length;

const MINUTE_BYTES = MINUTES * MINUTE_COUNTS * 4;
const SUM_BYTES = MINUTES * 8;
const HISTOGRAM_BYTES = HOURS * DURATION_BINS * 4;
const FIXED_BYTES = MINUTE_BYTES + SUM_BYTES + HISTOGRAM_BYTES;

/** Whether the source of a request is one of the server's: anybody may ask for any name, and must not have it suggested to operators. */
function isOfServer({ code }: RequestRecord): boolean {
  return code !== "NO_SUCH_SOURCE";
}

interface Tops {
  readonly clients: readonly (readonly TopEntry[])[];
  readonly sources: readonly (readonly TopEntry[])[];
}

/**
 * What is known of the requests of one file, spread over the minutes and hours of its day by the clock of their arrival. Its memory
 * does not depend on how many there are.
 */
export class DayStats {
  /** {@link MINUTE_COUNTS} for each minute. */
  readonly minutes: Uint32Array;
  /** Bytes that were sent, for each minute. */
  readonly bytes: Float64Array;
  /** {@link DURATION_BINS} for each hour. */
  readonly durations: Uint32Array;
  readonly clients: TopList[];
  readonly sources: TopList[];

  constructor(fixed?: Buffer, tops?: Tops) {
    // A copy is aligned, whatever it was cut from.
    const memory = new ArrayBuffer(FIXED_BYTES);
    if (fixed !== undefined) new Uint8Array(memory).set(fixed.subarray(0, FIXED_BYTES));
    this.bytes = new Float64Array(memory, 0, MINUTES);
    this.minutes = new Uint32Array(memory, SUM_BYTES, MINUTES * MINUTE_COUNTS);
    this.durations = new Uint32Array(memory, SUM_BYTES + MINUTE_BYTES, HOURS * DURATION_BINS);
    const lists = (of: Tops["clients"] | undefined) =>
      Array.from({ length: HOURS }, (_, hour) => TopList.of(of?.[hour] ?? []));
    this.clients = lists(tops?.clients);
    this.sources = lists(tops?.sources);
  }

  add(record: RequestRecord): void {
    const hour = Math.min(HOURS - 1, Number(record.time.slice(11, 13)));
    const minute = hour * 60 + Math.min(59, Number(record.time.slice(14, 16)));
    const row = minute * MINUTE_COUNTS;
    this.#count(row + OUTCOMES.indexOf(record.outcome));
    if (record.cache !== undefined)
      this.#count(row + OUTCOMES.length + CACHE_RESULTS.indexOf(record.cache.result));
    if (record.bytes > 0 && Number.isFinite(record.bytes))
      this.bytes[minute] = (this.bytes[minute] ?? 0) + record.bytes;
    const bin = hour * DURATION_BINS + durationBin(record.durationMs);
    this.durations[bin] = (this.durations[bin] ?? 0) + 1;
    const failed = isProblem(record.outcome);
    this.clients[hour]?.add(record.client, failed);
    const { source } = record;
    if (source !== undefined && source !== "" && isOfServer(record)) this.sources[hour]?.add(source, failed);
  }

  /** Requests of a minute of the day that ended so. */
  outcomeCount(minute: number, outcome: RequestRecord["outcome"]): number {
    return this.minutes[minute * MINUTE_COUNTS + OUTCOMES.indexOf(outcome)] ?? 0;
  }

  /** Requests of a minute of the day of which the cache gave so much. */
  cacheCount(minute: number, result: CacheRecord["result"]): number {
    return this.minutes[minute * MINUTE_COUNTS + OUTCOMES.length + CACHE_RESULTS.indexOf(result)] ?? 0;
  }

  /** How many requests of an hour of the day took how long, by bin. */
  durationsOf(hour: number): Uint32Array {
    return this.durations.subarray(hour * DURATION_BINS, (hour + 1) * DURATION_BINS);
  }

  #count(index: number): void {
    this.minutes[index] = (this.minutes[index] ?? 0) + 1;
  }

  /** The same once more, to be counted on without the first being changed. */
  copy(): DayStats {
    return new DayStats(this.#fixed(), this.#tops());
  }

  #fixed(): Buffer {
    return Buffer.from(this.bytes.buffer);
  }

  #tops(): Tops {
    return {
      clients: this.clients.map((list) => list.entries()),
      sources: this.sources.map((list) => list.entries()),
    };
  }

  /** As bytes, in the order of this machine. */
  encode(): Buffer {
    return Buffer.concat([this.#fixed(), Buffer.from(JSON.stringify(this.#tops()))]);
  }

  /** What {@link encode} gave. Errors: those of JSON for other bytes. */
  static decode(bytes: Buffer): DayStats {
    const tops: Tops = JSON.parse(bytes.toString("utf8", FIXED_BYTES)); // written by encode, and its sum was checked
    return new DayStats(bytes, tops);
  }
}
