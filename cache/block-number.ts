import { calendar, makeTime, type Time, type TimeRange } from "../stream/time.js";
import type { BlockPeriod } from "./level.js";

/** Seconds of the periods that all have the same length; days have 86400 s (das2-stream A10.2). */
export const UNIFORM_SECONDS = { persecond: 1, perminute: 60, hourly: 3600, daily: 86_400 } as const;

const SECONDS_PER_DAY = 86_400;

/**
 * The number of the block that holds an instant: blocks of a period are counted from the one that begins at 2000-01-01, earlier
 * ones are negative. So a range of blocks is a range of integers. Source: das2-server 15.2, 15.3.
 */
export function blockNumber(t: Time, period: BlockPeriod): number {
  switch (period) {
    case "yearly":
      return calendar(t).year - 2000;
    case "monthly": {
      const { year, month } = calendar(t);
      return (year - 2000) * 12 + month - 1;
    }
    case "daily":
      return t.day;
    default: {
      // A leap second belongs to the last second of its day.
      const second = Math.min(Math.floor(t.ns / 1e9), SECONDS_PER_DAY - 1);
      return Math.floor((t.day * SECONDS_PER_DAY + second) / UNIFORM_SECONDS[period]);
    }
  }
}

/** Begin of a block; the end is the begin of the next. */
export function blockBegin(number: number, period: BlockPeriod): Time {
  switch (period) {
    case "yearly":
      return makeTime(2000 + number, 1, 1);
    case "monthly": {
      const year = Math.floor(number / 12);
      return makeTime(2000 + year, number - year * 12 + 1, 1);
    }
    default: {
      const seconds = number * UNIFORM_SECONDS[period];
      const day = Math.floor(seconds / SECONDS_PER_DAY);
      return { day, ns: (seconds - day * SECONDS_PER_DAY) * 1e9 };
    }
  }
}

/** The range of time of a block, end excluded. */
export function blockRange(number: number, period: BlockPeriod): TimeRange {
  return { begin: blockBegin(number, period), end: blockBegin(number + 1, period) };
}

/** Blocks side by side by number, `end` excluded. */
export interface BlockSpan {
  readonly first: number;
  readonly end: number;
}

/** The blocks that a range of time touches; an end on a boundary stays outside of the block that begins there. Source: das2-server 15.3. */
export function blocksOf(range: TimeRange, period: BlockPeriod): BlockSpan {
  const first = blockNumber(range.begin, period);
  const last = blockNumber(range.end, period);
  const begin = blockBegin(last, period);
  const isOnBoundary = begin.day === range.end.day && begin.ns === range.end.ns;
  return { first, end: Math.max(first + 1, isOnBoundary ? last : last + 1) };
}

/** The blocks of a period that lie wholly inside a range of time; none: `end` = `first`. */
export function blocksWithin(range: TimeRange, period: BlockPeriod): BlockSpan {
  const at = blockNumber(range.begin, period);
  const begin = blockBegin(at, period);
  const first = begin.day === range.begin.day && begin.ns === range.begin.ns ? at : at + 1;
  return { first, end: Math.max(first, blockNumber(range.end, period)) };
}
