import type { SunImage } from "../sun/index.js";

/** Brightness relative to the quiet Sun at the same distance from the middle, below and above which something is seen. */
const PENUMBRA = 0.94;
const UMBRA = 0.7;
const FACULAE = 1.025;
/** Rings of equal area in which the quiet Sun is averaged. */
const RINGS = 200;
/** Stored values: bytes stand 128 above what they mean, of which -128 is the missing one. Source: netdrms 1.7. */
const MISSING = 0;
const OFFSET = 128;

/**
 * Where spots and faculae are in a continuum image: 0 for the quiet Sun, 1 penumbra, 2 umbra, 3 faculae; missing where the image is.
 *
 * @param radius of the disk, pixels
 * @returns stored values of type `char`
 */
export function spotMap(image: SunImage, radius: number): Uint8Array<ArrayBuffer> {
  const { pixels, scaling } = image;
  const rings = ringOfPixels(image, radius);
  const quiet = quietBrightness(image, rings);
  const map = new Uint8Array(pixels.length).fill(MISSING);
  for (let i = 0; i < pixels.length; i++) {
    const stored = pixels[i]!;
    if (stored === scaling.blank) continue;
    const relative = (scaling.zero + scaling.scale * stored) / quiet[rings[i]!]!;
    map[i] = OFFSET + (relative < UMBRA ? 2 : relative < PENUMBRA ? 1 : relative > FACULAE ? 3 : 0);
  }
  return map;
}

function ringOfPixels({ frame }: SunImage, radius: number): Uint8Array {
  const { size, centreX, centreY } = frame;
  const rings = new Uint8Array(size * size);
  for (let y = 0, i = 0; y < size; y++)
    for (let x = 0; x < size; x++, i++) {
      const square = ((x + 1 - centreX) ** 2 + (y + 1 - centreY) ** 2) / radius ** 2;
      rings[i] = Math.min(RINGS - 1, Math.floor(square * RINGS));
    }
  return rings;
}

/** Mean brightness of each ring: spots and faculae are few. */
function quietBrightness({ pixels, scaling }: SunImage, rings: Uint8Array): Float64Array {
  const sums = new Float64Array(RINGS);
  const counts = new Float64Array(RINGS);
  for (let i = 0; i < pixels.length; i++) {
    const stored = pixels[i]!;
    if (stored === scaling.blank) continue;
    const ring = rings[i]!;
    sums[ring]! += scaling.zero + scaling.scale * stored;
    counts[ring]!++;
  }
  return sums.map((sum, ring) => sum / counts[ring]!);
}
