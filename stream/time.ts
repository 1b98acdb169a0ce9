import { dateOfDay, dayNumber, NS_PER_DAY } from "./calendar.js";
import type { Time } from "./instant.js";

export type { Time, TimeRange } from "./instant.js";
export { parseTime, parseTimeRange, type TimeTextOptions } from "./time-text.js";

/** The fields of an instant; `ns` are the nanoseconds within the second, `second` is 60 inside a leap second. */
export interface CalendarTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** 1 to 366. */
  readonly dayOfYear: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly ns: number;
}

/** The instant that stands for "no time" in text planes; das2-stream A11.3. */
export const FILL_TIME: Time = { day: dayNumber(1, 1, 1), ns: 0 };

const US_PER_DAY = 86_400e6;
const TWO_53 = 2 ** 53;

/**
 * The instant with those fields. Fields outside their ranges are carried (hour 24 is the next day); seconds may have
 * a fraction, which is rounded half up to the nanosecond.
 */
export function makeTime(year: number, month: number, day: number, hour = 0, minute = 0, second = 0): Time {
  const whole = Math.floor(second);
  const seconds = hour * 3600 + minute * 60 + whole;
  const days = Math.floor(seconds / 86_400);
  const ns = (seconds - days * 86_400) * 1e9 + Math.round((second - whole) * 1e9);
  return carried(dayNumber(year, month, day) + days, ns);
}

/** Year, month, day and clock of an instant. */
export function calendar(t: Time): CalendarTime {
  const date = dateOfDay(t.day);
  const inLeapSecond = t.ns >= NS_PER_DAY;
  const seconds = inLeapSecond ? 86_399 : Math.floor(t.ns / 1e9);
  return {
    year: date.year,
    month: date.month,
    day: date.day,
    dayOfYear: t.day - dayNumber(date.year, 1, 1) + 1,
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: inLeapSecond ? 60 : seconds % 60,
    ns: t.ns - (inLeapSecond ? 86_400 : seconds) * 1e9,
  };
}

/** Negative, zero or positive as `a` is before, at or after `b`. */
export function compareTimes(a: Time, b: Time): number {
  return a.day !== b.day ? a.day - b.day : a.ns - b.ns;
}

/** The instant `s` seconds later; days of 86400 s, so leap seconds are not counted. Rounded to the nanosecond. */
export function addSeconds(t: Time, s: number): Time {
  const days = Math.floor(s / 86_400);
  const rest = s - days * 86_400;
  const whole = Math.floor(rest);
  return carried(t.day + days, t.ns + whole * 1e9 + Math.round((rest - whole) * 1e9));
}

/**
 * Microseconds since 2000-01-01 of days of 86400 s, the nearest binary64. A time inside a leap second becomes the last
 * microsecond of its day (das2-stream A10.2).
 */
export function timeToUs2000(t: Time): number {
  if (t.ns >= NS_PER_DAY) return t.day * US_PER_DAY + (US_PER_DAY - 1);
  const ns = t.day * NS_PER_DAY + t.ns;
  // Near 2000 all nanoseconds are exact integers; one division rounds once.
  if (ns <= TWO_53 && ns >= -TWO_53) return ns / 1e3;
  const whole = Math.floor(t.ns / 1e3);
  const us = t.day * US_PER_DAY + whole;
  // Whole microseconds are exact to year 2285. The fraction then rounds as the sum does: n/1000 that is no binary
  // fraction stays much further from a tie of the sum than its own rounding error.
  if (us <= TWO_53 && us >= -TWO_53) return us + (t.ns - whole * 1e3) / 1e3;
  return t.day * US_PER_DAY + t.ns / 1e3;
}

/** The instant of a us2000 value, rounded half up to the nanosecond; not a finite number gives the fill time. */
export function us2000ToTime(us: number): Time {
  if (!Number.isFinite(us)) return FILL_TIME;
  const rest = us % US_PER_DAY;
  const whole = Math.floor(rest);
  return carried((us - rest) / US_PER_DAY, whole * 1e3 + Math.round((rest - whole) * 1e3));
}

/**
 * `yyyy-mm-ddThh:mm:ss` with 0 to 9 digits of fraction (never more), rounded half up with carry into all fields. Outside years
 * 1 to 9999 the fill time `0001-01-01T00:00:00`; a rounding that would reach year 10000 is cut instead.
 * Inside a leap second the seconds read 60. Source: das2-stream A11.3.
 */
export function formatTime(t: Time, fractionDigits: number): string {
  const digits = Math.min(Math.max(fractionDigits, 0), 9);
  const shown = roundTime(t, 10 ** (9 - digits));
  const c = calendar(shown);
  if (!(c.year >= 1 && c.year <= 9999)) return formatTime(FILL_TIME, digits);
  const clock = `${two(c.hour)}:${two(c.minute)}:${two(c.second)}`;
  const fraction = digits > 0 ? `.${String(c.ns).padStart(9, "0").slice(0, digits)}` : "";
  return `${String(c.year).padStart(4, "0")}-${two(c.month)}-${two(c.day)}T${clock}${fraction}`;
}

/** Rounds half up to a multiple of `stepNs` of the day; years above 9999 are not reached by rounding. */
function roundTime(t: Time, stepNs: number): Time {
  const down = t.ns - (t.ns % stepNs);
  const ns = (t.ns - down) * 2 >= stepNs ? down + stepNs : down;
  const end = t.ns >= NS_PER_DAY ? NS_PER_DAY + 1e9 : NS_PER_DAY;
  if (ns < end) return { day: t.day, ns };
  return t.day === LAST_DAY ? { day: t.day, ns: down } : { day: t.day + 1, ns: 0 };
}

const LAST_DAY = dayNumber(9999, 12, 31);

function two(n: number): string {
  return n < 10 ? `0${n}` : String(n);
}

function carried(day: number, ns: number): Time {
  const days = Math.floor(ns / NS_PER_DAY);
  return { day: day + days, ns: ns - days * NS_PER_DAY };
}
