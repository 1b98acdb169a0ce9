import { dateOfDay, dayNumber } from "../stream/calendar.js";
import { formatTime, us2000ToTime } from "../stream/time.js";
import type { Tick } from "./ticks.js";

/** A mark of a time axis; where the date changes, the date is told below the label. */
export interface TimeTick extends Tick {
  readonly context?: string;
}

const US = 1e6;
const DAY = 86_400 * US;

/** Steps within a day and the marks between, microseconds. */
const CLOCK_STEPS: readonly (readonly [step: number, small: number])[] = [
  [1, 0.2],
  [2, 1],
  [5, 1],
  [10, 2],
  [15, 5],
  [30, 10],
  [60, 10],
  [120, 60],
  [300, 60],
  [600, 120],
  [900, 300],
  [1800, 600],
  [3600, 600],
  [7200, 1800],
  [10_800, 3600],
  [21_600, 3600],
  [43_200, 10_800],
].map(([step, small]) => [step! * US, small! * US] as const); // both are in every row

/**
 * Marks of a time axis, ascending, at most about `most` with labels: at round times of the clock, days, months or years, and what of
 * the date does not stand in the label under the first and wherever it changes.
 *
 * @param begin us2000
 * @param end us2000
 */
export function timeTicks(begin: number, end: number, most: number): readonly TimeTick[] {
  const span = end - begin;
  const wished = span / Math.max(1, most);
  if (wished <= CLOCK_STEPS[0]![0]) return fineTicks(begin, end, wished);
  const clock = CLOCK_STEPS.find(([step]) => step >= wished);
  if (clock !== undefined) return clockTicks(begin, end, ...clock);
  const days = wished / DAY;
  for (const step of [1, 2, 5, 10]) if (step >= days) return dayTicks(begin, end, step);
  const months = days / 30;
  for (const step of [1, 3, 6]) if (step >= months) return monthTicks(begin, end, step);
  const years = Math.max(1, days / 365);
  const power = 10 ** Math.floor(Math.log10(years));
  const factor = [1, 2, 5, 10].find((one) => one * power >= years * (1 - 1e-9)) ?? 10;
  return monthTicks(begin, end, 12 * factor * power);
}

function isoText(us: number, digits = 0): string {
  return formatTime(us2000ToTime(us), digits);
}

/** Adds the context where it changes. */
function withContext(marks: readonly (Tick & { readonly of?: string })[]): readonly TimeTick[] {
  let last: string | undefined;
  return marks.map(({ of, ...tick }) => {
    if (tick.label === undefined || of === last || of === undefined) return tick;
    last = of;
    return { ...tick, context: of };
  });
}

function evenTicks(
  begin: number,
  end: number,
  step: number,
  small: number,
  label: (us: number) => string,
): readonly TimeTick[] {
  const parts = Math.round(step / small);
  const marks: (Tick & { of?: string })[] = [];
  // Counted from the begin of a day: far from 2000 the product would not be a whole microsecond.
  const zero = Math.floor(begin / DAY) * DAY;
  const last = Math.floor((end - zero) / small + 1e-6);
  for (let n = Math.ceil((begin - zero) / small - 1e-6); n <= last && marks.length < 2000; n++) {
    const value = zero + n * small;
    marks.push(n % parts === 0 ? { value, label: label(value), of: isoText(value).slice(0, 10) } : { value });
  }
  return withContext(marks);
}

function fineTicks(begin: number, end: number, wished: number): readonly TimeTick[] {
  const power = 10 ** Math.floor(Math.log10(wished));
  const factor = [1, 2, 5, 10].find((one) => one * power >= wished * (1 - 1e-9)) ?? 10;
  // Less than a microsecond us2000 does not tell apart.
  const step = Math.max(1, factor * power);
  const digits = Math.min(6, Math.max(0, Math.ceil(6 - Math.log10(step) - 1e-9)));
  return evenTicks(begin, end, step, step / (factor === 2 ? 4 : 5), (us) => isoText(us, digits).slice(11));
}

function clockTicks(begin: number, end: number, step: number, small: number): readonly TimeTick[] {
  const length = step < 60 * US ? 19 : 16;
  return evenTicks(begin, end, step, small, (us) => isoText(us).slice(11, length));
}

/** Days of the month from the first on: the same days in every month. */
function dayTicks(begin: number, end: number, step: number): readonly TimeTick[] {
  const marks: (Tick & { of?: string })[] = [];
  for (let day = Math.ceil(begin / DAY - 1e-9); day * DAY <= end && marks.length < 2000; day++) {
    const value = day * DAY;
    const ofMonth = dateOfDay(day).day;
    // The last days of a month would stand too near to the first of the next.
    const isMarked = (ofMonth - 1) % step === 0 && (step === 1 || ofMonth + step / 2 <= 31);
    const text = isoText(value);
    marks.push(isMarked ? { value, label: text.slice(5, 10), of: text.slice(0, 4) } : { value });
  }
  return withContext(marks);
}

/** The first of every so many months of the year, or of so many years. */
function monthTicks(begin: number, end: number, step: number): readonly TimeTick[] {
  const first = dateOfDay(Math.floor(begin / DAY));
  const small = step === 1 ? 1 : step <= 12 ? Math.max(1, step / 3) : step / 5;
  const marks: TimeTick[] = [];
  const start = Math.floor((12 * first.year + first.month - 1) / step) * step;
  for (let n = 0; marks.length < 2000; n++) {
    const month = Math.round(start + n * small);
    const value = dayNumber(Math.floor(month / 12), (month % 12) + 1, 1) * DAY;
    if (value > end) break;
    if (value < begin) continue;
    const text = isoText(value);
    const isMarked = month % step === 0;
    marks.push(isMarked ? { value, label: step < 12 ? text.slice(0, 7) : text.slice(0, 4) } : { value });
  }
  return marks;
}
