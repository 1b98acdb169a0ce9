import type { SunImage } from "../sun/index.js";

/** Noise of a magnetogram in the middle of the disk, G; see the model of magnetograms. */
const NOISE = 5;
/** Stored value of a pixel without a value: bytes stand 128 above what they mean, of which -128 is the missing one. */
const MISSING = 0;
const OFFSET = 128;

/**
 * How far the field of each pixel stands out of the noise: 0 within 2 deviations, 1 within 3, 2 within 5, 3 beyond; missing where the
 * magnetogram is.
 *
 * @returns stored values of type `char` (netdrms 1.7)
 */
export function confidenceMap({ pixels, scaling }: SunImage): Uint8Array<ArrayBuffer> {
  const map = new Uint8Array(pixels.length);
  const perNoise = scaling.scale / NOISE;
  for (let i = 0; i < pixels.length; i++) {
    const stored = pixels[i]!;
    if (stored === scaling.blank) {
      map[i] = MISSING;
      continue;
    }
    const deviations = Math.abs(stored) * perNoise;
    map[i] = OFFSET + (deviations > 5 ? 3 : deviations > 3 ? 2 : deviations > 2 ? 1 : 0);
  }
  return map;
}
