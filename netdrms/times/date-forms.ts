import { drmsDayNumber } from "./drms-calendar.js";

/** A date at the begin of a text. */
export interface DateForm {
  /** Characters that it takes. */
  readonly length: number;
  /** Days from 2000-01-01. */
  readonly day: number;
  /** Digits of a fraction of the day, or empty. */
  readonly fraction: string;
  /** What may stand before a clock: `_`, or also `T` and a blank, or nothing. */
  readonly clock: "underscore" | "iso" | "none";
}

const MONTH_NAMES: readonly string[] = [
  "january",
  "february",
  "march",
  "april",
  "may",
  "june",
  "july",
  "august",
  "september",
  "october",
  "november",
  "december",
];

const ROMAN_MONTHS: readonly string[] = [
  "i",
  "ii",
  "iii",
  "iv",
  "v",
  "vi",
  "vii",
  "viii",
  "ix",
  "x",
  "xi",
  "xii",
];

/**
 * Every date that the text begins with, in no order: `2010.05.01.5` begins with a year, a month, a day and a moment. None of
 * them ends within a run of digits or a word. Months outside 1 to 12, day 0 and three digits that are no day of year make no
 * date; days beyond the end of the month do. Source: netdrms 5.2.
 */
export function dateForms(text: string): readonly DateForm[] {
  const [start = "", sign = "", digits = ""] = /^(-?)(\d+)/.exec(text) ?? [];
  const year = Number(sign + digits);
  const rest = text.slice(start.length);
  if (digits.length === 0) return [];
  if (digits.length > 6) return sign === "" ? compactForms(digits) : [];
  // Of years so far away the day must be given: five or six digits alone are more likely something else.
  if (digits.length > 4) return dotted(year, start.length, rest).slice(1);
  const january: DateForm = {
    length: start.length,
    day: drmsDayNumber(year, 1, 1),
    fraction: "",
    clock: "underscore",
  };
  return [january, ...dotted(year, start.length, rest), ...dashed(year, start.length, rest)];
}

/** `YYYYMMDD` and `YYYYDDD`. */
function compactForms(digits: string): readonly DateForm[] {
  const year = Number(digits.slice(0, 4));
  const form = { length: digits.length, fraction: "", clock: "underscore" } as const;
  if (digits.length === 7) {
    const dayOfYear = Number(digits.slice(4));
    return dayOfYear === 0 ? [] : [{ ...form, day: drmsDayNumber(year, 1, 1) + dayOfYear - 1 }];
  }
  const month = monthOf(digits.slice(4, 6));
  const day = dayOf(digits.slice(6));
  if (digits.length !== 8 || month === undefined || day === undefined) return [];
  return [{ ...form, day: drmsDayNumber(year, month, day) }];
}

/** `.DDD`, or `.M`, `.M.D` and `.M.D.frac` in this order, behind a year. */
function dotted(year: number, yearLength: number, rest: string): readonly DateForm[] {
  const m = /^\.(\d+|[a-z]+(?![a-z\d]))(?:\.(\d+)(?:\.(\d+))?)?/i.exec(rest);
  if (m === null) return [];
  const [, second = "", third, fraction] = m;
  const form = { fraction: "", clock: "underscore" } as const;
  let length = yearLength + 1 + second.length;
  const ordinal = dayOfYearOf(second);
  if (ordinal !== undefined) return [{ ...form, length, day: drmsDayNumber(year, 1, 1) + ordinal - 1 }];
  const month = monthOf(second);
  if (month === undefined) return [];
  const forms: DateForm[] = [{ ...form, length, day: drmsDayNumber(year, month, 1) }];
  const day = dayOf(third ?? "");
  if (third === undefined || day === undefined) return forms;
  length += 1 + third.length;
  forms.push({ ...form, length, day: drmsDayNumber(year, month, day) });
  if (fraction !== undefined)
    forms.push({
      length: length + 1 + fraction.length,
      day: drmsDayNumber(year, month, day),
      fraction,
      clock: "none",
    });
  return forms;
}

/** `-DDD` and `-M-D` behind a year. */
function dashed(year: number, yearLength: number, rest: string): readonly DateForm[] {
  const m = /^-(\d+|[a-z]+(?![a-z\d]))(?:-(\d+))?/i.exec(rest);
  if (m === null) return [];
  const [all, second = "", third] = m;
  const form = { fraction: "", clock: "iso" } as const;
  const ordinal = dayOfYearOf(second);
  if (ordinal !== undefined)
    return [
      { ...form, length: yearLength + 1 + second.length, day: drmsDayNumber(year, 1, 1) + ordinal - 1 },
    ];
  const month = monthOf(second);
  const day = dayOf(third ?? "");
  if (month === undefined || day === undefined) return [];
  return [{ ...form, length: yearLength + all.length, day: drmsDayNumber(year, month, day) }];
}

function dayOfYearOf(digits: string): number | undefined {
  return /^\d{3}$/.test(digits) && digits !== "000" ? Number(digits) : undefined;
}

function dayOf(digits: string): number | undefined {
  return /^\d{1,2}$/.test(digits) && Number(digits) > 0 ? Number(digits) : undefined;
}

/** 1 to 12 of a number, an English name cut to three letters or more, or a Roman numeral. */
function monthOf(text: string): number | undefined {
  if (/^\d/.test(text)) {
    const month = Number(text);
    return text.length <= 2 && month >= 1 && month <= 12 ? month : undefined;
  }
  const word = text.toLowerCase();
  const roman = ROMAN_MONTHS.indexOf(word);
  if (roman >= 0) return roman + 1;
  const named = word.length < 3 ? -1 : MONTH_NAMES.findIndex((name) => name.startsWith(word));
  return named < 0 ? undefined : named + 1;
}
