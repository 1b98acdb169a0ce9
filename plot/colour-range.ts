import { isSigned } from "./colour-scale.js";
import { type AxisRange, niceRange, type ScaleType } from "./ticks.js";

/** Parts of the values below and above which colours no longer change: single outliers would hide all others. */
const LOW_PART = 0.005;
const HIGH_PART = 0.995;

/** What is said of colours before any value is seen. */
export interface ColourWishes {
  readonly scale?: ScaleType;
  readonly range?: { readonly low: number; readonly high: number };
}

/**
 * The range of colours of values: what is wished where it can be, else nearly all of them, on the scale that suits them; of values of both
 * signs that are roughly even about zero as far to both sides. `undefined` where there is nothing to be shown.
 * @param values ascending, without NaN
 */
export function colourRange(
  values: Float64Array,
  { scale: given, range }: ColourWishes,
): AxisRange | undefined {
  const positive = values.filter((value) => value > 0);
  const scale = given ?? suitableScale(values, positive);
  if (range !== undefined && (scale === "linear" || range.low > 0)) return balanced({ ...range, scale });
  const shown = scale === "log" ? positive : values;
  if (shown.length === 0) return undefined;
  const low = shown[Math.floor((shown.length - 1) * LOW_PART)]!;
  const high = shown[Math.ceil((shown.length - 1) * HIGH_PART)]!;
  return low < high ? balanced({ low, high, scale }) : niceRange(low, high, scale);
}

/** Zero in the middle where both signs are there. */
function balanced(range: AxisRange): AxisRange {
  if (!isSigned(range)) return range;
  const most = Math.max(-range.low, range.high);
  return { ...range, low: -most, high: most };
}

/** Values of one sign over several powers of ten are told apart only logarithmically. */
function suitableScale(all: Float64Array, positive: Float64Array): ScaleType {
  if (all.length === 0 || positive.length < 0.9 * all.length) return "linear";
  const low = positive[Math.floor(positive.length * 0.05)]!;
  const high = positive[Math.floor((positive.length - 1) * 0.95)]!;
  return high / low > 30 ? "log" : "linear";
}
