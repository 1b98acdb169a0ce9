import type { LogFilter } from "./filter.js";
import { dayRange } from "./filter-words.js";
import { makeChunks } from "./index/chunk-maker.js";
import { DayStats, HOURS, MINUTE_COUNTS, MINUTES } from "./index/day-stats.js";
import { DURATION_BINS, percentile } from "./index/durations.js";
import type { LogIndexes } from "./index/log-indexes.js";
import { busiest, type TopEntry, type TopList } from "./index/top-list.js";
import type { LogBytes } from "./log-bytes.js";
import type { LogFile } from "./log-files.js";
import { openLog } from "./open-log.js";
import { CACHE_RESULTS, OUTCOMES } from "./read-record.js";
import type { CacheRecord, RequestOutcome } from "./record.js";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Bytes that one summary adds to the indexes. */
const BUDGET_BYTES = 8 * 1024 * 1024;
/** Bytes behind the end of an index that are counted each time: without a place for the index there may be many. */
const MOST_REST_BYTES = 2 * 1024 * 1024;
/** Widths of a column, minutes: one of them makes of every range at most {@link MOST_COLUMNS}. */
const WIDTHS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080, 43_200, 525_600];
const MOST_COLUMNS = 120;
/** Clients and sources that are told of. */
const MOST_NAMES = 12;

/** The requests that came in a part of the range. */
export interface Column {
  /** Ms since 1970, `to` excluded. */
  readonly from: number;
  readonly to: number;
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
  readonly hours: { readonly from: number; readonly to: number };
  /** Bytes of the files that are counted, and of all. */
  readonly counted: number;
  readonly all: number;
}

/** What is known of a file, and of how much of it. */
interface Counted {
  readonly stats: DayStats;
  readonly counted: number;
  /** Bytes that were added to its index. */
  readonly added: number;
}

async function countFile(
  log: LogFile,
  file: LogBytes,
  indexes: LogIndexes,
  budgetBytes: number,
): Promise<Counted> {
  const known = await indexes.look(log, file, budgetBytes);
  const size = known?.size ?? (await file.size());
  const end = known?.state.end ?? 0;
  const stats = known?.state.stats ?? new DayStats();
  const added = known?.added ?? 0;
  // What is behind the index is counted with each look and forgotten: much of it (an index that is being made, or has no place) is left out,
  // and the page says how much is counted.
  if (size - end > MOST_REST_BYTES) return { stats, counted: end, added };
  if (size === end) return { stats, counted: size, added };
  const more = stats.copy();
  // A file that is cut off meanwhile ends the walk early: what was there is gone, and the next look counts what is left.
  for await (const { records } of makeChunks(file, end, size, MOST_REST_BYTES))
    for (const record of records) more.add(record);
  return { stats: more, counted: size, added };
}

/** The range that columns cover: open ends are those of the files. */
function rangeOf(
  filter: LogFilter,
  files: readonly LogFile[],
): { readonly from: number; readonly to: number } {
  const newest = files[0];
  const oldest = files.at(-1);
  const from = filter.from ?? (oldest === undefined ? 0 : dayRange(oldest.day).from);
  const to = filter.to ?? (newest === undefined ? from : dayRange(newest.day).to);
  return { from, to: Math.max(to, from + MINUTE_MS) };
}

/** Sums of a range that are being made. */
class Sums {
  readonly from: number;
  readonly to: number;
  readonly widthMs: number;
  readonly first: number;
  readonly columns: Float64Array;
  readonly cache = new Float64Array(CACHE_RESULTS.length);
  readonly durations = new Float64Array(DURATION_BINS);
  readonly clients: TopList[] = [];
  readonly sources: TopList[] = [];
  bytes = 0;

  constructor(from: number, to: number) {
    this.from = from;
    this.to = to;
    const width = WIDTHS.find((minutes) => (to - from) / (minutes * MINUTE_MS) <= MOST_COLUMNS);
    this.widthMs = (width ?? 525_600) * MINUTE_MS;
    this.first = Math.floor(from / this.widthMs) * this.widthMs;
    const count = Math.min(MOST_COLUMNS + 1, Math.ceil((to - this.first) / this.widthMs));
    this.columns = new Float64Array(Math.max(1, count) * OUTCOMES.length);
  }

