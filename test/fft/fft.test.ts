import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isDasError } from "../../errors/das-error.js";
import { complexFft, primeFactors } from "../../fft/complex-fft.js";
import { LONGEST_REAL_FFT, RealFft } from "../../fft/real-fft.js";

/** Noise of a linear congruential generator in [-0.5, 0.5): the same numbers on every machine. */
function noise(length: number, seed = 12345): Float64Array {
  let state = seed;
  return Float64Array.from({ length }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 2147483648 - 0.5;
  });
}

/** The definition: sum of x_j exp(-2 pi i j k / n), the angle reduced in integers. */
function directSum(re: Float64Array, im: Float64Array | undefined, k: number): [number, number] {
  const n = re.length;
  let sumRe = 0;
  let sumIm = 0;
  for (let j = 0; j < n; j++) {
    const angle = (-2 * Math.PI * ((j * k) % n)) / n;
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    sumRe += re[j]! * c - (im?.[j] ?? 0) * s;
    sumIm += re[j]! * s + (im?.[j] ?? 0) * c;
  }
  return [sumRe, sumIm];
}

function transform(input: Float64Array): { re: Float64Array; im: Float64Array } {
  const re = new Float64Array(input.length / 2 + 1);
  const im = new Float64Array(input.length / 2 + 1);
  new RealFft(input.length).forward(input, re, im);
  return { re, im };
}

describe("real transform", () => {
  // Powers of two; each small radix; odd primes by butterfly (7..97) and by Bluestein (above); the length of a
  // Van Allen Probes waveform (1584 = 2^4 3^2 11); twice a prime (2018).
  const lengths = [
    16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 46, 48, 50, 64, 74, 96, 100, 194, 202, 250, 256, 486, 512, 1000,
    1018, 1024, 1584, 1998, 2018, 2048, 4096,
  ];
  it.each(lengths)("equals the direct sum within 1e-11, n = %i", (n) => {
    const input = noise(n);
    const { re, im } = transform(input);
    let worst = 0;
    for (let k = 0; k <= n / 2; k++) {
      const [dr, di] = directSum(input, undefined, k);
      worst = Math.max(worst, Math.abs(re[k]! - dr), Math.abs(im[k]! - di));
    }
    expect(worst).toBeLessThan(1e-11);
  });

  it("puts a cosine and a sine of k periods into bin k alone", () => {
    for (const n of [48, 202, 1584]) {
      const k = 7;
      const input = Float64Array.from(
        { length: n },
        (_, j) => 2 * Math.cos((2 * Math.PI * k * j) / n) - 3 * Math.sin((2 * Math.PI * k * j) / n),
      );
      const { re, im } = transform(input);
      re.forEach((value, at) => {
        expect(value).toBeCloseTo(at === k ? n : 0, 9);
        expect(im[at]).toBeCloseTo(at === k ? 1.5 * n : 0, 9);
      });
    }
  });

  it("keeps the energy (Parseval) for any even length", () => {
    fc.assert(
      fc.property(fc.integer({ min: 8, max: 600 }), fc.integer({ min: 1, max: 1e6 }), (half, seed) => {
        const input = noise(2 * half, seed);
        const { re, im } = transform(input);
        let inside = 0;
        for (let k = 0; k <= half; k++)
          inside += (k === 0 || k === half ? 1 : 2) * (re[k]! ** 2 + im[k]! ** 2);
        const energy = input.reduce((sum, x) => sum + x * x, 0);
        expect(Math.abs(inside / (2 * half) / energy - 1)).toBeLessThan(1e-13);
      }),
      { numRuns: 60 },
    );
  });

  it("reads its samples from an offset and can be used again", () => {
    const input = noise(200);
    const plan = new RealFft(100);
    const [re, im, re2, im2] = [0, 0, 0, 0].map(() => new Float64Array(51)) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    plan.forward(input, re, im, 63);
    plan.forward(input, re2, im2);
    plan.forward(input.slice(63, 163), re2, im2);
    expect(re2).toEqual(re);
    expect(im2).toEqual(im);
  });

  it.each([15, 0, -16, 16.5, Number.NaN, LONGEST_REAL_FFT + 2, 2 ** 40])("refuses the length %d", (n) => {
    expect(() => new RealFft(n)).toThrow(/is not an even number/);
    try {
      new RealFft(n);
    } catch (error) {
      expect(isDasError(error, "BAD_PARAMETER")).toBe(true);
    }
  });
});

describe("complex transform", () => {
  it.each([1, 2, 3, 5, 7, 9, 11, 15, 25, 97, 101, 105, 121, 127, 210, 251])(
    "equals the direct sum, n = %i",
    (n) => {
      const re = noise(n, 1);
      const im = noise(n, 2);
      const outRe = re.slice();
      const outIm = im.slice();
      complexFft(n).forward(outRe, outIm);
      for (let k = 0; k < n; k++) {
        const [dr, di] = directSum(re, im, k);
        expect(Math.abs(outRe[k]! - dr)).toBeLessThan(1e-11);
        expect(Math.abs(outIm[k]! - di)).toBeLessThan(1e-11);
      }
    },
  );

  it("factors lengths", () => {
    expect(primeFactors(1)).toEqual([]);
    expect(primeFactors(792)).toEqual([2, 2, 2, 3, 3, 11]);
    expect(primeFactors(999_983)).toEqual([999_983]);
  });
});
