import { hash32 } from "../synthetic/sample-clock.js";

/** The walk spans 2**32 s, from 68 years before 2000-01-01 to 68 years after; beyond, it is mirrored. */
const TOP_LEVEL = 32;
const HALF_SPAN = 2 ** (TOP_LEVEL - 1);
/** Finest steps: 2**-7 s; between them the walk is a straight line. */
const FINEST_LEVEL = -7;

/**
 * A Gaussian random walk whose variance grows by 1 a second, as a function of time alone: the Levy-Ciesielski construction,
 * in which each level adds random middles to the straight lines of the level above. Any two requests for a time get the
 * same value, which a walk that starts at the begin of the request cannot give.
 */
export class RandomWalk {
  readonly #seed: number;
  /** The random number of the interval last used at each level: neighbours in time share all but the finest. */
  readonly #index = new Float64Array(TOP_LEVEL - FINEST_LEVEL).fill(-1);
  readonly #normal = new Float64Array(TOP_LEVEL - FINEST_LEVEL);

  /** @param seed 32 bits; another seed is another walk */
  constructor(seed: number) {
    this.#seed = seed;
  }

  /** @param seconds from 2000-01-01 */
  at(seconds: number): number {
    let at = mirrored(seconds + HALF_SPAN);
    let value = 0;
    let index = 0;
    let length = 2 ** TOP_LEVEL;
    // At the border of an interval all finer levels add nothing.
    for (let level = TOP_LEVEL; level > FINEST_LEVEL && at > 0; level--) {
      const half = length / 2;
      const tent = at < half ? at / half : (length - at) / half;
      value += tent * Math.sqrt(length / 4) * this.#random(index, level);
      const right = at >= half;
      if (right) at -= half;
      index = 2 * index + (right ? 1 : 0);
      length = half;
    }
    return value;
  }

  #random(index: number, level: number): number {
    const slot = TOP_LEVEL - level;
    if (this.#index[slot] !== index) {
      this.#index[slot] = index;
      this.#normal[slot] = normal(index, level, this.#seed);
    }
    return this.#normal[slot]!;
  }
}

function mirrored(at: number): number {
  const length = 2 * HALF_SPAN;
  const fold = at - 2 * length * Math.floor(at / (2 * length));
  return fold < length ? fold : 2 * length - fold;
}

/** A number of the standard normal distribution: Box and Muller, from two hashes. */
function normal(index: number, level: number, seed: number): number {
  const high = Math.floor(index / 2 ** 32);
  const u = (hash32(index, level + 64 * high, seed) + 1) / (2 ** 32 + 1);
  const v = hash32(seed, index, level + 64 * high + 100_000) / 2 ** 32;
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
}
