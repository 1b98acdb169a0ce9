import { parseReal } from "./number-text.js";

/** The values a number may have. */
export interface NumberRange {
  /** -Infinity where there is no bound. */
  readonly low: number;
  readonly high: number;
  readonly lowOpen: boolean;
  readonly highOpen: boolean;
}

/**
 * A range as a declaration writes it: `[0,100)`; `[` and `]` are closed, `(` and `)` open, no bracket is closed, and a bound
 * that is missing is infinite. `undefined` where the text is none, or no number can be in it. Source: netdrms 7.2.
 */
export function parseRange(text: string): NumberRange | undefined {
  const [, left, lowText = "", highText = "", right] =
    /^\s*([[(]?)([^,[\]()]*),([^,[\]()]*)([\])]?)\s*$/.exec(text) ?? [];
  if (left === undefined) return undefined;
  const low = boundOf(lowText, Number.NEGATIVE_INFINITY);
  const high = boundOf(highText, Number.POSITIVE_INFINITY);
  if (low === undefined || high === undefined) return undefined;
  const range = { low, high, lowOpen: left === "(", highOpen: right === ")" };
  const isEmpty = low > high || (low === high && (range.lowOpen || range.highOpen));
  return isEmpty ? undefined : range;
}

function boundOf(text: string, missing: number): number | undefined {
  if (text.trim() === "") return missing;
  const bound = parseReal(text);
  return bound === undefined || Number.isNaN(bound) ? undefined : bound;
}

/** Whether the range holds the value; none holds NaN. */
export function isInRange({ low, high, lowOpen, highOpen }: NumberRange, value: number): boolean {
  return (lowOpen ? value > low : value >= low) && (highOpen ? value < high : value <= high);
}
