import { EXACT_POWERS, MAX_POWER, powerHigh, powerLow, productError, wholeParts } from "./powers-of-ten.js";

/** Most digits for which {@link findDigits} is used; more are made by {@link longDigits}. */
export const MAX_FAST_DIGITS = 17;

/**
 * What {@link findDigits} found, until it is called again. Up to 9 digits stand in `low`; of more the last 8 stand in
 * `low` and those before in `high`.
 */
export const found = { high: 0, low: 0, exponent: 0 };

const f64 = new Float64Array(1);
const u32 = new Uint32Array(f64.buffer);
/** Where the sign and exponent of a double stand, which depends on the byte order of the machine. */
const TOP = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0;

/**
 * The first `count` digits of `v`, rounded half to even by its exact decimal expansion as C printf does, into
 * {@link found}: v is about d.ddd * 10**exponent.
 *
 * @param v positive, finite
 * @param count 1 to 17
 */
export function findDigits(v: number, count: number): void {
  f64[0] = v;
  // floor(log10(2**e)) is the exponent of ten or one less.
  let exponent = Math.floor(((u32[TOP]! >>> 20) - 1023) * 0.30102999566398114);
  const power = count - 1 - exponent;
  if (power <= MAX_POWER && power >= -MAX_POWER && exponent < MAX_POWER && exponent > -MAX_POWER) {
    if (reaches(v, exponent + 1)) exponent++;
    const done =
      count <= 15 ? roundShort(v, count, count - 1 - exponent) : roundLong(v, count, count - 1 - exponent);
    if (done) {
      found.exponent += exponent;
      return;
    }
  }
  const { digits, exponent: e } = longDigits(v, count);
  found.high = count > 9 ? Number(digits.slice(0, -8)) : 0;
  found.low = Number(count > 9 ? digits.slice(-8) : digits);
  found.exponent = e;
}

/** Whether v >= 10**k; the double nearest to 10**k may itself lie below. */
function reaches(v: number, k: number): boolean {
  if (k >= 0 && k <= 22) return v >= EXACT_POWERS[k]!;
  const nearest = powerHigh(k);
  return v > nearest || (v === nearest && powerLow(k) <= 0);
}

/** Rounding of a scaled value nearer to a tie than this is not trusted. The error is below 1e17 * 2**-100. */
const DOUBT = 1e-10;

/** At most 15 digits: the whole number v * 10**power fits a double. False where the rounding is in doubt. */
function roundShort(v: number, count: number, power: number): boolean {
  let n: number;
  let above: number; // what decides: beyond the half (positive), on it (zero) or below (negative)
  if (power < 0 && power >= -22) {
    const p = EXACT_POWERS[-power]!;
    n = Math.floor(v / p);
    // The remainder of the division is a whole multiple of the last bit of v, so it is exact.
    const product = n * p;
    let rest = v - product - productError(n, p, product);
    if (rest < 0) {
      n--;
      rest += p;
    } else if (rest >= p) {
      n++;
      rest -= p;
    }
    above = rest * 2 - p;
  } else {
    const exact = power >= 0 && power <= 22;
    const p = exact ? EXACT_POWERS[power]! : powerHigh(power);
    const product = v * p;
    const error = exact ? productError(v, p, product) : productError(v, p, product) + v * powerLow(power);
    n = Math.floor(product);
    // The sign of this sum is right: a sum of two doubles rounds to zero only when it is zero.
    above = product - n - 0.5 + error;
    if (!exact && above < DOUBT && above > -DOUBT) return false;
  }
  if (above > 0 || (above === 0 && n % 2 === 1)) n++;
  const end = EXACT_POWERS[count]!;
  if (n < EXACT_POWERS[count - 1]!) return false;
  found.exponent = 0;
  if (n >= end) {
    n = EXACT_POWERS[count - 1]!;
    found.exponent = 1;
  }
  if (count <= 9) found.low = n;
  else {
    const high = Math.floor(n / 1e8);
    found.high = high;
    found.low = n - high * 1e8;
  }
  return true;
}

/** 16 or 17 digits: as {@link roundShort}, but the whole number is split before it is rounded. */
function roundLong(v: number, count: number, power: number): boolean {
  const exact = power >= 0 && power <= 22;
  const p = exact ? EXACT_POWERS[power]! : powerHigh(power);
  const product = v * p;
  let error = productError(v, p, product);
  if (!exact) error += v * powerLow(power);
  let high = Math.floor(product / 1e8);
  // Whole multiples of 2**8 below 2**57 and their difference: exact.
  const below = product - high * 1e8;
  const whole = Math.floor(below);
  const part = below - whole;
  const carry = Math.floor(part + error);
  const above = part - carry - 0.5 + error;
  if (!exact && above < DOUBT && above > -DOUBT) return false;
  let low = whole + carry;
  if (above > 0 || (above === 0 && Math.abs(low) % 2 === 1)) low++;
  if (low < 0) {
    low += 1e8;
    high--;
  } else if (low >= 1e8) {
    low -= 1e8;
    high++;
  }
  if (high < EXACT_POWERS[count - 9]!) return false;
  found.exponent = 0;
  if (high >= EXACT_POWERS[count - 8]!) {
    high = EXACT_POWERS[count - 9]!;
    low = 0;
    found.exponent = 1;
  }
  found.high = high;
  found.low = low;
  return true;
}

/**
 * As {@link findDigits} for any number of digits, in whole numbers of any length.
 * @param v positive, finite
 */
export function longDigits(v: number, count: number): { digits: string; exponent: number } {
  const { mantissa, exponent: e2 } = wholeParts(v);
  let exponent = Math.floor(Math.log10(v));
  for (;;) {
    const power = count - 1 - exponent;
    const over = mantissa * (e2 > 0 ? 1n << BigInt(e2) : 1n) * (power > 0 ? 10n ** BigInt(power) : 1n);
    const under = (e2 < 0 ? 1n << BigInt(-e2) : 1n) * (power < 0 ? 10n ** BigInt(-power) : 1n);
    const quotient = over / under;
    // Before rounding: a logarithm that is one off must not look like a carry.
    const length = String(quotient).length;
    if (length !== count) {
      exponent += length > count ? 1 : -1;
      continue;
    }
    const twice = (over - quotient * under) * 2n;
    const up = twice > under || (twice === under && (quotient & 1n) === 1n);
    const digits = String(up ? quotient + 1n : quotient);
    return digits.length === count
      ? { digits, exponent }
      : { digits: digits.slice(0, count), exponent: exponent + 1 };
  }
}
