import { shown } from "../../config/problem.js";
import { MISSING_TIME } from "../times/missing-time.js";
import { DRMS_TYPES, type DrmsType, type DrmsValue } from "../values/drms-type.js";

/** Longest text of a keyword, characters: far above what people write, and what readers hold of one row is bounded. */
export const MAX_TEXT_LENGTH = 65_536;

/** What a type takes, for messages. */
export const TYPE_VALUES = {
  char: "a whole number from -128 to 127, not 0 or 32",
  short: "a whole number from -32768 to 32767",
  int: "a whole number of 32 bits",
  longlong: "a whole number of 64 bits",
  float: "a number of binary32",
  double: "a number",
  time: "seconds since 1977, finite or NaN for a missing time",
  string: `a text of at most ${MAX_TEXT_LENGTH} characters without NUL`,
} as const satisfies Record<DrmsType, string>;

/**
 * A value as text of its column, in the form of PostgreSQL; `undefined` where the type does not hold it.
 *
 * NaN is the missing value of `float`, `double` and `time`; infinite numbers are kept by the first two. Characters outside of Latin-1
 * become `?`, see {@link isLatin1}. Source: netdrms 1.3, 2.1.
 */
export function columnText(type: DrmsType, value: DrmsValue): string | undefined {
  switch (type) {
    case "string":
      return typeof value === "string" && value.length <= MAX_TEXT_LENGTH && !value.includes("\0")
        ? latin1(value)
        : undefined;
    case "float":
      return typeof value === "number" ? floatText(value) : undefined;
    case "double":
      return typeof value === "number" ? realText(value) : undefined;
    case "time":
      if (typeof value !== "number" || Math.abs(value) === Number.POSITIVE_INFINITY) return undefined;
      return realText(Number.isNaN(value) ? MISSING_TIME : value);
    case "char":
      return charText(value);
    default:
      return integerText(value, DRMS_TYPES[type].integerBits);
  }
}

/** A value as messages show it. */
export function shownValue(value: DrmsValue | null): string {
  return typeof value === "string" ? shown(value) : String(value);
}

/** Whether the archive's encoding has all characters of a text. */
export function isLatin1(text: string): boolean {
  return !/[\u{100}-\u{10ffff}]/u.test(text);
}

function latin1(text: string): string {
  // By code points, so that a character outside of the basic plane is one.
  return isLatin1(text) ? text : text.replaceAll(/[\u{100}-\u{10ffff}]/gu, "?");
}

function realText(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

function floatText(value: number): string | undefined {
  const rounded = Math.fround(value);
  return Number.isFinite(value) && !Number.isFinite(rounded) ? undefined : realText(rounded);
}

function integerText(value: DrmsValue, bits: number): string | undefined {
  if (typeof value === "string" || (typeof value === "number" && !Number.isSafeInteger(value)))
    return undefined;
  const whole = BigInt(value);
  return BigInt.asIntN(bits, whole) === whole ? String(whole) : undefined;
}

/** One character of Latin-1; the database has no NUL, and a blank at the end of its type is none. */
function charText(value: DrmsValue): string | undefined {
  const text = integerText(value, 8);
  if (text === undefined || text === "0" || text === "32") return undefined;
  return String.fromCharCode(Number(text) & 0xff);
}
