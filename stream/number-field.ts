import { findDigits, found, longDigits, MAX_FAST_DIGITS } from "./decimal-digits.js";
import { readReal } from "./decimal-value.js";
import { shortestReal } from "./shortest-real.js";

export { readReal } from "./decimal-value.js";
export { shortestReal, shortestReal4 } from "./shortest-real.js";

// Fields of `asciiN`: numbers as text of fixed width. Source: das2-stream A6.3.

/** Whether {@link readReal} gives NaN for a field although `nan` is not written there. */
export function isBlankOrBad(bytes: Uint8Array, from: number, to: number): boolean {
  if (!Number.isNaN(readReal(bytes, from, to))) return false;
  let text = "";
  for (let i = from; i < to && text.length < 128; i++) text += String.fromCharCode(bytes[i] || 0x20);
  return !/^\s*[+-]?nan(\(\w*\))?\s*.?$/is.test(text);
}

/**
 * Writes `value` as C printf does for `%{width}.{fractionDigits}e`: right justified, exact digits, ties to even. Where
 * that is longer than `width` (printf would run over the next field) as many digits of the fraction as necessary are
 * left off, the rest rounded anew; where no digit fits, the field stays blank.
 *
 * @param width bytes of the number, the separator of an `asciiN` field not counted
 */
export function writeExponential(
  bytes: Uint8Array,
  at: number,
  width: number,
  value: number,
  fractionDigits: number,
): void {
  let f = fractionDigits;
  if (f >= MAX_FAST_DIGITS || !Number.isFinite(value)) {
    let text = formatExponential(value, f);
    while (text.length > width && f > 0) text = formatExponential(value, --f);
    writeText(bytes, at, width, text.length > width ? "" : text);
    return;
  }
  let length = prepare(value, f);
  while (length > width && f > 0) {
    f = Math.max(0, f - (length - width));
    length = prepare(value, f);
  }
  if (length > width) {
    writeText(bytes, at, width, "");
    return;
  }
  const start = at + width - length;
  for (let i = at; i < start; i++) bytes[i] = 0x20;
  writeFound(bytes, start, value, f);
}

/**
 * Writes `value` as `%.{fractionDigits}e` at `at`, as long as it is; at most `fractionDigits` + 9 bytes.
 * @returns the place behind it
 */
export function appendExponential(
  bytes: Uint8Array,
  at: number,
  value: number,
  fractionDigits: number,
): number {
  if (fractionDigits >= MAX_FAST_DIGITS || !Number.isFinite(value)) {
    const text = formatExponential(value, fractionDigits);
    writeText(bytes, at, text.length, text);
    return at + text.length;
  }
  const length = prepare(value, fractionDigits);
  writeFound(bytes, at, value, fractionDigits);
  return at + length;
}

/** `value` as C printf prints it for `%.{fractionDigits}e`; `nan`, `inf` and `-inf` for what is not finite. */
export function formatExponential(value: number, fractionDigits: number): string {
  if (!Number.isFinite(value)) return shortestReal(value);
  const { digits, exponent } = digitsOf(Math.abs(value), fractionDigits + 1);
  const sign = isNegative(value) ? "-" : "";
  const point = fractionDigits > 0 ? "." : "";
  const e = Math.abs(exponent);
  return `${sign}${digits.charAt(0)}${point}${digits.slice(1)}e${exponent < 0 ? "-" : "+"}${e < 10 ? "0" : ""}${e}`;
}

function digitsOf(magnitude: number, count: number): { digits: string; exponent: number } {
  if (magnitude === 0) return { digits: "0".repeat(count), exponent: 0 };
  if (count > MAX_FAST_DIGITS) return longDigits(magnitude, count);
  findDigits(magnitude, count);
  const low = String(found.low);
  return {
    digits: count > 9 ? found.high + low.padStart(8, "0") : low,
    exponent: found.exponent,
  };
}

/** Finds the digits of a finite value and gives the bytes that its text needs. */
function prepare(value: number, fractionDigits: number): number {
  if (value === 0) {
    found.high = 0;
    found.low = 0;
    found.exponent = 0;
  } else findDigits(Math.abs(value), fractionDigits + 1);
  const e = found.exponent;
  const exponentBytes = e >= 100 || e <= -100 ? 5 : 4;
  return (isNegative(value) ? 1 : 0) + (fractionDigits > 0 ? fractionDigits + 2 : 1) + exponentBytes;
}

/** Writes what {@link prepare} found. */
function writeFound(bytes: Uint8Array, at: number, value: number, fractionDigits: number): void {
  let first = at;
  if (isNegative(value)) bytes[first++] = 0x2d;
  let i = fractionDigits > 0 ? first + fractionDigits + 1 : first;
  let end = i + 1;
  let n = found.low;
  if (fractionDigits >= 9) {
    const lowEnd = i - 8;
    for (; i > lowEnd; i--) {
      const rest = (n / 10) | 0;
      bytes[i] = 0x30 + n - rest * 10;
      n = rest;
    }
    n = found.high;
  }
  for (; i > first + 1; i--) {
    const rest = (n / 10) | 0;
    bytes[i] = 0x30 + n - rest * 10;
    n = rest;
  }
  if (fractionDigits > 0) bytes[first + 1] = 0x2e;
  bytes[first] = 0x30 + n;
  const exponent = found.exponent;
  let e = exponent < 0 ? -exponent : exponent;
  bytes[end++] = 0x65;
  bytes[end++] = exponent < 0 ? 0x2d : 0x2b;
  if (e >= 100) {
    const hundreds = (e / 100) | 0;
    bytes[end++] = 0x30 + hundreds;
    e -= hundreds * 100;
  }
  const tens = (e / 10) | 0;
  bytes[end++] = 0x30 + tens;
  bytes[end] = 0x30 + e - tens * 10;
}

function isNegative(value: number): boolean {
  return value < 0 || (value === 0 && 1 / value < 0);
}

function writeText(bytes: Uint8Array, at: number, width: number, text: string): void {
  const start = at + width - text.length;
  for (let i = at; i < start; i++) bytes[i] = 0x20;
  for (let i = 0; i < text.length; i++) bytes[start + i] = text.charCodeAt(i);
}
