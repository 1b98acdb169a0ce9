import type { Time } from "../stream/time.js";

/** Nanoseconds of a day without a leap second. */
export const NS_PER_DAY = 86_400_000_000_000n;

/** Nanoseconds from 2000-01-01 to an instant, in days of 86400 s: exact where a double no longer is. */
export function nanoseconds(t: Time): bigint {
  return BigInt(t.day) * NS_PER_DAY + BigInt(Math.floor(t.ns));
}

/** The instant so many nanoseconds after 2000-01-01. */
export function timeOfNanoseconds(ns: bigint): Time {
  const inDay = modulo(ns, NS_PER_DAY);
  return { day: Number((ns - inDay) / NS_PER_DAY), ns: Number(inDay) };
}

/**
 * A width of seconds in nanoseconds where it is a whole number of them, to the precision of a double: a looser test would add
 * up over millions of bins. `undefined` for others.
 */
export function wholeNanoseconds(width: number): bigint | undefined {
  const exact = width * 1e9;
  const rounded = Math.round(exact);
  return rounded > 0 && Math.abs(exact - rounded) <= exact * 2 ** -51 ? BigInt(rounded) : undefined;
}

/** The remainder with the sign of the divisor, which is positive. */
export function modulo(value: bigint, divisor: bigint): bigint {
  const rest = value % divisor;
  return rest < 0n ? rest + divisor : rest;
}
