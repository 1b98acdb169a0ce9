import { DasError } from "../errors/das-error.js";
import { type ComplexFft, complexFft } from "./complex-fft.js";
import { writeRoot } from "./roots-of-unity.js";

/**
 * Longest real transform: its n/2 + 1 frequencies still fit the item limit of one table plane (das2-stream A17).
 * A plan and its work arrays take about 40 bytes a sample, 80 MB at this length (Bluestein: 160 bytes).
 */
export const LONGEST_REAL_FFT = 1_999_998;

/**
 * Transform of n real samples, n even: one complex transform of n/2 points, then the split
 * X_k = E_k + exp(-2 pi i k / n) O_k with E and O the transforms of the even and odd samples. Double precision.
 */
export class RealFft {
  /** Number of samples. */
  readonly length: number;
  readonly #half: ComplexFft;
  readonly #rootRe: Float64Array;
  readonly #rootIm: Float64Array;
  readonly #re: Float64Array;
  readonly #im: Float64Array;

  /** Errors: BAD_PARAMETER for an odd length, one below 2 or one above {@link LONGEST_REAL_FFT}. */
  constructor(length: number) {
    if (!Number.isInteger(length) || length < 2 || length % 2 !== 0 || length > LONGEST_REAL_FFT)
      throw new DasError(
        "BAD_PARAMETER",
        `transform length ${length} is not an even number from 2 to ${LONGEST_REAL_FFT}`,
      );
    this.length = length;
    const half = length / 2;
    this.#half = complexFft(half);
    const roots = (half >> 1) + 1;
    this.#rootRe = new Float64Array(roots);
    this.#rootIm = new Float64Array(roots);
    for (let k = 0; k < roots; k++) writeRoot(k, length, this.#rootRe, this.#rootIm, k);
    this.#re = new Float64Array(half);
    this.#im = new Float64Array(half);
  }

  /**
   * X_k = sum_j input[j] exp(-2 pi i j k / n) for k = 0..n/2, unscaled. `input` has n values from `from` on;
   * `re` and `im` get n/2 + 1.
   */
  forward(input: Float64Array, re: Float64Array, im: Float64Array, from = 0): void {
    const half = this.length / 2;
    const [zr, zi, rootRe, rootIm] = [this.#re, this.#im, this.#rootRe, this.#rootIm];
    for (let j = 0, at = from; j < half; j++, at += 2) {
      zr[j] = input[at]!;
      zi[j] = input[at + 1]!;
    }
    this.#half.forward(zr, zi);
    re[0] = zr[0]! + zi[0]!;
    im[0] = 0;
    re[half] = zr[0]! - zi[0]!;
    im[half] = 0;
    // k and n/2 - k share their sums: X_(n/2-k) is the conjugate of E_k - exp(-2 pi i k / n) O_k.
    for (let k = 1, j = half - 1; k <= j; k++, j--) {
      const er = 0.5 * (zr[k]! + zr[j]!);
      const ei = 0.5 * (zi[k]! - zi[j]!);
      const or = 0.5 * (zi[k]! + zi[j]!);
      const oi = 0.5 * (zr[j]! - zr[k]!);
      const wr = rootRe[k]!;
      const wi = rootIm[k]!;
      const tr = or * wr - oi * wi;
      const ti = or * wi + oi * wr;
      re[k] = er + tr;
      im[k] = ei + ti;
      re[j] = er - tr;
      im[j] = ti - ei;
    }
  }
}
