import { dayRange } from "./filter-words.js";
import { type DayStats, HOURS, MINUTES } from "./index/day-stats.js";
import { DURATION_BINS, percentile } from "./index/durations.js";
import { busiest, type TopEntry, type TopList } from "./index/top-list.js";
import { CACHE_RESULTS, OUTCOMES } from "./read-record.js";
import type { CacheRecord, RequestOutcome } from "./record.js";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Widths of a column, minutes: one of them makes of every range at most {@link MOST_COLUMNS}. */
const WIDTHS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080, 43_200, 525_600];
const MOST_COLUMNS = 120;
/** Clients and sources that are told of. */
const MOST_NAMES = 12;

/** A range of time, ms since 1970, `to` excluded. */
export interface MsRange {
  readonly from: number;
  readonly to: number;
}

/** The requests that came in a part of the range. */
export interface Column extends MsRange {
  readonly outcomes: Readonly<Record<RequestOutcome, number>>;
}

/** All requests of a range together, whatever the filter: how many, how long, how much, from whom, for what. */
export interface RangeSummary {
  readonly columns: readonly Column[];
  readonly outcomes: Readonly<Record<RequestOutcome, number>>;
  readonly cache: Readonly<Record<CacheRecord["result"], number>>;
  /** Bytes that were sent. */
  readonly bytes: number;
  /** Half of all, nine of ten, 99 of 100 took no longer, ms; missing where there are none. */
  readonly durations?: { readonly p50: number; readonly p90: number; readonly p99: number };
  readonly clients: readonly TopEntry[];
  readonly sources: readonly TopEntry[];
  /** Durations, clients and sources are those of whole hours: these. */
  readonly hours: MsRange;
  /** Bytes of the files that are counted, and of all. */
  readonly counted: number;
  readonly all: number;
}

type Counts<Name extends string> = Record<Name, number>;

/**
 * Adds up the requests of a range from what is known of its days: outcomes in columns, and what the cache did and bytes, minute by minute;
 * durations, clients and sources, which are known by the hour, of whole hours.
 */
export class RangeSums {
  readonly #range: MsRange;
  readonly #widthMs: number;
  /** Where the first column would begin if the range did not begin within it. */
  readonly #firstMs: number;
  readonly #columns: Counts<RequestOutcome>[];
  readonly #cache = zeros(CACHE_RESULTS);
  readonly #durations = new Float64Array(DURATION_BINS);
  readonly #clients: TopList[] = [];
  readonly #sources: TopList[] = [];
  #bytes = 0;

  constructor(range: MsRange) {
    const { from, to } = range;
    this.#range = range;
    const minutes = WIDTHS.find((width) => (to - from) / (width * MINUTE_MS) <= MOST_COLUMNS) ?? 525_600;
    this.#widthMs = minutes * MINUTE_MS;
    this.#firstMs = Math.floor(from / this.#widthMs) * this.#widthMs;
    const count = Math.min(MOST_COLUMNS + 1, Math.ceil((to - this.#firstMs) / this.#widthMs));
    this.#columns = Array.from({ length: Math.max(1, count) }, () => zeros(OUTCOMES));
  }

  /** Adds the minutes and hours of a day that the range touches. */
  add(stats: DayStats, day: string): void {
    const midnight = dayRange(day).from;
    for (const minute of this.#partsOf(midnight, MINUTE_MS, MINUTES))
      this.#addMinute(stats, minute, midnight + minute * MINUTE_MS);
    for (const hour of this.#partsOf(midnight, HOUR_MS, HOURS)) this.#addHour(stats, hour);
  }

  /** The numbers of the parts of a day that the range touches, whole or not. */
  *#partsOf(midnight: number, widthMs: number, count: number): Generator<number> {
    const { from, to } = this.#range;
    const first = Math.max(0, Math.floor((from - midnight) / widthMs));
    const end = Math.min(count, Math.ceil((to - midnight) / widthMs));
    for (let part = first; part < end; part++) yield part;
  }

  #addMinute(stats: DayStats, minute: number, beginMs: number): void {
    const column = this.#columns[Math.floor((beginMs - this.#firstMs) / this.#widthMs)];
    if (column !== undefined)
      for (const outcome of OUTCOMES) column[outcome] += stats.outcomeCount(minute, outcome);
    for (const result of CACHE_RESULTS) this.#cache[result] += stats.cacheCount(minute, result);
    this.#bytes += stats.bytes[minute] ?? 0;
  }

  #addHour(stats: DayStats, hour: number): void {
    const durations = stats.durationsOf(hour);
    for (const [bin, count] of durations.entries()) this.#durations[bin] = this.#durations[bin]! + count;
    const [clients, sources] = [stats.clients[hour], stats.sources[hour]];
    if (clients !== undefined) this.#clients.push(clients);
    if (sources !== undefined) this.#sources.push(sources);
  }

  /** @param counted bytes of the files that were added, and `all` of those of the range */
  summary(counted: number, all: number): RangeSummary {
    const { from, to } = this.#range;
    const columns = this.#columns.map((outcomes, n): Column => {
      const begin = this.#firstMs + n * this.#widthMs;
      return { from: Math.max(begin, from), to: Math.min(begin + this.#widthMs, to), outcomes };
    });
    const outcomes = zeros(OUTCOMES);
    for (const column of columns)
      for (const outcome of OUTCOMES) outcomes[outcome] += column.outcomes[outcome];
    const [p50, p90, p99] = [0.5, 0.9, 0.99].map((part) => percentile(this.#durations, part));
    return {
      columns,
      outcomes,
      cache: this.#cache,
      bytes: this.#bytes,
      ...(p50 === undefined || p90 === undefined || p99 === undefined
        ? {}
        : { durations: { p50, p90, p99 } }),
      clients: busiest(this.#clients, MOST_NAMES),
      sources: busiest(this.#sources, MOST_NAMES),
      hours: { from: Math.floor(from / HOUR_MS) * HOUR_MS, to: Math.ceil(to / HOUR_MS) * HOUR_MS },
      counted,
      all,
    };
  }
}

function zeros<Name extends string>(names: readonly Name[]): Counts<Name> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Counts<Name>; // one of each
}
