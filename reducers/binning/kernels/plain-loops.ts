import type { FillTest } from "../../../stream/fill.js";
import type { Scatter } from "./slot-groups.js";

/**
 * The arithmetic of a bin in plain loops. Every function takes `values`, packet-major, `slots` values a packet, and
 * the packets from `from` up to and without `to`; a value that is fill or NaN is left out. Sums take the samples
 * in stream order in binary64, as the compiled kernels do, so that both give the same bits. Source: reducers 1.4, 3.3.
 */
export interface PacketValues {
  readonly values: Float64Array;
  readonly slots: number;
  readonly from: number;
  readonly to: number;
}

/** `sum[i] += v` and `count[i] += 1`. */
export function addSamples(p: PacketValues, fill: FillTest, sum: Float64Array, count: Float64Array): void {
  const { values, slots } = p;
  const { lo, hi } = fill;
  const end = p.to * slots;
  for (let i = 0; i < slots; i++) {
    let total = sum[i]!;
    let good = count[i]!;
    for (let at = p.from * slots + i; at < end; at += slots) {
      const v = values[at]!;
      if (v < lo || v > hi) {
        total += v;
        good += 1;
      }
    }
    sum[i] = total;
    count[i] = good;
  }
}

/** `low[i]` and `high[i]` become the least and the greatest. */
export function boundSamples(p: PacketValues, fill: FillTest, low: Float64Array, high: Float64Array): void {
  const { values, slots } = p;
  const { lo, hi } = fill;
  const end = p.to * slots;
  for (let i = 0; i < slots; i++) {
    let least = low[i]!;
    let greatest = high[i]!;
    for (let at = p.from * slots + i; at < end; at += slots) {
      const v = values[at]!;
      if (v < lo || v > hi) {
        if (v < least) least = v;
        if (v > greatest) greatest = v;
      }
    }
    low[i] = least;
    high[i] = greatest;
  }
}

/**
 * Welford's recurrence. (The sum of squares of the plain formula would lose all digits of a small scatter about a
 * large mean.)
 */
export function scatterSamples(p: PacketValues, fill: FillTest, { seen, mean, squares }: Scatter): void {
  const { values, slots } = p;
  const { lo, hi } = fill;
  const end = p.to * slots;
  for (let i = 0; i < slots; i++) {
    let k = seen[i]!;
    let centre = mean[i]!;
    let scatter = squares[i]!;
    for (let at = p.from * slots + i; at < end; at += slots) {
      const v = values[at]!;
      if (v < lo || v > hi) {
        const distance = v - centre;
        centre += distance / ++k;
        scatter += distance * (v - centre);
      }
    }
    seen[i] = k;
    mean[i] = centre;
    squares[i] = scatter;
  }
}

/** `sum[i] += v^2` and `count[i] += 1`. */
export function addSquares(p: PacketValues, fill: FillTest, sum: Float64Array, count: Float64Array): void {
  const { values, slots } = p;
  const { lo, hi } = fill;
  for (let at = p.from * slots, i = 0; at < p.to * slots; at++) {
    const v = values[at]!;
    if (v < lo || v > hi) {
      sum[i]! += v * v;
      count[i]! += 1;
    }
    if (++i === slots) i = 0;
  }
}

/** `sum[i] += v*n` and `count[i] += n` where `n`, the number of samples behind the value, is a number above 0. */
export function addWeighted(
  p: PacketValues,
  fill: FillTest,
  weights: { readonly values: Float64Array; readonly fill: FillTest },
  sum: Float64Array,
  count: Float64Array,
): void {
  const { values, slots } = p;
  const { lo, hi } = fill;
  for (let at = p.from * slots, i = 0; at < p.to * slots; at++) {
    const v = values[at]!;
    const n = weights.values[at]!;
    if ((v < lo || v > hi) && n > 0 && (n < weights.fill.lo || n > weights.fill.hi)) {
      sum[i]! += v * n;
      count[i]! += n;
    }
    if (++i === slots) i = 0;
  }
}

/**
 * Deviations about their means become the deviation of all samples about the mean of all: the recurrence of
 * {@link scatterSamples} for groups of samples (Chan, Golub and LeVeque, 1979).
 */
export function poolDeviations(
  p: PacketValues,
  fill: FillTest,
  centres: Float64Array,
  weights: { readonly values: Float64Array; readonly fill: FillTest },
  { seen, mean, squares }: Scatter,
): void {
  const { values, slots } = p;
  const { lo, hi } = fill;
  for (let at = p.from * slots, i = 0; at < p.to * slots; at++) {
    const v = values[at]!;
    const n = weights.values[at]!;
    if ((v < lo || v > hi) && n > 0 && (n < weights.fill.lo || n > weights.fill.hi)) {
      const before = seen[i]!;
      const all = before + n;
      const distance = centres[at]! - mean[i]!;
      seen[i] = all;
      mean[i]! += (distance * n) / all;
      squares[i]! += v * v * (n - 1) + distance * distance * ((before * n) / all);
    }
    if (++i === slots) i = 0;
  }
}
