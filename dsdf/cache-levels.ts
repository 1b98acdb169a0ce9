import type { CacheLevel } from "./data-source.js";
import { realNumber } from "./fields.js";

/** Seconds in each unit that a cache level may be given in; das2-server 15.1, 15.2. */
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

const PERIODS = ["persecond", "perminute", "hourly", "daily", "monthly", "yearly"] as const;

/** What {@link cacheLevel} reads, for messages. */
export const CACHE_LEVEL_SYNTAX = `RES | PERIOD or RES | PERIOD | PARAMS, RES "intrinsic" or a positive number of s, ms, min, hr or day, PERIOD ${PERIODS.join(", ")}`;

/** Reads a `cacheLevel_NN`; `undefined` for an illegal one. Source: das2-server 15.1. */
export function cacheLevel(number: number, text: string): CacheLevel | undefined {
  const [resolution = "", periodText, params = "", ...more] = text.split("|").map((field) => field.trim());
  const period = PERIODS.find((name) => name === periodText);
  const seconds = resolutionSeconds(resolution);
  if (period === undefined || seconds === undefined || more.length > 0) return undefined;
  return { number, seconds, period, params };
}

function resolutionSeconds(text: string): number | undefined {
  if (text === "intrinsic") return 0;
  const [amount = "", unit = "", ...more] = text.split(/\s+/);
  const value = realNumber(amount);
  if (value === undefined || value <= 0 || more.length > 0) return undefined;
  // Divided, not multiplied by 0.001: 100 ms is the double 0.1.
  if (MILLISECONDS.has(unit)) return value / 1000;
  const factor = Object.hasOwn(UNIT_SECONDS, unit) ? UNIT_SECONDS[unit] : undefined;
  return factor === undefined ? undefined : value * factor;
}
