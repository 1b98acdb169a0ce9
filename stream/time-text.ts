import { DasError } from "../errors/das-error.js";
import { dayNumber, NS_PER_DAY } from "./calendar.js";
import type { Time, TimeRange } from "./instant.js";
import { endsInLeapSecond } from "./leap-seconds.js";

/** How a time text is read. */
export interface TimeTextOptions {
  /** Whether a year alone means its January 1: yes in requests and ranges, no (the default) in data fields. */
  readonly bareYear?: boolean;
  /** Whether 23:59:60 is kept as that second on a day that has one; by default it is the next midnight. */
  readonly keepLeapSecond?: boolean;
}

/** Longest text that is looked at, characters: twice the longest sensible form. */
const MAX_LENGTH = 96;

const MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec";

/**
 * The instant of a text in the lenient das2 grammar. Fractions beyond nanoseconds are rounded half up.
 * Errors: BAD_TIME. Source: das2-stream A11.1.
 */
export function parseTime(text: string, options: TimeTextOptions = {}): Time {
  const result = scanTime(text, options);
  if (typeof result !== "string") return result;
  throw new DasError(
    "BAD_TIME",
    `time "${text.slice(0, 40)}": ${result} (expected for example 2021-06-30T12:30:00)`,
  );
}

/**
 * The range of `A to B` with an optional `UTC` at the end; a bare year is its January 1, and `B` may be `now`
 * where `now` is given.
 * Errors: BAD_TIME, also where the end comes before the begin. Source: das2-stream A11.2.
 */
export function parseTimeRange(text: string, now?: Time): TimeRange {
  const shown = text.slice(0, 80);
  const [first, second, more] = text.length > 2 * MAX_LENGTH ? [] : text.trim().split(/\s+to\s+/i);
  if (first === undefined || second === undefined || more !== undefined)
    throw new DasError("BAD_TIME", `time range "${shown}" is not of the form "BEGIN to END"`);
  const begin = parseTime(first, { bareYear: true });
  const end =
    now !== undefined && /^now(\s+UTC)?$/i.test(second) ? now : parseTime(second, { bareYear: true });
  if (end.day < begin.day || (end.day === begin.day && end.ns < begin.ns))
    throw new DasError("BAD_TIME", `time range "${shown}" ends before it begins`);
  return { begin, end };
}

/** As {@link parseTime}, but gives what is wrong with the text instead of throwing. */
export function scanTime(text: string, options: TimeTextOptions): Time | string {
  if (text.length > MAX_LENGTH) return `more than ${MAX_LENGTH} characters`;
  const cut = text.indexOf("Z");
  const body = cut < 0 ? text : text.slice(0, cut);
  return scanCompact(body, options) ?? new TokenReader(options).read(body);
}

