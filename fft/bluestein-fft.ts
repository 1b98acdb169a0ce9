import type { ComplexFft } from "./complex-fft.js";
import { MixedRadixFft } from "./mixed-radix-fft.js";
import { writeRoot } from "./roots-of-unity.js";

/**
 * Transform of any length as a convolution of a power-of-two length: with c_j = exp(-i pi j^2 / n),
 * X_k = c_k sum_j (x_j c_j) conj(c_{k-j}). For lengths with a large prime factor.
 */
export class BluesteinFft implements ComplexFft {
  readonly length: number;
  readonly #convolution: MixedRadixFft;
  readonly #chirpRe: Float64Array;
  readonly #chirpIm: Float64Array;
  /** Transform of conj(c), divided by the convolution length. */
  readonly #kernelRe: Float64Array;
  readonly #kernelIm: Float64Array;
  readonly #re: Float64Array;
  readonly #im: Float64Array;

  constructor(length: number) {
    const n = length;
    const twos = Math.ceil(Math.log2(2 * n - 1));
    const size = 2 ** twos;
    this.length = n;
    this.#convolution = new MixedRadixFft(
      size,
      Array.from({ length: twos }, () => 2),
    );
    this.#chirpRe = new Float64Array(n);
    this.#chirpIm = new Float64Array(n);
    this.#kernelRe = new Float64Array(size);
    this.#kernelIm = new Float64Array(size);
    this.#re = new Float64Array(size);
    this.#im = new Float64Array(size);
    let square = 0; // j^2 mod 2n, carried by (j+1)^2 = j^2 + 2j + 1 so that it stays an exact small integer
    for (let j = 0; j < n; j++) {
      writeRoot(square, 2 * n, this.#chirpRe, this.#chirpIm, j);
      const re = this.#chirpRe[j]! / size;
      const im = -this.#chirpIm[j]! / size;
      this.#kernelRe[j] = re;
      this.#kernelIm[j] = im;
      if (j > 0) {
        this.#kernelRe[size - j] = re;
        this.#kernelIm[size - j] = im;
      }
      square = (square + 2 * j + 1) % (2 * n);
    }
    this.#convolution.forward(this.#kernelRe, this.#kernelIm);
  }

  forward(re: Float64Array, im: Float64Array): void {
    const n = this.length;
    const [cr, ci, kr, ki, ar, ai] = [
      this.#chirpRe,
      this.#chirpIm,
      this.#kernelRe,
      this.#kernelIm,
      this.#re,
      this.#im,
    ];
    for (let j = 0; j < n; j++) {
      const xr = re[j]!;
      const xi = im[j]!;
      ar[j] = xr * cr[j]! - xi * ci[j]!;
      ai[j] = xr * ci[j]! + xi * cr[j]!;
    }
    ar.fill(0, n);
    ai.fill(0, n);
    this.#convolution.forward(ar, ai);
    for (let j = 0; j < ar.length; j++) {
      const xr = ar[j]!;
      const xi = ai[j]!;
      ar[j] = xr * kr[j]! - xi * ki[j]!;
      ai[j] = xr * ki[j]! + xi * kr[j]!;
    }
    // The inverse transform is the forward one with the parts exchanged.
    this.#convolution.forward(ai, ar);
    for (let k = 0; k < n; k++) {
      const xr = ar[k]!;
      const xi = ai[k]!;
      re[k] = xr * cr[k]! - xi * ci[k]!;
      im[k] = xr * ci[k]! + xi * cr[k]!;
    }
  }
}
