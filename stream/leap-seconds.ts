import { DasError } from "../errors/das-error.js";
import { dayNumber } from "./calendar.js";

/** From the begin of a day on, TAI runs ahead of UTC by so many seconds. */
export interface LeapSecond {
  /** Days from 2000-01-01. */
  readonly day: number;
  /** TAI - UTC, s. */
  readonly taiMinusUtc: number;
}

/** The table of das2-stream A10.2, from 1972-01-01 to the last leap second so far (2017-01-01). */
export const LEAP_SECONDS: readonly LeapSecond[] = (
  [
    [1972, 1],
    [1972, 7],
    [1973, 1],
    [1974, 1],
    [1975, 1],
    [1976, 1],
    [1977, 1],
    [1978, 1],
    [1979, 1],
    [1980, 1],
    [1981, 7],
    [1982, 7],
    [1983, 7],
    [1985, 7],
    [1988, 1],
    [1990, 1],
    [1991, 1],
    [1992, 7],
    [1993, 7],
    [1994, 7],
    [1996, 1],
    [1997, 7],
    [1999, 1],
    [2006, 1],
    [2009, 1],
    [2012, 7],
    [2015, 7],
    [2017, 1],
  ] as const
).map(([year, month], n) => ({ day: dayNumber(year, month, 1), taiMinusUtc: 10 + n }));

let table: readonly LeapSecond[] = LEAP_SECONDS;

/** The table in use, ascending. */
export function leapSeconds(): readonly LeapSecond[] {
  return table;
}

/**
 * Uses another table from now on, for all conversions of the process.
 * Errors: BAD_CONFIG where it is empty or its days do not ascend.
 */
export function useLeapSeconds(entries: readonly LeapSecond[]): void {
  if (entries.length === 0) throw new DasError("BAD_CONFIG", "the table of leap seconds is empty");
  for (const [n, entry] of entries.entries()) {
    const before = entries[n - 1];
    if (!Number.isInteger(entry.day) || !Number.isInteger(entry.taiMinusUtc))
      throw new DasError("BAD_CONFIG", `leap second ${n + 1} is not given in whole days and seconds`);
    if (before !== undefined && entry.day <= before.day)
      throw new DasError("BAD_CONFIG", `leap second ${n + 1} does not come after the one before it`);
  }
  table = entries.map((entry) => ({ ...entry }));
}

/** Longest list of leap seconds that is read, bytes; the published one has about 12 kB. */
const MAX_LIST_LENGTH = 1_000_000;

/**
 * Reads the list that IERS publishes and systems keep as `leap-seconds.list`: lines of seconds since 1900-01-01 and
 * TAI - UTC, `#` begins a comment.
 * Errors: BAD_CONFIG, naming the line.
 */
export function parseLeapSecondsList(text: string): readonly LeapSecond[] {
  if (text.length > MAX_LIST_LENGTH)
    throw new DasError("BAD_CONFIG", `list of leap seconds with more than ${MAX_LIST_LENGTH} characters`);
  const entries: LeapSecond[] = [];
  for (const [n, line] of text.split("\n").entries()) {
    const content = line.replace(/#.*/, "").trim();
    if (content === "") continue;
    const fields = /^(\d{1,12})\s+(\d{1,4})$/.exec(content);
    const seconds = Number(fields?.[1]);
    if (fields === null || seconds % 86_400 !== 0)
      throw new DasError("BAD_CONFIG", `line ${n + 1} of the list of leap seconds is not "SECONDS TAI-UTC"`);
    entries.push({ day: seconds / 86_400 + dayNumber(1900, 1, 1), taiMinusUtc: Number(fields[2]) });
  }
  return entries;
}

/** TAI - UTC in seconds on a day; before 1972 the first entry (10 s), so results there are approximate. */
export function taiMinusUtc(day: number): number {
  return table[entryOfDay(day)]!.taiMinusUtc; // the table is never empty
}

/** Whether the last minute of a day has 61 seconds. */
export function endsInLeapSecond(day: number): boolean {
  return taiMinusUtc(day + 1) > taiMinusUtc(day);
}

function entryOfDay(day: number): number {
  let n = table.length - 1;
  while (n > 0 && table[n]!.day > day) n--;
  return n;
}
