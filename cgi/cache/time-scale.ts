import { blockBegin } from "../../cache/block-number.js";
import type { BlockPeriod } from "../../cache/level.js";
import { calendar, makeTime, type Time, type TimeRange } from "../../stream/time.js";
import type { Place } from "./drawn-runs.js";

/** A mark on the axis of time. */
export interface Tick {
  readonly time: Time;
  /** Part of the range that lies before it, 0 to 1. */
  readonly at: number;
  readonly label: string;
}

/** Steps between marks, from long to short, with how many seconds one takes at least. */
const STEPS = [
  ...([1000, 500, 200, 100, 50, 20, 10, 5, 2, 1] as const).map((count) => ({ unit: "year", count }) as const),
  ...([6, 3, 1] as const).map((count) => ({ unit: "month", count }) as const),
  ...([10, 5, 2, 1] as const).map((count) => ({ unit: "day", count }) as const),
  ...([12, 6, 3, 1] as const).map((count) => ({ unit: "hour", count }) as const),
  ...([30, 10, 5, 1] as const).map((count) => ({ unit: "minute", count }) as const),
  ...([30, 10, 5, 1] as const).map((count) => ({ unit: "second", count }) as const),
];

type Step = (typeof STEPS)[number];

const SECONDS = { year: 31_556_952, month: 2_629_746, day: 86_400, hour: 3600, minute: 60, second: 1 };

/** Seconds from one time to another, days of 86400 s. */
export function secondsBetween(from: Time, to: Time): number {
  return (to.day - from.day) * 86_400 + (to.ns - from.ns) / 1e9;
}

/** The part of a range that lies before a time; below 0 and above 1 outside of it. */
export function partBefore(range: TimeRange, time: Time): number {
  return secondsBetween(range.begin, time) / secondsBetween(range.begin, range.end);
}

/** Where the blocks of a period stand on a bar of `width` columns that shows a range of time. */
export function blockPlace(range: TimeRange, period: BlockPeriod, width: number): Place {
  const perSecond = width / secondsBetween(range.begin, range.end);
  return (number) => secondsBetween(range.begin, blockBegin(number, period)) * perSecond;
}

/** The last mark of a step at or before a time. Days are those of the month that leave no short step at its end. */
function markBefore(time: Time, { unit, count }: Step): Time {
  const { year, month, day, hour, minute, second } = calendar(time);
  const down = (value: number) => Math.floor(value / count) * count;
  switch (unit) {
    case "year":
      return makeTime(down(year), 1, 1);
    case "month":
      return makeTime(year, down(month - 1) + 1, 1);
    case "day":
      return makeTime(year, month, Math.min(down(day - 1), lastDayMark(count)) + 1);
    case "hour":
      return makeTime(year, month, day, down(hour));
    case "minute":
      return makeTime(year, month, day, hour, down(minute));
    case "second":
      return makeTime(year, month, day, hour, minute, down(Math.min(second, 59)));
  }
}

/** Days after the first of a month of its last mark: 28 for every second day, 25 for every fifth, 20 for every tenth. */
function lastDayMark(count: number): number {
  return count === 1 ? 30 : 30 - Math.max(count, 2);
}

function markAfter(mark: Time, step: Step): Time {
  const { year, month, day, hour, minute, second } = calendar(mark);
  const { unit, count } = step;
  switch (unit) {
    case "year":
      return makeTime(year + count, 1, 1);
    case "month":
      return makeTime(year, month + count, 1);
    case "day":
      return day - 1 >= lastDayMark(count) && count > 1
        ? makeTime(year, month + 1, 1)
        : makeTime(year, month, day + count);
    case "hour":
      return makeTime(year, month, day, hour + count);
    case "minute":
      return makeTime(year, month, day, hour, minute + count);
    case "second":
      return makeTime(year, month, day, hour, minute, second + count);
  }
}

const two = (n: number) => String(n).padStart(2, "0");

function label(time: Time, { unit }: Step): string {
  const { year, month, day, hour, minute, second } = calendar(time);
  switch (unit) {
    case "year":
      return String(year);
    case "month":
      return `${year}-${two(month)}`;
    case "day":
      return `${year}-${two(month)}-${two(day)}`;
    case "hour":
      return `${two(month)}-${two(day)} ${two(hour)}:00`;
    case "minute":
      return `${two(hour)}:${two(minute)}`;
    case "second":
      return `${two(hour)}:${two(minute)}:${two(second)}`;
  }
}

/**
 * Marks for an axis over a range: years, months, days or parts of a day, at most `most` of them; none for a range below a second.
 * The first is at or after its begin.
 */
export function ticks(range: TimeRange, most: number): Tick[] {
  const seconds = secondsBetween(range.begin, range.end);
  const step = STEPS.findLast(({ unit, count }) => seconds / (SECONDS[unit] * count) <= most - 1) ?? STEPS[0];
  if (step === undefined || !(seconds > 0)) return [];
  const marks: Tick[] = [];
  for (
    let time = markBefore(range.begin, step);
    secondsBetween(time, range.end) > 0 && marks.length < most;
    time = markAfter(time, step)
  ) {
    const at = partBefore(range, time);
    if (at >= 0) marks.push({ time, at, label: label(time, step) });
  }
  return marks;
}
