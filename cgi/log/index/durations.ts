/** Shortest duration that is told from shorter ones, ms. */
const SHORTEST_MS = 0.01;
/** Bins of a factor of two: each is 19 % wide, so its middle is right within 9 %. */
const PER_OCTAVE = 4;
/** Up to three hours. */
export const DURATION_BINS = 120;

/** The bin of a duration. */
export function durationBin(ms: number): number {
  if (!(ms > SHORTEST_MS)) return 0;
  return Math.min(DURATION_BINS - 1, 1 + Math.floor(Math.log2(ms / SHORTEST_MS) * PER_OCTAVE));
}

/** The middle of a bin, ms. */
function middle(bin: number): number {
  return bin === 0 ? SHORTEST_MS : SHORTEST_MS * 2 ** ((bin - 0.5) / PER_OCTAVE);
}

/** The duration, ms, which that part of all do not exceed, within 9 %; `undefined` of none. `bins` has {@link DURATION_BINS} counts. */
export function percentile(bins: ArrayLike<number>, part: number): number | undefined {
  let all = 0;
  for (let bin = 0; bin < DURATION_BINS; bin++) all += bins[bin] ?? 0;
  if (all === 0) return undefined;
  let below = 0;
  for (let bin = 0; bin < DURATION_BINS; bin++) {
    below += bins[bin] ?? 0;
    if (below >= part * all) return middle(bin);
  }
  return middle(DURATION_BINS - 1);
}
