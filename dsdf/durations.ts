import { realNumber } from "./fields.js";

/** Seconds in each unit; das2-server 15.1, 15.2. */
const UNIT_SECONDS: Readonly<Record<string, number>> = {
  s: 1,
  sec: 1,
  second: 1,
  seconds: 1,
  min: 60,
  minute: 60,
  minutes: 60,
  hr: 3600,
  hrs: 3600,
  hour: 3600,
  hours: 3600,
  day: 86_400,
  days: 86_400,
};
const MILLISECONDS: ReadonlySet<string> = new Set(["ms", "msec", "millisec", "millisecond", "milliseconds"]);

/** What a duration looks like, for messages. */
export const DURATION_SYNTAX = "NUMBER UNIT, for example 3 days; units s, ms, min, hr and day";

/** As {@link durationSeconds}, and more than 0. */
export function positiveSeconds(text: string): number | undefined {
  const seconds = durationSeconds(text);
  return seconds !== undefined && seconds > 0 ? seconds : undefined;
}

/** Reads `NUMBER UNIT` as seconds, not negative; `undefined` for anything else. Units: s, ms, min, hr, day and their synonyms. */
export function durationSeconds(text: string): number | undefined {
  const [amount = "", unit = "", ...more] = text.split(/\s+/);
  const value = realNumber(amount);
  if (value === undefined || value < 0 || more.length > 0) return undefined;
  // Divided, not multiplied by 0.001: 100 ms is the double 0.1.
  if (MILLISECONDS.has(unit)) return value / 1000;
  const factor = Object.hasOwn(UNIT_SECONDS, unit) ? UNIT_SECONDS[unit] : undefined;
  return factor === undefined ? undefined : value * factor;
}
