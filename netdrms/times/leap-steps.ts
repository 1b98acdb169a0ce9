import { dayNumber } from "../../stream/calendar.js";
import { LEAP_SECONDS, type LeapSecond, leapSeconds } from "../../stream/leap-seconds.js";
import { DRMS_EPOCH_DAY } from "./drms-calendar.js";

/**
 * The whole seconds that DRMS puts in the place of the drifting UTC of the 1960s; before 1960 UTC is TAI. From 1972 on the
 * table of the house follows. Source: netdrms 5.4.
 */
const EARLY_LEAP_SECONDS: readonly LeapSecond[] = (
  [
    [1960, 1],
    [1962, 7],
    [1964, 7],
    [1965, 7],
    [1966, 7],
    [1968, 1],
    [1969, 1],
    [1970, 1],
    [1971, 1],
  ] as const
).map(([year, month], n) => ({ day: dayNumber(year, month, 1), taiMinusUtc: 1 + n }));

/** A day from which on TAI - UTC has another value. */
export interface LeapStep extends LeapSecond {
  /** DRMS time of the first second of the day. */
  readonly start: number;
  /** Seconds inserted before it; 0 for a second left out. */
  readonly inserted: number;
}

let stepsOf: readonly LeapSecond[] | undefined;
let steps: readonly LeapStep[] = [];

/**
 * All steps, ascending, with the table of leap seconds that the process uses. Before its first day the steps are those of the
 * specification, whatever table it is.
 */
export function leapSteps(): readonly LeapStep[] {
  const table = leapSeconds();
  if (table !== stepsOf) {
    const before = [...EARLY_LEAP_SECONDS, ...LEAP_SECONDS].filter((entry) => entry.day < table[0]!.day);
    const all = [...before, ...table];
    steps = all.map((entry, n) => ({
      ...entry,
      start: (entry.day - DRMS_EPOCH_DAY) * 86_400 + entry.taiMinusUtc,
      inserted: Math.max(0, entry.taiMinusUtc - (all[n - 1]?.taiMinusUtc ?? 0)),
    }));
    stepsOf = table;
  }
  return steps;
}

/** DRMS time of the first second of a day of UTC, counted from 2000-01-01. */
export function startOfUtcDay(day: number): number {
  const all = leapSteps();
  let n = all.length - 1;
  while (n >= 0 && all[n]!.day > day) n--;
  return (day - DRMS_EPOCH_DAY) * 86_400 + (all[n]?.taiMinusUtc ?? 0);
}

/** A second of UTC: the day from 2000-01-01, and the second of that day, from 86400 on inside a leap second. */
export interface UtcSecond {
  readonly day: number;
  readonly second: number;
}

/** The second of UTC at a DRMS time that is a whole number. Source: netdrms 5.4. */
export function utcSecond(whole: number): UtcSecond {
  const all = leapSteps();
  let n = all.length - 1;
  while (n >= 0 && all[n]!.start > whole) n--;
  const next = all[n + 1];
  if (next !== undefined && whole >= next.start - next.inserted)
    return { day: next.day - 1, second: 86_400 + (whole - (next.start - next.inserted)) };
  const utc = whole - (all[n]?.taiMinusUtc ?? 0);
  const days = Math.floor(utc / 86_400);
  return { day: DRMS_EPOCH_DAY + days, second: utc - days * 86_400 };
}
