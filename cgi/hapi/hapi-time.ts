import { dayNumber } from "../../stream/calendar.js";
import { endsInLeapSecond } from "../../stream/leap-seconds.js";
import { makeTime, type Time } from "../../stream/time.js";

/** Longest text that is looked at: more digits than nanoseconds have are of no use. */
const MAX_LENGTH = 40;

const TIME =
  /^(\d{4})(?:-(\d{3})|-(\d{2})(?:-(\d{2}))?)?(?:T(\d{2})(?::(\d{2})(?::(\d{2})(?:\.(\d*))?)?)?)?Z?$/;

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/**
 * The instant of a time of a request: `yyyy-mm-ddThh:mm:ss.sssZ` or `yyyy-dddThh:mm:ss.sssZ`, cut at any field, `Z` or none. 24:00:00 is
 * the next midnight, and so is a leap second. `undefined` for anything else, a day that is not in the calendar included.
 * Source: HAPI 3.3, section 3.7.6.1.
 */
export function parseHapiTime(text: string): Time | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const fields = TIME.exec(text);
  if (fields === null) return undefined;
  const [, years, ofYear, months, ofMonth, hours, minutes = "00", seconds = "00", fraction = ""] = fields;
  // A clock follows a whole date.
  if (hours !== undefined && ofYear === undefined && ofMonth === undefined) return undefined;
  const year = Number(years);
  if (year < 1) return undefined;
  const [month, day] =
    ofYear === undefined ? [Number(months ?? 1), Number(ofMonth ?? 1)] : [1, Number(ofYear)];
  if (!isDate(year, month, day, ofYear !== undefined)) return undefined;
  const [hour, minute, second] = [Number(hours ?? 0), Number(minutes), Number(seconds)];
  const ns = Number(fraction.slice(0, 9).padEnd(9, "0"));
  const isEnd = hour === 24 && minute === 0 && second === 0 && ns === 0;
  const isLeap =
    hour === 23 && minute === 59 && second === 60 && endsInLeapSecond(dayNumber(year, month, day));
  if (!isEnd && !isLeap && (hour > 23 || minute > 59 || second > 59)) return undefined;
  const whole = makeTime(year, month, day, hour, minute, second);
  return isLeap ? whole : { day: whole.day, ns: whole.ns + ns };
}

function isDate(year: number, month: number, day: number, isOfYear: boolean): boolean {
  const isLeapYear = dayNumber(year, 3, 1) - dayNumber(year, 2, 28) === 2;
  if (isOfYear) return day >= 1 && day <= (isLeapYear ? 366 : 365);
  const days = DAYS[month - 1];
  return days !== undefined && day >= 1 && day <= days && (month !== 2 || day < 29 || isLeapYear);
}
