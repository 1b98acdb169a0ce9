import { DRMS_EPOCH_DAY } from "./drms-calendar.js";
import { startOfUtcDay } from "./leap-steps.js";
import type { TimeScale } from "./zones.js";

/** What a clock of some scale shows, decimals and all: the parts need not be carried. */
export interface ClockReading {
  /** Days from 2000-01-01. */
  readonly day: number;
  /** Minutes since midnight, may be 1440 and more. */
  readonly minutes: number;
  /** Whole seconds of the minute; 60 is the leap second where the minute has one, else the next minute. */
  readonly seconds: number;
  /** Decimals of the second, any number of digits, or empty. */
  readonly fraction: string;
}

/** The reading of a day and a decimal fraction of it, of 86400 s; `fraction` are the digits behind the point. */
export function readingOfDay(day: number, fraction: string): ClockReading {
  if (fraction === "") return { day, minutes: 0, seconds: 0, fraction };
  const one = 10n ** BigInt(fraction.length);
  const scaled = BigInt(fraction) * 86_400n;
  const seconds = Number(scaled / one);
  return {
    day,
    minutes: Math.floor(seconds / 60),
    seconds: seconds % 60,
    fraction: String(scaled % one).padStart(fraction.length, "0"),
  };
}

/** The DRMS time of a reading, the binary64 nearest to the decimals. Source: netdrms 5.1, 5.4. */
export function drmsTimeOf(reading: ClockReading, scale: TimeScale): number {
  const { day, minutes, seconds, fraction } = reading;
  if (scale.kind === "even")
    return sum((day - DRMS_EPOCH_DAY) * 86_400 + minutes * 60 + seconds, fraction, -scale.aheadMs);
  // The minute is found first and the seconds are added behind it, which makes :60 the leap second in every zone.
  const utcMinutes = minutes - scale.minutes;
  const days = Math.floor(utcMinutes / 1440);
  return sum(startOfUtcDay(day + days) + (utcMinutes - days * 1440) * 60 + seconds, fraction, 0);
}

/** whole + 0.fraction + ms / 1000, rounded once. */
function sum(whole: number, fraction: string, ms: number): number {
  if (fraction === "" && ms % 1000 === 0) return whole + ms / 1000;
  const places = Math.max(fraction.length, 3);
  const unit = 10n ** BigInt(places - 3);
  const scaled = (BigInt(whole) * 1000n + BigInt(ms)) * unit + BigInt(fraction.padEnd(places, "0"));
  // As decimal text the number is rounded by the language, exactly and once.
  return Number(`${scaled}e-${places}`);
}
