import { isProblem, type LogFilter, statusClass } from "../filter.js";
import { CACHE_RESULTS, OUTCOMES } from "../read-record.js";
import {
  type ChunkRow,
  cacheBits,
  classBits,
  hasJunk,
  hasRecords,
  outcomeBits,
  rowBegin,
  rowDurations,
  rowEnd,
  rowTimes,
  SLOW_MS,
  sliceBegin,
  slowBits,
} from "./chunk-row.js";
import { SLICES } from "./sizes.js";

/** A part of a file, of whole lines but for its ends: bytes `[from, to)`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const ALL = 2 ** SLICES - 1;

/** Slices in which a record can begin for each thing that a filter wants, a bit each. */
function* wantedBits(row: ChunkRow, filter: LogFilter): Generator<number, void, undefined> {
  const { outcome, cache, status, slower } = filter;
  if (outcome !== "any") {
    let bits = 0;
    OUTCOMES.forEach((one, n) => {
      if (outcome === "problems" ? isProblem(one) : one === outcome) bits |= outcomeBits(row, n);
    });
    yield bits;
  }
  if (cache !== undefined) yield cacheBits(row, CACHE_RESULTS.indexOf(cache));
  if (status !== undefined)
    yield classBits(row, status.endsWith("xx") ? Number(status.charAt(0)) : statusClass(Number(status)));
  const slow = slower === undefined ? -1 : SLOW_MS.findIndex((ms) => slower >= ms);
  if (slow >= 0) yield slowBits(row, slow);
}

/** Whether what the row stands for, a chunk or a group of them, can hold something that is wanted. */
export function mayHold(row: ChunkRow, filter: LogFilter, wantsJunk: boolean): boolean {
  if (wantsJunk && hasJunk(row)) return true;
  if (!hasRecords(row)) return false;
  const { from, to, slower, faster } = filter;
  const times = rowTimes(row);
  const durations = rowDurations(row);
  if (from !== undefined && !(times.max >= from)) return false;
  if (to !== undefined && !(times.min < to)) return false;
  if (slower !== undefined && !(durations.max >= slower)) return false;
  if (faster !== undefined && !(durations.min <= faster)) return false;
  for (const bits of wantedBits(row, filter)) if (bits === 0) return false;
  return true;
}

/** The parts of a chunk that can hold something that is wanted, last one first. */
export function partsOf(row: ChunkRow, filter: LogFilter, wantsJunk: boolean): Span[] {
  if (wantsJunk) return [{ from: rowBegin(row), to: rowEnd(row) }];
  let left = ALL;
  for (const bits of wantedBits(row, filter)) left &= bits;
  const parts: Span[] = [];
  for (let slice = SLICES - 1; slice >= 0; slice--) {
    if ((left & (1 << slice)) === 0) continue;
    const to = sliceBegin(row, slice + 1);
    while (slice > 0 && (left & (1 << (slice - 1))) !== 0) slice--;
    parts.push({ from: sliceBegin(row, slice), to });
  }
  return parts;
}
