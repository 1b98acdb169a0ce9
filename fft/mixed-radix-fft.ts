import {
  type Butterfly,
  butterfly2,
  butterfly3,
  butterfly4,
  butterfly5,
  oddButterfly,
} from "./butterflies.js";
import type { ComplexFft } from "./complex-fft.js";
import { writeRoot } from "./roots-of-unity.js";

interface Pass {
  readonly butterfly: Butterfly;
  /** Points of the transforms that this pass leaves to the later ones. */
  readonly m: number;
  /** How many transforms lie interleaved. */
  readonly stride: number;
  /** w^(p k) for p = 0..m-1, k = 1..radix-1, p slowest; w = exp(-2 pi i / (m radix)). */
  readonly twRe: Float64Array;
  readonly twIm: Float64Array;
}

/** The radices of the passes: fours as long as two twos are left. */
function radices(factors: readonly number[]): number[] {
  const twos = factors.filter((p) => p === 2).length;
  return [
    ...Array.from({ length: twos >> 1 }, () => 4),
    ...(twos % 2 === 1 ? [2] : []),
    ...factors.filter((p) => p !== 2),
  ];
}

function butterflyOf(radix: number): Butterfly {
  switch (radix) {
    case 2:
      return butterfly2;
    case 3:
      return butterfly3;
    case 4:
      return butterfly4;
    case 5:
      return butterfly5;
    default:
      return oddButterfly(radix);
  }
}

/**
 * Decimation in frequency that sorts itself (Stockham): each pass reads one pair of arrays and writes the other, both
 * in order, so no bit reversal is needed and any mixture of radices will do.
 */
export class MixedRadixFft implements ComplexFft {
  readonly length: number;
  readonly #passes: readonly Pass[];
  readonly #re: Float64Array;
  readonly #im: Float64Array;

  /** @param factors the prime factors of `length`; each costs length * factor operations */
  constructor(length: number, factors: readonly number[]) {
    this.length = length;
    this.#re = new Float64Array(length);
    this.#im = new Float64Array(length);
    let left = length;
    this.#passes = radices(factors).map((radix) => {
      const stride = length / left;
      const m = left / radix;
      const twRe = new Float64Array(m * (radix - 1));
      const twIm = new Float64Array(m * (radix - 1));
      for (let p = 0, at = 0; p < m; p++)
        for (let k = 1; k < radix; k++, at++) writeRoot(p * k, left, twRe, twIm, at);
      left = m;
      return { butterfly: butterflyOf(radix), m, stride, twRe, twIm };
    });
  }

  forward(re: Float64Array, im: Float64Array): void {
    let fromRe = re;
    let fromIm = im;
    let toRe = this.#re;
    let toIm = this.#im;
    for (const { butterfly, m, stride, twRe, twIm } of this.#passes) {
      butterfly(fromRe, fromIm, toRe, toIm, m, stride, twRe, twIm);
      [fromRe, toRe] = [toRe, fromRe];
      [fromIm, toIm] = [toIm, fromIm];
    }
    if (fromRe !== re) {
      re.set(fromRe);
      im.set(fromIm);
    }
  }
}
