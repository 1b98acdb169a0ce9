import { calendar, makeTime, type Time, type TimeRange } from "../stream/time.js";
import { hasText, withinTextLimits } from "../stream/time-limits.js";
import type { CacheLevel } from "./data-source.js";
import { modulo, NS_PER_DAY, nanoseconds, timeOfNanoseconds, wholeNanoseconds } from "./nanoseconds.js";

/**
 * Where the bins of a reduced request begin: bin n covers [origin + n*width, origin + (n+1)*width).
 * Source: das2-server 13.2.
 */
export interface BinGrid {
  readonly origin: Time;
  /** Seconds, > 0. */
  readonly width: number;
}

/**
 * The grid of a request, so that the same instant falls into the same bin whatever the range: a width that divides
 * the day counts from 00:00, the width of a declared cache level from the block that holds `begin`, any other from
 * `begin` itself. Source: das2-server 13.2.
 */
export function binGrid(begin: Time, width: number, levels: readonly CacheLevel[] | "auto" = []): BinGrid {
  const level =
    levels === "auto" ? undefined : levels.find(({ seconds }) => Math.abs(seconds - width) <= width * 1e-6);
  if (level !== undefined) return { origin: blockBegin(begin, level.period), width };
  const whole = wholeNanoseconds(width);
  if (whole === undefined || NS_PER_DAY % whole !== 0n) return { origin: begin, width };
  const at = nanoseconds(begin);
  const midnight = at - modulo(at, NS_PER_DAY);
  return { origin: timeOfNanoseconds(midnight + ((at - midnight) / whole) * whole), width };
}

/**
 * Where bins begin that are to be the same in every request, for a width of which {@link binGrid} would begin them at the request;
 * `undefined` for the others, which are the same anyway.
 */
export function fixedOrigin(width: number, levels: readonly CacheLevel[] | "auto"): Time | undefined {
  const isLevel =
    levels !== "auto" && levels.some(({ seconds }) => Math.abs(seconds - width) <= width * 1e-6);
  const whole = wholeNanoseconds(width);
  const isPartOfDay = whole !== undefined && NS_PER_DAY % whole === 0n;
  return isLevel || isPartOfDay ? undefined : { day: 0, ns: 0 };
}

/**
 * The range made larger to whole bins, so that the first and last bin are complete; exact to the nanosecond for
 * widths that are whole nanoseconds, else rounded outward. Never beyond years 1 to 9999, where times have no text.
 * Source: das2-server 13.4.
 */
export function wholeBins(grid: BinGrid, begin: Time, end: Time): TimeRange {
  const origin = nanoseconds(grid.origin);
  const from = nanoseconds(begin) - origin;
  const to = nanoseconds(end) - origin;
  const whole = wholeNanoseconds(grid.width);
  if (whole !== undefined) {
    const last = modulo(to, whole);
    return {
      begin: limited(origin + from - modulo(from, whole)),
      end: limited(origin + to + (last === 0n ? 0n : whole - last)),
    };
  }
  const width = grid.width * 1e9;
  let first = Math.floor(Number(from) / width);
  while (BigInt(Math.floor(first * width)) > from) first--;
  let last = Math.ceil(Number(to) / width);
  while (BigInt(Math.ceil(last * width)) < to) last++;
  return {
    begin: limited(origin + BigInt(Math.floor(first * width))),
    end: limited(origin + BigInt(Math.ceil(last * width))),
  };
}

/**
 * The grid with one bin in the middle of the range, for a width that is so large that the grid of {@link binGrid} has no
 * bin with its centre in the range: one value is then the answer, and nothing else has to be read for it.
 */
export function middleBin(begin: Time, end: Time, width: number): BinGrid {
  const middle = (nanoseconds(begin) + nanoseconds(end)) / 2n;
  const whole = wholeNanoseconds(width) ?? BigInt(Math.round(width * 1e9));
  const origin = timeOfNanoseconds(middle - whole / 2n);
  // The same grid counted from the next bin, where a bin begins before all times that have a text.
  return { origin: hasText(origin) ? origin : timeOfNanoseconds(middle - whole / 2n + whole), width };
}

/** Whether a bin has its centre in [begin, end): those are the bins that an answer holds. Source: das2-server 13.2. */
export function hasCentre(grid: BinGrid, begin: Time, end: Time): boolean {
  const origin = nanoseconds(grid.origin);
  const from = nanoseconds(begin) - origin;
  const to = nanoseconds(end) - origin;
  const whole = wholeNanoseconds(grid.width);
  if (whole !== undefined) {
    // In half nanoseconds, in which centres are whole: the first centre that is not before begin.
    const after = modulo(2n * from - whole, 2n * whole);
    return 2n * from + (after === 0n ? 0n : 2n * whole - after) < 2n * to;
  }
  const width = grid.width * 1e9;
  return (Math.ceil(Number(from) / width - 0.5) + 0.5) * width < Number(to);
}

/** The begin of the cache block that holds the instant; das2-server 15.2. */
export function blockBegin(t: Time, period: CacheLevel["period"]): Time {
  const { year, month, day, hour, minute, second } = calendar(t);
  switch (period) {
    case "yearly":
      return makeTime(year, 1, 1);
    case "monthly":
      return makeTime(year, month, 1);
    case "daily":
      return makeTime(year, month, day);
    case "hourly":
      return makeTime(year, month, day, hour);
    case "perminute":
      return makeTime(year, month, day, hour, minute);
    case "persecond":
      return makeTime(year, month, day, hour, minute, Math.min(second, 59));
    default:
      return period satisfies never;
  }
}

function limited(ns: bigint): Time {
  return withinTextLimits(timeOfNanoseconds(ns));
}