  add(stats: DayStats, day: string): void {
    const begin = dayRange(day).from;
    const firstMinute = Math.max(0, Math.floor((this.from - begin) / MINUTE_MS));
    const endMinute = Math.min(MINUTES, Math.ceil((this.to - begin) / MINUTE_MS));
    for (let minute = firstMinute; minute < endMinute; minute++) this.#minute(stats, begin, minute);
    const firstHour = Math.max(0, Math.floor((this.from - begin) / HOUR_MS));
    const endHour = Math.min(HOURS, Math.ceil((this.to - begin) / HOUR_MS));
    for (let hour = firstHour; hour < endHour; hour++) {
      for (let bin = 0; bin < DURATION_BINS; bin++)
        this.durations[bin] = (this.durations[bin] ?? 0) + (stats.durations[hour * DURATION_BINS + bin] ?? 0);
      const [clients, sources] = [stats.clients[hour], stats.sources[hour]];
      if (clients !== undefined) this.clients.push(clients);
      if (sources !== undefined) this.sources.push(sources);
    }
  }

  #minute(stats: DayStats, begin: number, minute: number): void {
    const row = minute * MINUTE_COUNTS;
    const column = Math.floor((begin + minute * MINUTE_MS - this.first) / this.widthMs) * OUTCOMES.length;
    if (column >= 0 && column < this.columns.length)
      for (let n = 0; n < OUTCOMES.length; n++)
        this.columns[column + n] = (this.columns[column + n] ?? 0) + (stats.minutes[row + n] ?? 0);
    for (let n = 0; n < CACHE_RESULTS.length; n++)
      this.cache[n] = (this.cache[n] ?? 0) + (stats.minutes[row + OUTCOMES.length + n] ?? 0);
    this.bytes += stats.bytes[minute] ?? 0;
  }
}

function outcomesOf(counts: ArrayLike<number>, at: number): Record<RequestOutcome, number> {
  const entries = OUTCOMES.map((outcome, n) => [outcome, counts[at + n] ?? 0] as const);
  return Object.fromEntries(entries) as Record<RequestOutcome, number>; // one of each
}

function result(sums: Sums, counted: number, all: number): RangeSummary {
  const columns: Column[] = [];
  const total = new Float64Array(OUTCOMES.length);
  for (let n = 0; n * OUTCOMES.length < sums.columns.length; n++) {
    const from = sums.first + n * sums.widthMs;
    columns.push({
      from: Math.max(from, sums.from),
      to: Math.min(from + sums.widthMs, sums.to),
      outcomes: outcomesOf(sums.columns, n * OUTCOMES.length),
    });
    for (let k = 0; k < OUTCOMES.length; k++)
      total[k] = (total[k] ?? 0) + (sums.columns[n * OUTCOMES.length + k] ?? 0);
  }
  const [p50, p90, p99] = [0.5, 0.9, 0.99].map((part) => percentile(sums.durations, part));
  const cache = Object.fromEntries(CACHE_RESULTS.map((one, n) => [one, sums.cache[n] ?? 0]));
  return {
    columns,
    outcomes: outcomesOf(total, 0),
    cache: cache as Record<CacheRecord["result"], number>, // one of each
    bytes: sums.bytes,
    ...(p50 === undefined || p90 === undefined || p99 === undefined ? {} : { durations: { p50, p90, p99 } }),
    clients: busiest(sums.clients, MOST_NAMES),
    sources: busiest(sums.sources, MOST_NAMES),
    hours: {
      from: Math.floor(sums.from / HOUR_MS) * HOUR_MS,
      to: Math.ceil(sums.to / HOUR_MS) * HOUR_MS,
    },
    counted,
    all,
  };
}

/**
 * Sums up the range that is asked for, of all clients and outcomes, from the indexes of its files; a bounded part of what they do not know
 * yet is added to them. `undefined` where there is no file in the range.
 * Errors: those of reading.
 */
export async function rangeSummary(
  files: readonly LogFile[],
  indexes: LogIndexes,
  filter: LogFilter,
  budgetBytes = BUDGET_BYTES,
): Promise<RangeSummary | undefined> {
  const inRange = files.filter(({ day }) => {
    const { from, to } = dayRange(day);
    return (filter.from === undefined || to > filter.from) && (filter.to === undefined || from < filter.to);
  });
  if (inRange.length === 0) return undefined;
  const { from, to } = rangeOf(filter, inRange);
  const sums = new Sums(from, to);
  let budget = budgetBytes;
  let counted = 0;
  let all = 0;
  for (const log of inRange) {
    const file = await openLog(log);
    if (file === undefined) {
      all += log.bytes;
      continue;
    }
    try {
      const size = await file.size();
      const known = await countFile(log, file, indexes, budget);
      budget = Math.max(0, budget - known.added);
      sums.add(known.stats, log.day);
      all += size;
      counted += Math.min(size, known.counted);
    } finally {
      await file.close();
    }
  }
  return result(sums, counted, all);
}
