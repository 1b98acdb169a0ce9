import { dateOfDay, dayNumber } from "./calendar.js";
import { FILL_TIME, timeToUs2000 } from "./time.js";

const FILL_US = timeToUs2000(FILL_TIME);

/**
 * Writes a time, us2000, into the `width` bytes at `at`: the longest form of das2-stream A6.3 that leaves a byte for the
 * separator (yyyy, yyyy-mm, ..., 9 digits of fraction), padded with spaces to the right. Rounded half up to what is
 * printed, with carry; a rounding that would reach year 10000 is cut instead. What is no number, and years outside 1 to
 * 9999, give the fill time 0001-01-01T00:00:00.
 *
 * @param width 5 to 31, as in the type `timeN`
 */
export function writeTimeField(bytes: Uint8Array, at: number, width: number, us2000: number): void {
  const form = FORMS[width];
  if (form === undefined) throw new RangeError(`a time field has 5 to 31 bytes, not ${width}`);
  let written: number;
  if (us2000 >= FILL_US && us2000 < END_US) {
    // Whole microseconds and the broken one apart: everything below is exact.
    const whole = Math.floor(us2000);
    let day = Math.floor(whole / US_PER_DAY);
    let ofDay = whole - day * US_PER_DAY;
    if (ofDay < 0) {
      day--;
      ofDay += US_PER_DAY;
    }
    written = writeRounded(bytes, at, form, day, ofDay, us2000 - whole);
  } else written = writeFillTime(bytes, at, form);
  const end = at + width;
  for (let i = at + written; i < end; i++) bytes[i] = 0x20;
}

/** Digits of the fraction, or what the last field of a shorter form is. */
type Form = number | "second" | "minute" | "hour" | "day" | "month" | "year";

const FORMS: readonly (Form | undefined)[] = Array.from({ length: 32 }, (_, width) => {
  if (width >= 22) return Math.min(width - 21, 9);
  if (width >= 20) return "second";
  if (width >= 17) return "minute";
  if (width >= 14) return "hour";
  if (width >= 11) return "day";
  if (width >= 8) return "month";
  return width >= 5 ? "year" : undefined;
});

const US_PER_DAY = 86_400e6;
const END_DAY = dayNumber(10_000, 1, 1);
const END_US = END_DAY * US_PER_DAY;
const STEP_SECONDS = { second: 1, minute: 60, hour: 3600, day: 86_400 } as const;

/** Rounds `us` (whole microseconds of the day) and `part` (0 to 1 of one more) to the form; gives the bytes written. */
function writeRounded(
  bytes: Uint8Array,
  at: number,
  form: Form,
  day: number,
  us: number,
  part: number,
): number {
  let seconds = Math.floor(us / 1e6);
  if (typeof form === "number") {
    const ofSecond = us - seconds * 1e6;
    const scale = POWERS[form]!; // 1 to 9
    let n: number;
    if (form > 6) n = ofSecond * POWERS[form - 6]! + Math.floor(part * POWERS[form - 6]! + 0.5);
    else if (form === 6) n = ofSecond + (part >= 0.5 ? 1 : 0);
    else {
      const step = POWERS[6 - form]!;
      n = Math.floor((ofSecond + step / 2) / step);
    }
    if (n >= scale) {
      seconds++;
      n = 0;
      if (seconds === 86_400) {
        if (day + 1 === END_DAY) {
          seconds--;
          n = scale - 1;
        } else {
          day++;
          seconds = 0;
        }
      }
    }
    writeDate(bytes, at, day, 10);
    writeClock(bytes, at + 10, seconds, 9);
    bytes[at + 19] = 0x2e;
    for (let i = at + 19 + form; i > at + 19; i--) {
      const rest = (n / 10) | 0;
      bytes[i] = 0x30 + n - rest * 10;
      n = rest;
    }
    return 20 + form;
  }
  if (form === "month" || form === "year") return writeMonthOrYear(bytes, at, form, day, us);
  const step = STEP_SECONDS[form];
  // Half a second is decided by the microseconds, half of the longer steps by the seconds.
  const up = form === "second" ? us - seconds * 1e6 >= 5e5 : (seconds % step) * 2 >= step;
  seconds -= seconds % step;
  if (up && !(day + 1 === END_DAY && seconds + step === 86_400)) seconds += step;
  if (seconds === 86_400) {
    day++;
    seconds = 0;
  }
  const length = FORM_LENGTH[form];
  writeDate(bytes, at, day, 10);
  writeClock(bytes, at + 10, seconds, length - 10);
  return length;
}

/** The date written last: records of one day follow each other. */
const lastDate = { day: Number.NaN, text: new Uint8Array(10).fill(0x2d) };

/** Writes the first 4, 7 or 10 bytes of `yyyy-mm-dd`. */
function writeDate(bytes: Uint8Array, at: number, day: number, length: number): void {
  const text = lastDate.text;
  if (lastDate.day !== day) {
    const date = dateOfDay(day);
    const century = Math.floor(date.year / 100);
    writePair(text, 0, century);
    writePair(text, 2, date.year - century * 100);
    writePair(text, 5, date.month);
    writePair(text, 8, date.day);
    lastDate.day = day;
  }
  for (let i = 0; i < length; i++) bytes[at + i] = text[i]!;
}

/** Writes the first 0, 3, 6 or 9 bytes of `Thh:mm:ss`. */
function writeClock(bytes: Uint8Array, at: number, seconds: number, length: number): void {
  if (length === 0) return;
  const minutes = (seconds / 60) | 0;
  const hour = (minutes / 60) | 0;
  bytes[at] = 0x54;
  writePair(bytes, at + 1, hour);
  if (length === 3) return;
  bytes[at + 3] = 0x3a;
  writePair(bytes, at + 4, minutes - hour * 60);
  if (length === 6) return;
  bytes[at + 6] = 0x3a;
  writePair(bytes, at + 7, seconds - minutes * 60);
}

function writePair(bytes: Uint8Array, at: number, n: number): void {
  const tens = (n / 10) | 0;
  bytes[at] = 0x30 + tens;
  bytes[at + 1] = 0x30 + n - tens * 10;
}

/** Months and years are rounded as everything else is: from their middle on, the next one is printed. */
function writeMonthOrYear(
  bytes: Uint8Array,
  at: number,
  form: "month" | "year",
  day: number,
  us: number,
): number {
  const { year, month } = dateOfDay(day);
  const begin = form === "month" ? dayNumber(year, month, 1) : dayNumber(year, 1, 1);
  const end = form === "month" ? dayNumber(year, month + 1, 1) : dayNumber(year + 1, 1, 1);
  const up = end < END_DAY && (day - begin + us / US_PER_DAY) * 2 >= end - begin;
  writeDate(bytes, at, up ? end : begin, FORM_LENGTH[form]);
  return FORM_LENGTH[form];
}

function writeFillTime(bytes: Uint8Array, at: number, form: Form): number {
  const length = typeof form === "number" ? 19 : FORM_LENGTH[form];
  for (let i = 0; i < length; i++) bytes[at + i] = FILL_TEXT.charCodeAt(i);
  return length;
}

const FILL_TEXT = "0001-01-01T00:00:00";
const FORM_LENGTH = { second: 19, minute: 16, hour: 13, day: 10, month: 7, year: 4 } as const;
const POWERS = [1, 10, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9] as const;
