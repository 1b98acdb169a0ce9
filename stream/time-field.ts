import { dayNumber } from "./calendar.js";
import { FILL_TIME, type Time, timeToUs2000 } from "./time.js";
import { scanTime } from "./time-text.js";

// A field of `timeN` as it stands in a packet: N bytes, separator included. Source: das2-stream A6.3.

const FRACTION_NS = [1e9, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 1e2, 1e1, 1] as const;
const FILL_US = timeToUs2000(FILL_TIME);

/** Where the fast scan leaves day and nanoseconds; it runs to its end before anybody else looks. */
const scanned = { day: 0, ns: 0 };

/**
 * The time of the field `bytes[from, to)`, us2000. NaN where it is blank, unreadable or the fill time 0001-01-01;
 * 23:59:60 is the next midnight. The usual `yyyy-mm-ddThh:mm[:ss[.f]]` and `yyyy-dddThh:...` allocate nothing.
 */
export function readTimeField(bytes: Uint8Array, from: number, to: number): number {
  if (!scanUsual(bytes, from, to)) {
    const t = scanField(bytes, from, to, false);
    return t === undefined ? Number.NaN : knownUs(timeToUs2000(t));
  }
  const { day, ns } = scanned;
  const seconds = Math.floor(ns / 1e9);
  const us = (ns - seconds * 1e9) / 1e3;
  // Whole microseconds are exact, and so is their sum with whole seconds.
  if (us === Math.floor(us)) return knownUs((day * 86_400 + seconds) * 1e6 + us);
  return timeToUs2000({ day, ns });
}

/**
 * The instant of the field, exact to the nanosecond; `undefined` where the field is blank, unreadable or the fill time.
 * @param keepLeapSecond whether 23:59:60 stays that second, as in planes of TT2000, or is the next midnight, as in all
 * others (das2-stream A10.2)
 */
export function readTimeFieldExact(
  bytes: Uint8Array,
  from: number,
  to: number,
  keepLeapSecond = true,
): Time | undefined {
  const t = scanUsual(bytes, from, to)
    ? { day: scanned.day, ns: scanned.ns }
    : scanField(bytes, from, to, keepLeapSecond);
  return t === undefined || (t.day === FILL_TIME.day && t.ns === 0) ? undefined : t;
}

function knownUs(us: number): number {
  return us === FILL_US ? Number.NaN : us;
}

/** The usual forms, read from the bytes into {@link scanned}; false where the text has another form. */
function scanUsual(bytes: Uint8Array, from: number, to: number): boolean {
  let i = from;
  while (i < to && bytes[i] === 0x20) i++;
  // Shortest: yyyy-dddThh:mm
  if (to - i < 14 || bytes[i + 4] !== 0x2d) return false;
  const century = pair(bytes, i);
  const year = century * 100 + pair(bytes, i + 2);
  const monthOrTens = pair(bytes, i + 5);
  if (!(century >= 0 && year >= century * 100 && monthOrTens >= 0)) return false;
  let day: number;
  if (bytes[i + 7] === 0x2d) {
    const ofMonth = pair(bytes, i + 8);
    if (monthOrTens < 1 || monthOrTens > 12 || ofMonth < 0) return false;
    day = dayNumber(year, monthOrTens, ofMonth);
    i += 10;
  } else {
    const units = bytes[i + 7]! - 0x30; // inside: at least 14 bytes are left
    if (!(units >= 0 && units <= 9)) return false;
    day = dayNumber(year, 1, 1) + monthOrTens * 10 + units - 1;
    i += 8;
  }
  if (to - i < 6 || (bytes[i] !== 0x54 && bytes[i] !== 0x20) || bytes[i + 3] !== 0x3a) return false;
  const hour = pair(bytes, i + 1);
  const minute = pair(bytes, i + 4);
  if (!(hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59)) return false;
  i += 6;
  let second = 0;
  let ns = 0;
  if (i < to && bytes[i] === 0x3a) {
    if (to - i < 3) return false;
    second = pair(bytes, i + 1);
    if (!(second >= 0 && second <= 59)) return false;
    i += 3;
    if (i < to && bytes[i] === 0x2e) {
      const first = ++i;
      let n = 0;
      while (i < to) {
        const digit = bytes[i]! - 0x30;
        if (!(digit >= 0 && digit <= 9)) break;
        n = n * 10 + digit;
        i++;
      }
      if (i - first > 9) return false;
      ns = n * FRACTION_NS[i - first]!; // 0 to 9 digits
    }
  }
  if (i < to && bytes[i] === 0x5a) i = to;
  while (i < to) {
    if (bytes[i]! > 0x20) return false;
    i++;
  }
  scanned.day = day;
  scanned.ns = (hour * 3600 + minute * 60 + second) * 1e9 + ns;
  return true;
}

/** Two digits as a number, negative where they are none. */
function pair(bytes: Uint8Array, at: number): number {
  const tens = bytes[at]! - 0x30;
  const units = bytes[at + 1]! - 0x30;
  return tens >= 0 && tens <= 9 && units >= 0 && units <= 9 ? tens * 10 + units : -1;
}

/** Any form of the grammar. The last byte may be a separator of any kind, so it is left out where that helps. */
function scanField(bytes: Uint8Array, from: number, to: number, keepLeapSecond: boolean): Time | undefined {
  let text = "";
  for (let i = from; i < to; i++) text += String.fromCharCode(bytes[i] || 0x20);
  if (text.trim() === "") return undefined;
  const t = scanTime(text, { keepLeapSecond });
  if (typeof t !== "string") return t;
  const shorter = scanTime(text.slice(0, -1), { keepLeapSecond });
  return typeof shorter === "string" ? undefined : shorter;
}
