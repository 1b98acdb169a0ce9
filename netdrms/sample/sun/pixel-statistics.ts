import type { PixelScaling } from "./sun-image.js";

/** What the keywords DATAMIN to DATAKURT say of the pixels of a picture, in its physical unit. */
export interface PixelStatistics {
  /** Pixels with a value. All other numbers are NaN where there is none. */
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly median: number;
  readonly mean: number;
  /** Root mean square deviation from the mean. */
  readonly rms: number;
  readonly skewness: number;
  /** Excess over that of a normal distribution. */
  readonly kurtosis: number;
  /** For each part asked for the smallest value that is not below this part of the pixels. */
  readonly quantiles: readonly number[];
}

type Stored = Int32Array | Int16Array;

/** Sums of the powers of the distance from some stored value, and the extremes. */
interface Sums {
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly powers: readonly [number, number, number, number];
}

/**
 * Statistics of growing sets of stored pixels, BLANK left out: of the first group, of the first two, and so on.
 *
 * @param parts quantiles wanted, 0 to 1
 * @returns one for each group
 */
export function pixelStatistics(
  groups: readonly Stored[],
  scaling: PixelScaling,
  parts: readonly number[] = [],
): readonly PixelStatistics[] {
  const values = groups.map((group) => withoutBlanks(group, scaling.blank));
  const origin = values.find((group) => group.length > 0)?.[0] ?? 0;
  let sums: Sums = { count: 0, min: origin, max: origin, powers: [0, 0, 0, 0] };
  const grown = values.map((group) => {
    sums = added(sums, group, origin);
    return sums;
  });
  const counts = new Uint32Array(sums.max - sums.min + 1);
  return grown.map((sumsOfGroup, k) => {
    countInto(counts, values[k]!, sums.min);
    const quantiles = quantilesOf(counts, sums.min, sumsOfGroup.count, [0.5, ...parts]);
    return described(sumsOfGroup, origin, quantiles, scaling);
  });
}

function withoutBlanks(stored: Stored, blank: number): Stored {
  if (!stored.includes(blank)) return stored;
  return stored.filter((v) => v !== blank);
}

/** Stored values are integers not far from each other: the powers of their distances lose nothing that shows. */
function added(before: Sums, values: Stored, origin: number): Sums {
  let { min, max } = before;
  let [sum1, sum2, sum3, sum4] = before.powers;
  for (let i = 0; i < values.length; i++) {
    const v = values[i]!;
    if (v < min) min = v;
    else if (v > max) max = v;
    const d = v - origin;
    const square = d * d;
    sum1 += d;
    sum2 += square;
    sum3 += square * d;
    sum4 += square * square;
  }
  return { count: before.count + values.length, min, max, powers: [sum1, sum2, sum3, sum4] };
}

function described(
  { count, min, max, powers }: Sums,
  origin: number,
  quantiles: readonly number[],
  scaling: PixelScaling,
): PixelStatistics {
  const [m1, m2, m3, m4] = powers.map((sum) => sum / count) as [number, number, number, number];
  const second = m2 - m1 ** 2;
  const third = m3 - 3 * m1 * m2 + 2 * m1 ** 3;
  const fourth = m4 - 4 * m1 * m3 + 6 * m1 ** 2 * m2 - 3 * m1 ** 4;
  const rms = Math.sqrt(Math.max(0, second));
  const physical = (v: number): number => (count === 0 ? Number.NaN : scaling.zero + scaling.scale * v);
  const [median, ...others] = quantiles.map(physical);
  return {
    count,
    min: physical(min),
    max: physical(max),
    median: median!,
    mean: physical(origin + m1),
    rms: scaling.scale * rms,
    skewness: third / rms ** 3,
    kurtosis: fourth / second ** 2 - 3,
    quantiles: others,
  };
}

/** Counts each value between the extremes, which is faster than to sort. */
function countInto(counts: Uint32Array, values: Stored, min: number): void {
  for (let i = 0; i < values.length; i++) counts[values[i]! - min]!++;
}

function quantilesOf(
  counts: Uint32Array,
  min: number,
  total: number,
  parts: readonly number[],
): readonly number[] {
  return parts.map((part) => {
    const wanted = Math.max(1, Math.ceil(part * total));
    let passed = 0;
    for (let k = 0; k < counts.length; k++) {
      passed += counts[k]!;
      if (passed >= wanted) return min + k;
    }
    return Number.NaN;
  });
}
