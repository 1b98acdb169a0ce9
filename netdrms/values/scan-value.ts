import { scanDrmsTime } from "../times/scan-time.js";
import { DRMS_TYPES, type DrmsType, type DrmsValue, missingValue } from "./drms-type.js";

/** A value at a place of a text. */
export interface ScannedValue {
  readonly value: DrmsValue;
  /** Characters that it takes, leading blanks included. */
  readonly length: number;
}

/** Text that means the missing value of whatever type. Source: netdrms 1.3. */
const MISSING_WORD = "DRMS_MISSING_VALUE";

/** Characters that a number may have: a binary64 written out has some 1100. */
const MAX_NUMBER = 2048;

/**
 * The value of a type that stands at `offset` behind blanks and tabs. What follows is left for the caller. `undefined` where
 * none stands there: nothing, a number outside its type, a string without its end quote.
 *
 * `DRMS_MISSING_VALUE` is the missing value of every type. Whole numbers are decimal, or hexadecimal behind `0x`: a bit
 * pattern of the type's width; a leading 0 is not octal. Reals are those of C strtod, those of `float` rounded to binary32.
 * Times as {@link scanDrmsTime}, strings as {@link scanString}.
 *
 * @param delimiters characters that end a string without quotes, beside white space
 * Source: netdrms 1.3.
 */
export function scanValue(
  type: DrmsType,
  text: string,
  offset = 0,
  delimiters = "",
): ScannedValue | undefined {
  const start = skipBlanks(text, offset);
  if (text.slice(start, start + MISSING_WORD.length).toUpperCase() === MISSING_WORD)
    return { value: missingValue(type), length: start - offset + MISSING_WORD.length };
  if (type === "string") {
    const { value, length, closed } = scanString(text, offset, delimiters);
    return closed && length > start - offset ? { value, length } : undefined;
  }
  const found = scanNumber(type, text, start);
  return found && { value: found.value, length: start - offset + found.length };
}

/**
 * The value that the whole text says, blanks around it left off; `undefined` where it says none. Strings need no quotes here.
 */
export function parseValue(type: DrmsType, text: string): DrmsValue | undefined {
  const body = text.trim();
  const found = scanValue(type, body);
  if (found !== undefined && found.length === body.length) return found.value;
  return type === "string" ? body : undefined;
}

function scanNumber(type: DrmsType, text: string, start: number): ScannedValue | undefined {
  switch (type) {
    case "time": {
      const found = scanDrmsTime(text, start);
      return found && { value: found.seconds, length: found.length };
    }
    case "float": {
      const found = scanReal(text, start);
      return found && { value: Math.fround(found.value), length: found.length };
    }
    case "double":
      return scanReal(text, start);
    default:
      return scanInteger(type, text, start);
  }
}

function scanInteger(type: DrmsType, text: string, start: number): ScannedValue | undefined {
  const m = /^([+-]?)(?:0x([0-9a-f]+)|(\d+))/i.exec(text.slice(start, start + MAX_NUMBER));
  if (m === null || m[0].length === MAX_NUMBER) return undefined;
  const bits = DRMS_TYPES[type].integerBits;
  const magnitude = BigInt(m[2] === undefined ? m[3]! : `0x${m[2]}`);
  if (m[2] !== undefined && magnitude >> BigInt(bits) !== 0n) return undefined;
  const signed = m[1] === "-" ? -magnitude : magnitude;
  const value = m[2] === undefined ? signed : BigInt.asIntN(bits, signed);
  if (BigInt.asIntN(bits, value) !== value) return undefined;
  return { value: type === "longlong" ? value : Number(value), length: m[0].length };
}

/** A real number at a place of a text. */
export interface ScannedReal {
  readonly value: number;
  readonly length: number;
}

/**
 * The number that C strtod finds at `offset`, without blanks before it: decimal, hexadecimal (`0x1.8p3`), `inf`, `infinity`,
 * `nan`, `nan(…)`. `undefined` where there is none.
 */
export function scanReal(text: string, offset = 0): ScannedReal | undefined {
  const piece = text.slice(offset, offset + MAX_NUMBER);
  const m =
    /^([+-]?)(?:0x([0-9a-f]+\.?[0-9a-f]*|\.[0-9a-f]+)(?:p([+-]?\d+))?|((?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)|inf(?:inity)?|nan(?:\(\w*\))?)/i.exec(
      piece,
    );
  if (m === null || m[0].length === MAX_NUMBER) return undefined;
  const [all, sign, hexadecimal, power, decimal] = m;
  const word = all.slice(sign!.length, sign!.length + 3).toLowerCase();
  let magnitude: number;
  if (decimal !== undefined) magnitude = Number(decimal);
  else if (hexadecimal !== undefined) magnitude = hexadecimalReal(hexadecimal, Number(power ?? 0));
  else magnitude = word === "inf" ? Number.POSITIVE_INFINITY : Number.NaN;
  return { value: sign === "-" ? -magnitude : magnitude, length: all.length };
}

/** Rounded once as long as the result is no subnormal. */
function hexadecimalReal(digits: string, power: number): number {
  const [whole = "", fraction = ""] = digits.split(".");
  const mantissa = Number(BigInt(`0x0${whole}${fraction}`));
  if (mantissa === 0) return 0;
  const exponent = Math.min(Math.max(power - 4 * fraction.length, -20_000), 20_000);
  // Two steps, as 2**exponent alone may lie outside what the product reaches.
  const half = Math.trunc(exponent / 2);
  return mantissa * 2 ** half * 2 ** (exponent - half);
}

/** A string at a place of a text. */
export interface ScannedString {
  readonly value: string;
  /** Characters that it takes, leading blanks and quotes included. */
  readonly length: number;
  readonly quoted: boolean;
  /** False where the end quote is missing; the string is then the rest of the text. */
  readonly closed: boolean;
}

const ESCAPES: Readonly<Record<string, string>> = { t: "\t", n: "\n" };

/**
 * The string that stands at `offset` behind blanks and tabs: between quotes of either kind, where `\t` and `\n` are tab and
 * line feed and any other character behind `\` itself; or up to white space or one of the delimiters, which may be nothing at
 * all.
 * Source: netdrms 1.3.
 */
export function scanString(text: string, offset = 0, delimiters = ""): ScannedString {
  const start = skipBlanks(text, offset);
  const quote = text[start];
  if (quote !== "'" && quote !== '"') {
    let end = start;
    while (end < text.length && !/\s/.test(text[end]!) && !delimiters.includes(text[end]!)) end++;
    return { value: text.slice(start, end), length: end - offset, quoted: false, closed: true };
  }
  let value = "";
  let at = start + 1;
  for (; at < text.length && text[at] !== quote; at++) {
    if (text[at] === "\\" && at + 1 < text.length) {
      at++;
      value += ESCAPES[text[at]!] ?? text[at];
    } else value += text[at];
  }
  const closed = at < text.length;
  return { value, length: at + (closed ? 1 : 0) - offset, quoted: true, closed };
}

function skipBlanks(text: string, offset: number): number {
  let at = offset;
  while (text[at] === " " || text[at] === "\t") at++;
  return at;
}
