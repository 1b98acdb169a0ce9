/** Levels of the normal distribution from which {@link RandomStream.fillNormal} draws. */
const LEVELS = 4096;

/**
 * A sequence of random numbers that depends on its three keys alone: C. Doty-Humphrey's sfc32 (PractRand), whose
 * neighbouring keys give unrelated sequences. Anything random in the sample Sun has keys of its own, so that any part can
 * be computed without the others.
 */
export class RandomStream {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;
  #spare = Number.NaN;

  /** Three keys, of which the lowest 32 bits count. */
  constructor(seed: number, index: number, purpose: number) {
    this.#a = seed | 0;
    this.#b = index | 0;
    this.#c = purpose | 0;
    for (let i = 0; i < 15; i++) this.next();
  }

  /** 32 random bits, unsigned. */
  next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** Between `from` and `to`, both excluded. */
  uniform(from = 0, to = 1): number {
    return from + ((to - from) * (this.next() + 0.5)) / 2 ** 32;
  }

  /** Of the normal distribution of mean 0 and variance 1: Box and Muller. */
  normal(): number {
    if (!Number.isNaN(this.#spare)) {
      const spare = this.#spare;
      this.#spare = Number.NaN;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(this.uniform()));
    const angle = this.uniform(0, 2 * Math.PI);
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** Exponentially distributed with mean 1. */
  exponential(): number {
    return -Math.log(this.uniform());
  }

  /** Fills an array with normal deviates of 4096 levels, none beyond 3.7: for the noise of pictures, where speed counts. */
  fillNormal(out: Float32Array): Float32Array {
    const levels = normalLevels();
    let a = this.#a;
    let b = this.#b;
    let c = this.#c;
    let counter = this.#counter;
    for (let i = 0; i < out.length; i += 2) {
      const sum = (a + b + counter) | 0;
      counter = (counter + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = (((c << 21) | (c >>> 11)) + sum) | 0;
      out[i] = levels[sum >>> 20]!;
      if (i + 1 < out.length) out[i + 1] = levels[(sum >>> 4) & (LEVELS - 1)]!;
    }
    this.#a = a;
    this.#b = b;
    this.#c = c;
    this.#counter = counter;
    return out;
  }
}

let levelTable: Float32Array | undefined;

/**
 * Quantiles of the normal distribution at (k + 1/2) / LEVELS. The quantile z(u) obeys dz/du = sqrt(2 pi) exp(z^2 / 2), which is
 * integrated from z(1/2) = 0 by Runge and Kutta's fourth order.
 */
function normalLevels(): Float32Array {
  if (levelTable !== undefined) return levelTable;
  const table = new Float32Array(LEVELS);
  const slope = (z: number) => Math.sqrt(2 * Math.PI) * Math.exp((z * z) / 2);
  let z = 0;
  let step = 0.5 / LEVELS;
  for (let k = LEVELS / 2; k < LEVELS; k++) {
    // Shorter steps than a level where the slope runs away, near u = 1.
    for (let part = 0; part < 8; part++) {
      const h = step / 8;
      const k1 = slope(z);
      const k2 = slope(z + (h / 2) * k1);
      const k3 = slope(z + (h / 2) * k2);
      z += (h / 6) * (k1 + 2 * k2 + 2 * k3 + slope(z + h * k3));
    }
    step = 1 / LEVELS;
    table[k] = z;
    table[LEVELS - 1 - k] = -z;
  }
  levelTable = table;
  return table;
}
