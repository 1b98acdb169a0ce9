import { EXACT_POWERS, MAX_POWER, powerHigh, powerLow, productError } from "./powers-of-ten.js";

/** Digits that are gathered, in two small integers of at most 9; longer numbers are left to the slow way. */
const FIRST_DIGITS = 9;
const ALL_DIGITS = 18;
/** Whole numbers of so many digits are exact. */
const EXACT_DIGITS = 15;

/**
 * The number in `bytes[from, to)`, in the grammar of C strtod without hexadecimal (`nan`, `inf` included), rounded
 * correctly. White space and NUL around it are skipped, and the last byte may be any separator. NaN where the field is
 * blank or no number. Source: das2-stream A6.3.
 */
export function readReal(bytes: Uint8Array, from: number, to: number): number {
  let i = from;
  while (i < to && bytes[i]! <= 0x20) i++;
  const begin = i;
  const sign = i < to ? bytes[i]! : 0;
  if (sign === 0x2d || sign === 0x2b) i++;

  // The value is (first * 10**more + second) * 10**power: the first 9 digits, then `more` up to 9.
  let first = 0;
  let second = 0;
  let digits = 0; // without leading zeros
  let more = 0;
  let power = 0;
  let any = false;
  let behindPoint = false;
  for (; i < to; i++) {
    const digit = bytes[i]! - 0x30;
    if (digit >= 0 && digit <= 9) {
      any = true;
      if (digits < FIRST_DIGITS) {
        first = (first * 10 + digit) | 0;
        if (first !== 0) digits++;
      } else if (digits < ALL_DIGITS) {
        second = (second * 10 + digit) | 0;
        digits++;
        more++;
      } else {
        digits++;
        power++;
      }
      if (behindPoint) power--;
    } else if (digit === -2 && !behindPoint) behindPoint = true;
    else break;
  }
  if (!any) return readWord(bytes, begin, to);
  let end = i;
  if (i < to && (bytes[i]! | 0x20) === 0x65) {
    i++;
    const expSign = i < to ? bytes[i]! : 0;
    if (expSign === 0x2d || expSign === 0x2b) i++;
    let e = 0;
    for (; i < to; i++) {
      const digit = bytes[i]! - 0x30;
      if (!(digit >= 0 && digit <= 9)) break;
      // An exponent that no value can use must not overflow.
      if (e < 100_000) e = e * 10 + digit;
      end = i + 1;
    }
    power += expSign === 0x2d ? -e : e;
  }
  // Whatever stands in the last byte separates.
  for (i = end; i < to - 1; i++) if (bytes[i]! > 0x20) return Number.NaN;

  // 9 digits times 10**9 have at most 30 + 21 bits behind which zeros stand: exact.
  const leading = first * EXACT_POWERS[more]!; // more is 0 to 9
  let magnitude: number;
  if (digits <= EXACT_DIGITS && power >= -22 && power <= 22)
    magnitude =
      power < 0 ? (leading + second) / EXACT_POWERS[-power]! : (leading + second) * EXACT_POWERS[power]!;
  else magnitude = first === 0 ? 0 : scaled(leading, second, digits, power);
  if (Number.isNaN(magnitude)) return readSlowly(bytes, begin, end);
  return sign === 0x2d ? -magnitude : magnitude;
}

/** (leading + second) * 10**power, rounded once; NaN where the rounding is in doubt. */
function scaled(leading: number, second: number, digits: number, power: number): number {
  const size = digits + power;
  if (digits > ALL_DIGITS || power > MAX_POWER || power < -MAX_POWER || size > MAX_POWER || size < -MAX_POWER)
    return Number.NaN;
  const whole = leading + second;
  const rest = second - (whole - leading);
  const p = powerHigh(power);
  const product = whole * p;
  const error = productError(whole, p, product) + (whole * powerLow(power) + rest * p);
  const value = product + error;
  const left = error - (value - product);
  // All errors of this sum are below 2**-98 of the value. Where they could change the rounding, it is not used.
  const doubt = value * 2 ** -98;
  return value + (left - doubt) === value && value + (left + doubt) === value ? value : Number.NaN;
}

function readSlowly(bytes: Uint8Array, from: number, to: number): number {
  let text = "";
  for (let i = from; i < to; i++) text += String.fromCharCode(bytes[i]!);
  return Number(text);
}

function readWord(bytes: Uint8Array, from: number, to: number): number {
  if (to - from > 64) return Number.NaN;
  let text = "";
  for (let i = from; i < to; i++) text += String.fromCharCode(bytes[i]! || 0x20);
  const m = /^([+-]?)inf(inity)?(\s*.)?\s*$/is.exec(text);
  if (m === null) return Number.NaN;
  return m[1] === "-" ? -Infinity : Infinity;
}
