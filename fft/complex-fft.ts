import { BluesteinFft } from "./bluestein-fft.js";
import { MixedRadixFft } from "./mixed-radix-fft.js";

/** A plan for the forward transform X_k = sum_j x_j exp(-2 pi i j k / n) of one length. */
export interface ComplexFft {
  /** Number of points. */
  readonly length: number;
  /**
   * Transforms in place, without scaling. `re` and `im` have `length` values (longer arrays keep their rest).
   */
  forward(re: Float64Array, im: Float64Array): void;
}

/**
 * Largest prime factor that a butterfly does in n*p steps; above it Bluestein's n log n wins. From a measurement:
 * lengths 32*p cost the same either way near p = 100.
 */
const LARGEST_DIRECT_PRIME = 97;

/** The prime factors of n >= 1, ascending. */
export function primeFactors(n: number): number[] {
  const factors: number[] = [];
  let rest = n;
  for (let p = 2; p * p <= rest; p += p === 2 ? 1 : 2) {
    while (rest % p === 0) {
      factors.push(p);
      rest /= p;
    }
  }
  if (rest > 1) factors.push(rest);
  return factors;
}

/** The plan for `length` >= 1 points: mixed radix, or Bluestein where a prime factor is large. */
export function complexFft(length: number): ComplexFft {
  const factors = primeFactors(length);
  return (factors.at(-1) ?? 1) <= LARGEST_DIRECT_PRIME
    ? new MixedRadixFft(length, factors)
    : new BluesteinFft(length);
}
