import type { Time, TimeRange } from "../stream/time.js";
import { compareTimes } from "../stream/time.js";
import type { DataSource } from "./data-source.js";

/** Days from 1970-01-01, where the clock of the machine counts from, to 2000-01-01, where {@link Time} does. */
const DAYS_1970_TO_2000 = 10957;
const MS_PER_DAY = 86_400_000;

/** Begin of the day after `now`, UTC: what `now` means as the end of a valid range (das2-server 12.3). */
export function tomorrow(now: Date): Time {
  return { day: Math.floor(now.getTime() / MS_PER_DAY) - DAYS_1970_TO_2000 + 1, ns: 0 };
}

/** The valid range of a source as it is now; `undefined` where the definition names none. */
export function validRangeNow(validRange: DataSource["validRange"], now: Date): TimeRange | undefined {
  if (validRange === undefined) return undefined;
  const { begin, end } = validRange;
  return { begin, end: end === "now" ? tomorrow(now) : end };
}

/**
 * The part of a range that lies in the valid range of the source; `undefined` where there is none.
 * Source: das2-server 12.6.
 */
export function trimToValidRange(
  validRange: DataSource["validRange"],
  range: TimeRange,
  now: Date,
): TimeRange | undefined {
  const valid = validRangeNow(validRange, now);
  if (valid === undefined) return range;
  const begin = compareTimes(range.begin, valid.begin) < 0 ? valid.begin : range.begin;
  const end = compareTimes(range.end, valid.end) > 0 ? valid.end : range.end;
  return compareTimes(end, begin) > 0 ? { begin, end } : undefined;
}
