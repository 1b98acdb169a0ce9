import { statusClass } from "../filter.js";
import { CACHE_RESULTS, OUTCOMES } from "../read-record.js";
import type { RequestRecord } from "../record.js";
import { SLICES } from "./sizes.js";

/*
 * Numbers of a row, and where each stands. Offsets are bytes of the file, `END` excluded; times are ms since 1970; durations are ms.
 * A kind is a set of bits: in which slices of the chunk its records begin.
 */
const BEGIN = 0;
const END = 1;
const MIN_TIME = 2;
const MAX_TIME = 3;
const MIN_DURATION = 4;
const MAX_DURATION = 5;
const RECORDS = 6;
const JUNK = 7;
/** The kinds: five outcomes, four cache results, six classes of status, two lengths of what took long. */
const OUTCOME = 8;
const CACHE = 13;
const CLASS = 17;
const SLOW = 23;
const KINDS_END = 25;
/** Where each slice but the first begins, bytes behind `BEGIN`; 0 where there is none. */
const SLICE = KINDS_END;
/** Numbers of a row. */
export const ROW_FIELDS = SLICE + SLICES - 1;

/** What took so long is marked, ms; the longest first. */
export const SLOW_MS = [10_000, 1000] as const;

/** What is known of all records of a chunk, or of a group of chunks, together: the numbers of one row. */
export type ChunkRow = Float64Array;

/** The row of nothing, at that offset. */
export function emptyRow(begin: number): ChunkRow {
  const row = new Float64Array(ROW_FIELDS);
  row[BEGIN] = begin;
  row[END] = begin;
  row[MIN_TIME] = row[MIN_DURATION] = Number.POSITIVE_INFINITY;
  row[MAX_TIME] = row[MAX_DURATION] = Number.NEGATIVE_INFINITY;
  return row;
}

function at(row: ChunkRow, index: number): number {
  return row[index] ?? 0; // rows have all their fields
}

/** Where the lines of a row begin in the file, bytes. */
export const rowBegin = (row: ChunkRow): number => at(row, BEGIN);
/** Where they end, that byte excluded. */
export const rowEnd = (row: ChunkRow): number => at(row, END);
/** Whether some of them are no records. */
export const hasJunk = (row: ChunkRow): boolean => at(row, JUNK) > 0;
/** Whether some of them are records. */
export const hasRecords = (row: ChunkRow): boolean => at(row, RECORDS) > 0;
/** First and last time of its records, ms since 1970; infinite, the first above the last, where it has none. */
export const rowTimes = (row: ChunkRow) => ({ min: at(row, MIN_TIME), max: at(row, MAX_TIME) });
/** Shortest and longest duration of its records, ms; likewise. */
export const rowDurations = (row: ChunkRow) => ({ min: at(row, MIN_DURATION), max: at(row, MAX_DURATION) });
/** Slices in which records of the n-th of `OUTCOMES` begin, a bit each. */
export const outcomeBits = (row: ChunkRow, n: number): number => at(row, OUTCOME + n);
/** Likewise of the n-th of `CACHE_RESULTS`. */
export const cacheBits = (row: ChunkRow, n: number): number => at(row, CACHE + n);
/** Likewise of the n-th class of status: 0 for what has none, 2 for `2xx`. */
export const classBits = (row: ChunkRow, n: number): number => at(row, CLASS + n);
/** Likewise of those that took as long as the n-th of {@link SLOW_MS}. */
export const slowBits = (row: ChunkRow, n: number): number => at(row, SLOW + n);

/** Where a slice of a chunk begins in the file; the end of the chunk for one that has not begun. */
export function sliceBegin(row: ChunkRow, slice: number): number {
  if (slice <= 0) return rowBegin(row);
  const offset = slice < SLICES ? at(row, SLICE + slice - 1) : 0;
  return offset === 0 ? rowEnd(row) : rowBegin(row) + offset;
}

/**
 * The slice of a line that begins at an offset, behind those of the lines before it. Slices begin with a line, so that each can be read by
 * itself.
 */
export function sliceOf(row: ChunkRow, lineAt: number, chunkBytes: number): number {
  const offset = lineAt - rowBegin(row);
  const slice = Math.min(SLICES - 1, Math.floor((offset * SLICES) / chunkBytes));
  for (let n = slice; n > 0 && at(row, SLICE + n - 1) === 0; n--) row[SLICE + n - 1] = offset;
  return slice;
}

/** Counts a record that begins in a slice. */
export function addToRow(row: ChunkRow, record: RequestRecord, slice: number): void {
  const time = Date.parse(record.time);
  if (time < at(row, MIN_TIME)) row[MIN_TIME] = time;
  if (time > at(row, MAX_TIME)) row[MAX_TIME] = time;
  if (record.durationMs < at(row, MIN_DURATION)) row[MIN_DURATION] = record.durationMs;
  if (record.durationMs > at(row, MAX_DURATION)) row[MAX_DURATION] = record.durationMs;
  row[RECORDS] = at(row, RECORDS) + 1;
  const mark = (kind: number) => {
    row[kind] = at(row, kind) | (1 << slice);
  };
  mark(OUTCOME + OUTCOMES.indexOf(record.outcome));
  if (record.cache !== undefined) mark(CACHE + CACHE_RESULTS.indexOf(record.cache.result));
  mark(CLASS + statusClass(record.status));
  SLOW_MS.forEach((ms, n) => {
    if (record.durationMs >= ms) mark(SLOW + n);
  });
}

/** Counts a line that is no record. */
export function addJunk(row: ChunkRow): void {
  row[JUNK] = at(row, JUNK) + 1;
}

/** Says where the chunk ends. */
export function endRow(row: ChunkRow, end: number): void {
  row[END] = end;
}

/** The row of chunks that follow each other, as of one; it has no slices. */
export function joinRows(rows: readonly ChunkRow[]): ChunkRow {
  const all = emptyRow(rowBegin(rows[0] ?? emptyRow(0)));
  for (const row of rows) {
    all[END] = at(row, END);
    for (const field of [MIN_TIME, MIN_DURATION]) all[field] = Math.min(at(all, field), at(row, field));
    for (const field of [MAX_TIME, MAX_DURATION]) all[field] = Math.max(at(all, field), at(row, field));
    for (const field of [RECORDS, JUNK]) all[field] = at(all, field) + at(row, field);
    for (let field = OUTCOME; field < KINDS_END; field++) all[field] = at(all, field) | at(row, field);
  }
  return all;
}
