import { NS_PER_DAY } from "./calendar.js";
import { type LeapSecond, leapSeconds } from "./leap-seconds.js";
import { FILL_TIME, type Time } from "./time.js";

// TT2000 counts nanoseconds from 2000-01-01T12:00:00 TT, leap seconds included:
// ((D*86400 + s) - 43200 + 32.184 + L)*1e9. Source: das2-stream A10.2. All sums here are made of whole milliseconds and
// the nanoseconds within one, which binary64 holds exactly.

const MS_PER_DAY = 86_400e3;
const TT_MS = 32_184 - 43_200e3;
/** Below lie the two values that CDF reserves for "no value"; both are the same binary64. */
const LEAST = -9.2233720368547748e18;

interface Step extends LeapSecond {
  /** TT2000 at the begin of the day, ms. */
  readonly startMs: number;
}

let stepsOf: readonly LeapSecond[] | undefined;
let steps: readonly Step[] = [];

function currentSteps(): readonly Step[] {
  const table = leapSeconds();
  if (table !== stepsOf) {
    steps = table.map((entry) => ({
      ...entry,
      startMs: entry.day * MS_PER_DAY + TT_MS + entry.taiMinusUtc * 1e3,
    }));
    stepsOf = table;
  }
  return steps;
}

/** us2000 of a TT2000 value; a leap second is the last microsecond of its day; the fill values of CDF give NaN. */
export function tt2000ToUs2000(tt: number): number {
  if (!(tt > LEAST && tt < -LEAST)) return Number.NaN;
  const { ms, ns } = split(tt);
  const place = locate(ms);
  return place.leap ? (place.day + 1) * 86_400e6 - 1 : place.ms * 1e3 + ns / 1e3;
}

/** The instant of a TT2000 value, `ns` beyond 86400e9 in a leap second; the fill values of CDF give the fill time. */
export function tt2000ToTime(tt: number | bigint): Time {
  if (!(tt > LEAST && tt < -LEAST)) return FILL_TIME;
  const { ms, ns } = typeof tt === "bigint" ? splitExact(tt) : split(tt);
  const place = locate(ms);
  if (place.leap) return { day: place.day, ns: NS_PER_DAY + place.ms * 1e6 + Math.round(ns) };
  const day = Math.floor(place.ms / MS_PER_DAY);
  const inDay = (place.ms - day * MS_PER_DAY) * 1e6 + Math.round(ns);
  return inDay < NS_PER_DAY ? { day, ns: inDay } : { day: day + 1, ns: 0 };
}

/** The TT2000 value of an instant, the nearest binary64 (steps of 128 ns from 2018 on). */
export function timeToTt2000(t: Time): number {
  const { ms, ns } = partsOf(t);
  // The large part is a multiple of 2**16, so it is exact; the sum rounds once.
  const large = Math.floor(ms / 1024) * 1024;
  return large * 1e6 + ((ms - large) * 1e6 + ns);
}

function partsOf(t: Time): { ms: number; ns: number } {
  const entry = lastStep((step) => step.day <= t.day);
  const ms = Math.floor(t.ns / 1e6);
  return { ms: t.day * MS_PER_DAY + TT_MS + entry.taiMinusUtc * 1e3 + ms, ns: t.ns - ms * 1e6 };
}

function lastStep(holds: (step: Step) => boolean): Step {
  const all = currentSteps();
  let n = all.length - 1;
  while (n > 0 && !holds(all[n]!)) n--;
  return all[n]!; // the table is never empty
}

function split(tt: number): { ms: number; ns: number } {
  const ns = tt % 1e6;
  // From 2018 on whole milliseconds need not be doubles: rounding undoes what the difference lost.
  const ms = Math.round((tt - ns) / 1e6);
  return ns < 0 ? { ms: ms - 1, ns: ns + 1e6 } : { ms, ns };
}

function splitExact(tt: bigint): { ms: number; ns: number } {
  const ns = ((tt % 1_000_000n) + 1_000_000n) % 1_000_000n;
  return { ms: Number((tt - ns) / 1_000_000n), ns: Number(ns) };
}

/** Milliseconds since 2000-01-01 UTC; in a leap second its day and the milliseconds within it. */
function locate(ttMs: number): { leap: boolean; day: number; ms: number } {
  const all = currentSteps();
  let n = all.length - 1;
  while (n > 0 && all[n]!.startMs > ttMs) n--;
  const next = all[n + 1];
  const entry = all[n]!;
  if (next !== undefined) {
    const inserted = (next.taiMinusUtc - entry.taiMinusUtc) * 1e3;
    const into = ttMs - (next.startMs - inserted);
    if (into >= 0) return { leap: true, day: next.day - 1, ms: into };
  }
  return { leap: false, day: 0, ms: ttMs - TT_MS - entry.taiMinusUtc * 1e3 };
}
