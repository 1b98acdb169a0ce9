import { isProblem, type LogFilter, statusClass } from "../filter.js";
import { CACHE_RESULTS, OUTCOMES } from "../read-record.js";
import type { RequestRecord } from "../record.js";

/** Numbers of a row, and where each stands. Offsets are bytes of the file, `END` excluded; times are ms since 1970; durations are ms. */
export const ROW_FIELDS = 24;
const BEGIN = 0;
const END = 1;
const MIN_TIME = 2;
const MAX_TIME = 3;
const MIN_DURATION = 4;
const MAX_DURATION = 5;
const RECORDS = 6;
const JUNK = 7;
/** Five outcomes, four cache results, six classes of status. */
const OUTCOME = 8;
const CACHE = 13;
const CLASS = 17;
const CLASSES = 6;

/** What is known of all records of a chunk, or of a group of chunks, together: the numbers of one row. */
export type ChunkRow = Float64Array;

/** The row of nothing, at that offset; written over `row` where one is given. */
export function emptyRow(begin: number, row: ChunkRow = new Float64Array(ROW_FIELDS)): ChunkRow {
  row.fill(0);
  row[BEGIN] = begin;
  row[END] = begin;
  row[MIN_TIME] = row[MIN_DURATION] = Number.POSITIVE_INFINITY;
  row[MAX_TIME] = row[MAX_DURATION] = Number.NEGATIVE_INFINITY;
  return row;
}

function at(row: ChunkRow, index: number): number {
  return row[index] ?? 0; // rows have all their fields
}

export const rowBegin = (row: ChunkRow): number => at(row, BEGIN);
export const rowEnd = (row: ChunkRow): number => at(row, END);

/** Counts a record. */
export function addToRow(row: ChunkRow, record: RequestRecord): void {
  const time = Date.parse(record.time);
  if (time < at(row, MIN_TIME)) row[MIN_TIME] = time;
  if (time > at(row, MAX_TIME)) row[MAX_TIME] = time;
  if (record.durationMs < at(row, MIN_DURATION)) row[MIN_DURATION] = record.durationMs;
  if (record.durationMs > at(row, MAX_DURATION)) row[MAX_DURATION] = record.durationMs;
  row[RECORDS] = at(row, RECORDS) + 1;
  const outcome = OUTCOME + OUTCOMES.indexOf(record.outcome);
  row[outcome] = at(row, outcome) + 1;
  if (record.cache !== undefined) {
    const cache = CACHE + CACHE_RESULTS.indexOf(record.cache.result);
    row[cache] = at(row, cache) + 1;
  }
  const status = CLASS + statusClass(record.status);
  row[status] = at(row, status) + 1;
}

/** Counts a line that is no record. */
export function addJunk(row: ChunkRow): void {
  row[JUNK] = at(row, JUNK) + 1;
}

/** Says where the chunk ends. */
export function endRow(row: ChunkRow, end: number): void {
  row[END] = end;
}

/** Adds the chunk that follows. */
export function joinRow(row: ChunkRow, next: ChunkRow): void {
  row[END] = at(next, END);
  for (const field of [MIN_TIME, MIN_DURATION]) row[field] = Math.min(at(row, field), at(next, field));
  for (const field of [MAX_TIME, MAX_DURATION]) row[field] = Math.max(at(row, field), at(next, field));
  for (let field = RECORDS; field < CLASS + CLASSES; field++) row[field] = at(row, field) + at(next, field);
}

/** Whether what the row stands for can hold something that is wanted. */
export function mayHold(row: ChunkRow, filter: LogFilter, wantsJunk: boolean): boolean {
  if (wantsJunk && at(row, JUNK) > 0) return true;
  if (at(row, RECORDS) === 0) return false;
  if (filter.from !== undefined && !(at(row, MAX_TIME) >= filter.from)) return false;
  if (filter.to !== undefined && !(at(row, MIN_TIME) < filter.to)) return false;
  const { outcome } = filter;
  if (
    outcome !== "any" &&
    !OUTCOMES.some(
      (one, n) => (outcome === "problems" ? isProblem(one) : one === outcome) && at(row, OUTCOME + n) > 0,
    )
  )
    return false;
  if (filter.slower !== undefined && !(at(row, MAX_DURATION) >= filter.slower)) return false;
  if (filter.faster !== undefined && !(at(row, MIN_DURATION) <= filter.faster)) return false;
  if (filter.cache !== undefined && at(row, CACHE + CACHE_RESULTS.indexOf(filter.cache)) === 0) return false;
  if (filter.status !== undefined) {
    const wanted = filter.status.endsWith("xx")
      ? Number(filter.status.charAt(0))
      : statusClass(Number(filter.status));
    if (at(row, CLASS + wanted) === 0) return false;
  }
  return true;
}
