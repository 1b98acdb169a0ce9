import type { LogFilter } from "./filter.js";
import { dayRange } from "./filter-words.js";
import { makeChunks } from "./index/chunk-maker.js";
import { DayStats } from "./index/day-stats.js";
import type { LogIndexes } from "./index/log-indexes.js";
import type { LogBytes } from "./log-bytes.js";
import type { LogFile } from "./log-files.js";
import { openLog } from "./open-log.js";
import { type MsRange, type RangeSummary, RangeSums } from "./range-sums.js";

const MINUTE_MS = 60_000;
/** Bytes that one summary adds to the indexes. */
const BUDGET_BYTES = 8 * 1024 * 1024;
/** Bytes behind the end of an index that are counted each time: without a place for the index there may be many. */
const MOST_REST_BYTES = 2 * 1024 * 1024;

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
function rangeOf(filter: LogFilter, files: readonly LogFile[]): MsRange {
  const newest = files[0];
  const oldest = files.at(-1);
  const from = filter.from ?? (oldest === undefined ? 0 : dayRange(oldest.day).from);
  const to = filter.to ?? (newest === undefined ? from : dayRange(newest.day).to);
  return { from, to: Math.max(to, from + MINUTE_MS) };
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
  const sums = new RangeSums(rangeOf(filter, inRange));
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
  return sums.summary(counted, all);
}
