/** Which values a picture shows at its ends, in percents of the pixels that have one. */
export interface RobustEnds {
  /** `magnitudes`: the range is the same on both sides of zero, and `high` is a percent of the magnitudes. */
  readonly of: "values" | "magnitudes";
  readonly low: number;
  readonly high: number;
}

/** Values a side of an image that are looked at: a quarter of a million sorts in some ten milliseconds. */
const SAMPLE_SIDE = 512;

/** Every so many pixels of a row, and every so many rows, one is looked at; all of an image of up to 512 x 512 pixels. */
export function sampleStep(width: number, height: number): number {
  return Math.ceil(Math.max(width, height) / SAMPLE_SIDE);
}

/**
 * A range that a few wild pixels do not move; `undefined` where there is no value.
 *
 * @param sample values, NaN where missing; they are sorted in place
 */
export function robustRange(
  sample: Float64Array,
  { of, low, high }: RobustEnds,
): readonly [number, number] | undefined {
  if (of === "magnitudes") for (let i = 0; i < sample.length; i++) sample[i] = Math.abs(sample[i]!);
  // NaN is sorted to the end.
  sample.sort();
  let count = sample.length;
  while (count > 0 && Number.isNaN(sample[count - 1]!)) count--;
  if (count === 0) return undefined;
  const end = percentile(sample, count, high);
  return of === "magnitudes" ? [-end, end] : [percentile(sample, count, low), end];
}

/** Between two values in proportion, as numpy's `percentile` does. */
function percentile(sorted: Float64Array, count: number, percent: number): number {
  const at = (percent / 100) * (count - 1);
  const below = Math.floor(at);
  const value = sorted[below]!;
  const next = sorted[Math.min(below + 1, count - 1)]!;
  return value + (next - value) * (at - below);
}
