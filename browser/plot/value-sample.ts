/** A part of the values of a table. */
export interface ValueRun {
  readonly values: Float32Array | Float64Array;
  readonly from: number;
  /** Excluded. */
  readonly to: number;
}

/** Most values that are looked at for a range of colours. */
const SAMPLE = 40_000;

/** Some of the values of several runs, taken evenly, NaN left out. */
export function sampleOf(runs: readonly ValueRun[]): Float64Array {
  const total = runs.reduce((sum, { from, to }) => sum + to - from, 0);
  // A step without common factors with the usual numbers of tags, so that all tags come up.
  const step = Math.max(1, Math.floor(total / SAMPLE) | 1);
  const sample: number[] = [];
  for (const { values, from, to } of runs)
    for (let i = from; i < to; i += step) if (!Number.isNaN(values[i]!)) sample.push(values[i]!);
  return Float64Array.from(sample);
}
