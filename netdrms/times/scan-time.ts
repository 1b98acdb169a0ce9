import { type ClockReading, drmsTimeOf, readingOfDay } from "./clock-reading.js";
import { type DateForm, dateForms } from "./date-forms.js";
import { MISSING_TIME } from "./missing-time.js";
import { findZone, TDT_ZONE, type TimeScale, UTC_ZONE } from "./zones.js";

/** A time at a place of a text. */
export interface ScannedTime {
  /** DRMS time: s since 1977.01.01_00:00:00_TAI. */
  readonly seconds: number;
  /** Characters that it takes. */
  readonly length: number;
}

/** Characters that are looked at; the longest sensible time has about 40. */
const MAX_LENGTH = 128;

/**
 * The longest time that stands at `offset`; what follows is not looked at. Blanks before it are not skipped. `undefined`
 * where there is none. Case does not matter. Source: netdrms 5.2.
 */
export function scanDrmsTime(text: string, offset = 0): ScannedTime | undefined {
  const found = candidates(text, offset)[0];
  return found && scanned(found);
}

/**
 * Every time that stands at `offset`, the longest first: `2010.05.01-2010.05.02` begins with a time in the zone `-2010`, with
 * a day, a month and a year. None ends within a run of digits or a word, and no two are of the same length. Source: netdrms
 * 4.4, 5.2.
 */
export function scanDrmsTimes(text: string, offset = 0): readonly ScannedTime[] {
  return candidates(text, offset).map(scanned);
}

/** The DRMS time that the whole text says, blanks around it left off; `undefined` where it says none. Source: netdrms 5.2. */
export function parseDrmsTime(text: string): number | undefined {
  const body = text.trim();
  const found = candidates(body, 0)[0];
  return found?.length === body.length ? scanned(found).seconds : undefined;
}

/** As {@link parseDrmsTime}, with the missing time for what is no time. Source: netdrms 5.2. */
export function parseDrmsTimeOrMissing(text: string): number {
  return parseDrmsTime(text) ?? MISSING_TIME;
}

interface Candidate {
  readonly length: number;
  readonly reading: ClockReading;
  readonly scale: TimeScale;
}

function scanned({ length, reading, scale }: Candidate): ScannedTime {
  return { seconds: drmsTimeOf(reading, scale), length };
}

/** All times, the longest first. */
function candidates(text: string, offset: number): Candidate[] {
  const piece = text.slice(offset, offset + MAX_LENGTH);
  // What was cut within a number or a word would be another time.
  const cut = offset + MAX_LENGTH < text.length ? piece.replace(/[a-z0-9]+$/i, "") : piece;
  const found = /^m?jd_/i.test(cut) ? julianDates(cut) : calendarTimes(cut);
  return found.sort((a, b) => b.length - a.length);
}

function calendarTimes(text: string): Candidate[] {
  const found: Candidate[] = [];
  for (const date of dateForms(text)) {
    const day = { length: date.length, reading: readingOfDay(date.day, date.fraction) };
    for (const { length, reading } of [day, ...clocks(text, date)])
      addWithZone(found, text, length, reading, UTC_ZONE.scale);
  }
  return found;
}

/** `hh`, `hh:mm`, `hh:mm:ss` and `hh:mm:ss.fff` behind a date. A clock of more digits without colons is none. */
function clocks(text: string, date: DateForm): { readonly length: number; readonly reading: ClockReading }[] {
  if (date.clock === "none") return [];
  const rest = text.slice(date.length);
  if (!(date.clock === "iso" ? /^[_T ]\d/i : /^_\d/).test(rest)) return [];
  const m = /^.(\d+)(?::(\d+)(?::(\d+)(?:\.(\d+))?)?)?/.exec(rest);
  const [hour, minute, second, fraction] = m?.slice(1) ?? [];
  if (hour === undefined || hour.length > 2) return [];
  const found = [];
  let length = date.length + 1 + hour.length;
  const atHour = { day: date.day, minutes: Number(hour) * 60, seconds: 0, fraction: "" };
  found.push({ length, reading: atHour });
  if (minute === undefined || minute.length > 2 || Number(minute) > 59) return found;
  length += 1 + minute.length;
  const atMinute = { ...atHour, minutes: atHour.minutes + Number(minute) };
  found.push({ length, reading: atMinute });
  // 61 stands for a second leap second in a row, as in the other times of the house.
  if (second === undefined || second.length > 2 || Number(second) > 61) return found;
  length += 1 + second.length;
  const atSecond = { ...atMinute, seconds: Number(second) };
  found.push({ length, reading: atSecond });
  if (fraction !== undefined)
    found.push({ length: length + 1 + fraction.length, reading: { ...atSecond, fraction } });
  return found;
}

/** 2000-01-01T00:00:00 as Julian date and as modified Julian date, in tenths of a day. */
const JD_TENTHS = 24_515_445n;
const MJD_TENTHS = 515_440n;

/** `JD_number` and `MJD_number`, the number with and without its decimals. */
function julianDates(text: string): Candidate[] {
  const m = /^(m?jd_)([+-]?)(\d+)(?:\.(\d+))?/i.exec(text);
  if (m === null || m[3]!.length > 9) return []; // beyond three million years
  const found: Candidate[] = [];
  const add = (decimals: string, length: number) => {
    const digits = decimals.padEnd(1, "0");
    const unit = 10n ** BigInt(digits.length);
    const number = BigInt(`${m[2] === "-" ? "-" : ""}${m[3]}${digits}`);
    const scaled = number - (m[1]!.length === 3 ? JD_TENTHS : MJD_TENTHS) * (unit / 10n);
    const ofDay = ((scaled % unit) + unit) % unit;
    const day = Number((scaled - ofDay) / unit);
    const reading = readingOfDay(day, String(ofDay).padStart(digits.length, "0"));
    addWithZone(found, text, length, reading, TDT_ZONE.scale);
  };
  const wholeLength = m[1]!.length + m[2]!.length + m[3]!.length;
  add("", wholeLength);
  if (m[4] !== undefined) add(m[4], wholeLength + 1 + m[4].length);
  return found;
}

/** Adds a time that ends at `length`, and the same with the zone that stands there. */
function addWithZone(
  found: Candidate[],
  text: string,
  length: number,
  reading: ClockReading,
  scale: TimeScale,
): void {
  found.push({ length, reading, scale });
  const rest = text.slice(length);
  const m = /^(_?)([+-]\d{4}|[a-z]+)(?![a-z0-9])/i.exec(rest);
  if (m === null) return;
  const zone = findZone(m[2]!);
  if (zone === undefined || (m[1] === "" && zone.underscore)) return;
  found.push({ length: length + m[0].length, reading, scale: zone.scale });
}
