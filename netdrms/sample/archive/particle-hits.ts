import { RandomStream } from "../sun/random.js";

/** Pixels of an image of 256 x 256 that particles hit, on the average. */
const MEAN_HITS = 14;
/** Brightness that a hit adds, DN: exponentially distributed beyond the least that is noticed. */
const LEAST_DN = 60;
const MEAN_DN = 400;
const SATURATION = 16_383;

/**
 * Pixels that were hit and repaired: place in the image, the new value, which is that of the image, and the old one, a column each.
 *
 * @param pixels of the repaired image
 * @param key the same for the same image: 32 bits count
 * @returns three rows of as many columns as there are hits
 */
export function particleHits(pixels: Int16Array | Int32Array, key: number): Int32Array<ArrayBuffer> {
  const random = new RandomStream(key, pixels.length, 0x5b);
  const mean = (MEAN_HITS * pixels.length) / 256 ** 2;
  const places = new Set<number>();
  // Poisson: exponential gaps in units of the mean.
  for (let passed = random.exponential(); passed < mean; passed += random.exponential())
    places.add(Math.floor(random.uniform(0, pixels.length)));
  const sorted = [...places].sort((a, b) => a - b);
  const hits = new Int32Array(3 * sorted.length);
  for (const [n, place] of sorted.entries()) {
    const value = pixels[place]!;
    const hit = value + LEAST_DN + Math.round(MEAN_DN * random.exponential());
    hits[n] = place;
    hits[sorted.length + n] = value;
    hits[2 * sorted.length + n] = Math.min(SATURATION, hit);
  }
  return hits;
}
