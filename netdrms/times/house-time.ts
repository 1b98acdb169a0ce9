import type { Time, TimeRange } from "../../stream/time.js";
import { startOfUtcDay, utcSecond } from "./leap-steps.js";
import { isMissingTime } from "./missing-time.js";

// DRMS times beside the instants of the streams. Both count leap seconds as UTC has them; those before 1972 are DRMS's own.

const US_PER_DAY = 86_400e6;

/** The DRMS time of an instant, the nearest binary64 (steps of 0.1 to 0.2 us since 1994). Source: netdrms 5.1. */
export function timeToDrms(t: Time): number {
  const second = Math.floor(t.ns / 1e9);
  return startOfUtcDay(t.day) + second + (t.ns - second * 1e9) / 1e9;
}

/**
 * Microseconds since 2000-01-01 of days of 86400 s; a leap second is the last microsecond of its day, as everywhere in
 * streams. NaN for the missing time and what is not finite. Source: netdrms 5.1, das2-stream A10.2.
 */
export function drmsToUs2000(seconds: number): number {
  if (!Number.isFinite(seconds) || isMissingTime(seconds)) return Number.NaN;
  const whole = Math.floor(seconds);
  const { day, second } = utcSecond(whole);
  if (second >= 86_400) return (day + 1) * US_PER_DAY - 1;
  return day * US_PER_DAY + second * 1e6 + (seconds - whole) * 1e6;
}

/** A range of DRMS times, `end` excluded. */
export interface DrmsTimeRange {
  readonly begin: number;
  readonly end: number;
}

/** The DRMS times of a range, `end` excluded as there. */
export function timeRangeToDrms(range: TimeRange): DrmsTimeRange {
  return { begin: timeToDrms(range.begin), end: timeToDrms(range.end) };
}
