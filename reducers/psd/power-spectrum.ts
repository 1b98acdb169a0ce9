import { RealFft } from "../../fft/real-fft.js";

/** The symmetric Hann window w_i = (1 - cos(2 pi i / (n - 1))) / 2, i = 0..n-1. Source: reducers 7.2. */
export function hannWindow(n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => 0.5 * (1 - Math.cos((2 * Math.PI * i) / (n - 1))));
}

/**
 * One-sided power spectral density of segments of n samples, in units squared per Hz: the sum over all frequencies
 * times their spacing 1/(n dt) is the mean square of the windowed samples over that of the window. Source: reducers 7.2.
 */
export class PowerSpectrum {
  /** Samples of a segment. */
  readonly length: number;
  readonly #fft: RealFft;
  readonly #window: Float64Array;
  /** Sum of the squares of the window. */
  readonly #windowPower: number;
  readonly #keepMean: boolean;
  readonly #windowed: Float64Array;
  readonly #re: Float64Array;
  readonly #im: Float64Array;

  /**
   * @param length even
   * @param keepMean whether the mean of a segment stays in
   * Errors: BAD_PARAMETER for a length that cannot be transformed.
   */
  constructor(length: number, keepMean: boolean) {
    this.#fft = new RealFft(length);
    this.length = length;
    this.#keepMean = keepMean;
    this.#window = hannWindow(length);
    this.#windowPower = this.#window.reduce((sum, w) => sum + w * w, 0);
    this.#windowed = new Float64Array(length);
    this.#re = new Float64Array(length / 2 + 1);
    this.#im = new Float64Array(length / 2 + 1);
  }

  /**
   * The spectrum of `samples[from .. from + length)`, taken `dt` seconds apart, into `out` (length/2 + 1 values, from 0 Hz
   * to 1/(2 dt) Hz). Returns whether any value is not zero.
   */
  density(samples: Float64Array, from: number, dt: number, out: Float64Array): boolean {
    const [n, window, windowed, re, im] = [this.length, this.#window, this.#windowed, this.#re, this.#im];
    const mean = this.#keepMean ? 0 : meanOf(samples, from, n);
    for (let i = 0; i < n; i++) windowed[i] = window[i]! * (samples[from + i]! - mean);
    this.#fft.forward(windowed, re, im);
    // P_k n dt of reducers 7.2: of P_k's 1/(n W) only dt/W is left.
    const edge = dt / this.#windowPower;
    const half = n / 2;
    out[0] = re[0]! * re[0]! * edge;
    out[half] = re[half]! * re[half]! * edge;
    let any = out[0] !== 0 || out[half] !== 0;
    for (let k = 1; k < half; k++) {
      const power = (re[k]! * re[k]! + im[k]! * im[k]!) * (2 * edge);
      out[k] = power;
      any ||= power !== 0;
    }
    return any;
  }
}

/** The mean, taken from the first sample so that equal samples give exactly that value and a spectrum of zeros. */
function meanOf(samples: Float64Array, from: number, n: number): number {
  const first = samples[from]!;
  let sum = 0;
  for (let i = from; i < from + n; i++) sum += samples[i]! - first;
  return first + sum / n;
}
