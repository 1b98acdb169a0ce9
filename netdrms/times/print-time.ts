import { EXACT_POWERS, productError } from "../../stream/powers-of-ten.js";
import { DRMS_EPOCH_DAY, drmsDateOfDay } from "./drms-calendar.js";
import { utcSecond } from "./leap-steps.js";
import { MISSING_TIME } from "./missing-time.js";
import { findZone, TDT_ZONE, type TimeScale, UTC_ZONE } from "./zones.js";

/** Prints a DRMS time; what is not finite or no date of a million years is printed as the missing time. */
export type TimePrinter = (seconds: number) => string;

/** Most decimals; further ones say nothing of a binary64. */
const MAX_DECIMALS = 15;

/** The precision that leaves only year and month. */
const LEAST_PRECISION = -4;

/** Some 950,000 years, so that years have at most six digits. */
const MAX_SECONDS = 3e13;

/**
 * A DRMS time as text, in the zone of a name in any case: those of {@link findZone}, `ISO` (`2010-05-01T12:29:41Z`), `JD` and
 * `MJD`; any other name is UTC. With `precision` 0 or more so many decimals of the second (of the day for Julian dates),
 * rounded with a tie going up and carried into all fields; -1 ends with the minute, -2 with the hour, -3 with the day, -4
 * with the month, cut, not rounded.
 * Source: netdrms 5.5.
 */
export function printDrmsTime(seconds: number, zone: string, precision: number): string {
  return timePrinter(zone, precision)(seconds);
}

/** {@link printDrmsTime} for many times of one zone and precision. */
export function timePrinter(zoneName: string, precision: number): TimePrinter {
  const shown = Math.min(Math.max(Math.trunc(precision) || 0, LEAST_PRECISION), MAX_DECIMALS);
  const print = printerOf(zoneName.trim().toUpperCase(), shown);
  return (seconds) => print(Math.abs(seconds) <= MAX_SECONDS ? seconds : MISSING_TIME);
}

/** Whether a name is one that {@link printDrmsTime} knows. */
export function isPrintZone(name: string): boolean {
  return /^(iso|jd|mjd)$/i.test(name) || findZone(name) !== undefined;
}

function printerOf(name: string, precision: number): TimePrinter {
  if (name === "JD" || name === "MJD") return (seconds) => julianText(seconds, name, Math.max(0, precision));
  if (name === "ISO") {
    const suffix = precision > -3 ? "Z" : "";
    return (seconds) => calendarText(seconds, UTC_ZONE.scale, precision, "-", "T") + suffix;
  }
  const zone = findZone(name) ?? UTC_ZONE;
  const suffix = zone.underscore ? `_${zone.name}` : precision > -3 ? zone.name : "";
  return (seconds) => calendarText(seconds, zone.scale, precision, ".", "_") + suffix;
}

function calendarText(
  seconds: number,
  scale: TimeScale,
  precision: number,
  dash: string,
  middle: string,
): string {
  const { whole, fraction } = split(seconds, scale);
  const decimals = Math.max(0, precision);
  // Rounded before it becomes a clock: 23:59:59.9996 may be rounded up into a leap second.
  const units = precision < 0 ? 0 : roundHalfUp(fraction, decimals);
  const carry = units === EXACT_POWERS[decimals] ? 1 : 0;
  const clock = clockOf(whole + carry, scale);
  const date = drmsDateOfDay(clock.day);
  let text = yearText(date.year) + dash + two(date.month);
  if (precision > -4) text += dash + two(date.day);
  if (precision > -3) text += middle + two(Math.floor(clock.minutes / 60));
  if (precision > -2) text += `:${two(clock.minutes % 60)}`;
  if (precision > -1) text += `:${two(clock.second)}`;
  if (decimals > 0) text += `.${String(carry > 0 ? 0 : units).padStart(decimals, "0")}`;
  return text;
}

/**
 * Seconds of the scale since its own 1977.01.01_00:00:00; civil scales stay with TAI, as leap seconds have no number in UTC.
 */
function split(seconds: number, scale: TimeScale): { whole: number; fraction: number } {
  const whole = Math.floor(seconds);
  const fraction = seconds - whole;
  const aheadMs = scale.kind === "even" ? scale.aheadMs : 0;
  const aheadS = Math.floor(aheadMs / 1000);
  if (aheadS * 1000 === aheadMs) return { whole: whole + aheadS, fraction };
  const sum = fraction + (aheadMs - aheadS * 1000) / 1000;
  // Midnight of TDT is no binary64: one that is only less by the rounding must not be cut to the day before.
  const nearest = Math.round(sum);
  if (Math.abs(sum - nearest) <= halfSpacing(seconds))
    return { whole: whole + aheadS + nearest, fraction: 0 };
  const carry = Math.floor(sum);
  return { whole: whole + aheadS + carry, fraction: sum - carry };
}

/** At least half the distance of a binary64 to its neighbours. */
function halfSpacing(value: number): number {
  return Math.abs(value) * 2 ** -53;
}

/** fraction * 10**decimals to the nearest whole number, a tie up, by its exact value. */
function roundHalfUp(fraction: number, decimals: number): number {
  const unit = EXACT_POWERS[decimals]!; // at most 15 decimals
  const product = fraction * unit;
  const n = Math.floor(product);
  return product - n - 0.5 + productError(fraction, unit, product) >= 0 ? n + 1 : n;
}

/** Day from 2000-01-01, minutes since midnight and second of the minute, from 60 on in a leap second. */
function clockOf(whole: number, scale: TimeScale): { day: number; minutes: number; second: number } {
  if (scale.kind === "even") {
    const days = Math.floor(whole / 86_400);
    const second = whole - days * 86_400;
    return { day: DRMS_EPOCH_DAY + days, minutes: Math.floor(second / 60), second: second % 60 };
  }
  const utc = utcSecond(whole);
  const utcMinutes = Math.min(1439, Math.floor(utc.second / 60));
  const minutes = utcMinutes + scale.minutes;
  const days = Math.floor(minutes / 1440);
  return { day: utc.day + days, minutes: minutes - days * 1440, second: utc.second - utcMinutes * 60 };
}

/** Days from noon of -4712.01.01, and from midnight of 1858.11.17, to 1977.01.01_00:00:00, s. */
const JULIAN_S = { JD: 2_443_144.5 * 86_400, MJD: 43_144 * 86_400 } as const;

function julianText(seconds: number, name: "JD" | "MJD", decimals: number): string {
  const { whole, fraction } = split(seconds, TDT_ZONE.scale);
  const sinceEpoch = whole + JULIAN_S[name];
  let days = Math.floor(sinceEpoch / 86_400);
  const unit = EXACT_POWERS[decimals]!; // at most 15 decimals
  let units = Math.floor(((sinceEpoch - days * 86_400 + fraction) / 86_400) * unit + 0.5);
  if (units >= unit) {
    days++;
    units -= unit;
  }
  const sign = days < 0 ? "-" : "";
  if (days < 0 && units > 0) {
    days++;
    units = unit - units;
  }
  const point = decimals > 0 ? `.${String(units).padStart(decimals, "0")}` : "";
  return `${name}_${sign}${Math.abs(days)}${point}`;
}

function yearText(year: number): string {
  return (year < 0 ? "-" : "") + String(Math.abs(year)).padStart(4, "0");
}

function two(n: number): string {
  return n < 10 ? `0${n}` : String(n);
}