/** `yyyymmddThhmm[ss[.f]]`, the only form without delimiters; `undefined` where the text has another form. */
function scanCompact(text: string, options: TimeTextOptions): Time | string | undefined {
  const m = /^\s*(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(?:(\d\d)(?:[.,](\d*))?)?(?:\s+UTC)?\s*$/i.exec(text);
  if (m === null) return undefined;
  const second = Number(m[6] ?? 0);
  const wrong = wrongMonth(Number(m[2]));
  if (wrong !== undefined) return wrong;
  if (second > 61) return undefined;
  const day = dayNumber(Number(m[1]), Number(m[2]), Number(m[3]));
  return join(day, Number(m[4]), Number(m[5]), second, fractionNs(m[7] ?? ""), options);
}

/** Says what is wrong with a number that cannot be meant as a month. Other fields that are too large carry over (das2-stream A11.1, 6). */
function wrongMonth(month: number): string | undefined {
  return month < 1 || month > 12 ? `${month} is no month, expected 1 to 12` : undefined;
}

/** Nanoseconds of the digits behind a decimal point, rounded half up: 0 to 1e9, both included. */
function fractionNs(digits: string): number {
  const ns = Number(digits.slice(0, 9).padEnd(9, "0"));
  return digits.charCodeAt(9) >= 0x35 ? ns + 1 : ns;
}

function join(
  day: number,
  hour: number,
  minute: number,
  second: number,
  ns: number,
  options: TimeTextOptions,
): Time {
  const inDay = (hour * 3600 + minute * 60 + second) * 1e9 + ns;
  if (
    options.keepLeapSecond === true &&
    hour === 23 &&
    minute === 59 &&
    second === 60 &&
    endsInLeapSecond(day)
  )
    // A fraction that rounds up to the end of the leap second is the next midnight.
    return ns < 1e9 ? { day, ns: inDay } : { day: day + 1, ns: 0 };
  const days = Math.floor(inDay / NS_PER_DAY);
  return { day: day + days, ns: inDay - days * NS_PER_DAY };
}

/** Fields found so far; `undefined` is still open. */
class TokenReader {
  readonly #options: TimeTextOptions;
  #year: number | undefined;
  #month: number | undefined;
  #day: number | undefined;
  #dayOfYear: number | undefined;
  #hour: number | undefined;
  #minute: number | undefined;
  #second: number | undefined;
  #ns = 0;
  /** Whether the month came as a number, which a later month name shows to have been the day. */
  #monthIsGuess = false;

  constructor(options: TimeTextOptions) {
    this.#options = options;
  }

  read(text: string): Time | string {
    // `T` separates only behind a digit; a day of year in parentheses repeats what the date says.
    const tokens = text
      .replace(/\(\d{1,3}\)/g, " ")
      .replace(/(\d)T/g, "$1 ")
      .split(/[\s/\-:_;]+/)
      .filter((token) => token !== "");
    if (tokens.at(-1)?.toUpperCase() === "UTC") tokens.pop();
    if (tokens.length === 0) return "no time in it";
    for (const token of tokens) {
      const wrong = this.#take(token);
      if (wrong !== undefined) return wrong;
    }
    return this.#finish(tokens.length);
  }

  /** Gives a token its field, or tells what is wrong with it. */
  #take(token: string): string | undefined {
    if (/^[A-Za-z]+$/.test(token)) return this.#takeMonthName(token);
    const m = /^(\d{1,4})(?:[.,](\d*))?$/.exec(token);
    if (m === null) return `"${token.slice(0, 20)}" is no field of a time`;
    const digits = m[1]!; // the group is not optional
    if (m[2] !== undefined) return this.#takeSecond(Number(digits), m[2], token);
    return this.#takeNumber(Number(digits), digits.length);
  }

  #takeMonthName(word: string): string | undefined {
    const at = word.length < 3 ? -1 : MONTHS.indexOf(word.slice(0, 3).toLowerCase());
    if (at < 0 || at % 3 !== 0) return `"${word.slice(0, 20)}" is not the name of a month`;
    if (this.#month !== undefined) {
      if (!this.#monthIsGuess || this.#day !== undefined) return "two months";
      this.#day = this.#month;
    }
    if (this.#dayOfYear !== undefined) return "a month beside a day of year";
    this.#month = at / 3 + 1;
    this.#monthIsGuess = false;
    return undefined;
  }

  #takeNumber(n: number, digits: number): string | undefined {
    const dateIsOpen = this.#month === undefined && this.#dayOfYear === undefined;
    if (digits === 4) {
      if (this.#year === undefined) this.#year = n;
      else if (this.#hour === undefined && !dateIsOpen && this.#day !== undefined) {
        this.#hour = Math.floor(n / 100);
        this.#minute = n % 100;
      } else return `four digits (${n}) where no year and no hhmm is expected`;
      return undefined;
    }
    if (digits === 3) {
      if (this.#year === undefined || !dateIsOpen || this.#day !== undefined)
        return `three digits (${n}) where no day of year is expected`;
      this.#dayOfYear = n;
      this.#day = n;
      return undefined;
    }
    if (n > 31 && digits === 2 && this.#year === undefined) this.#year = 1900 + n;
    else if (n > 12 && dateIsOpen && this.#day === undefined) this.#day = n;
    else if (dateIsOpen) {
      this.#month = n;
      this.#monthIsGuess = true;
    } else if (this.#day === undefined) this.#day = n;
    else if (this.#hour === undefined) this.#hour = n;
    else if (this.#minute === undefined) this.#minute = n;
    else return this.#takeSecond(n, "", String(n));
    return undefined;
  }

  #takeSecond(n: number, fraction: string, token: string): string | undefined {
    if (this.#minute === undefined || this.#second !== undefined)
      return `"${token.slice(0, 20)}" is one too many`;
    if (n > 61) return `${n} seconds, at most 61 are allowed`;
    this.#second = n;
    this.#ns = fractionNs(fraction);
    return undefined;
  }

  #finish(tokens: number): Time | string {
    if (this.#year === undefined) return "no year";
    const year = this.#year;
    let day: number;
    if (this.#dayOfYear !== undefined) day = dayNumber(year, 1, 1) + this.#dayOfYear - 1;
    else if (this.#month !== undefined) {
      const wrong = wrongMonth(this.#month);
      if (wrong !== undefined) return wrong;
      day = dayNumber(year, this.#month, this.#day ?? 1);
    } else if (tokens === 1 && this.#options.bareYear === true) day = dayNumber(year, 1, 1);
    else return "no month and no day of year";
    return join(day, this.#hour ?? 0, this.#minute ?? 0, this.#second ?? 0, this.#ns, this.#options);
  }
}
