import { smoothStep } from "./active-region.js";
import { disk } from "./disk.js";
import { imageFrame } from "./image-frame.js";
import { limbDarkening } from "./limb-darkening.js";
import { diskNoise, imageRandom } from "./pixel-noise.js";
import { SCALINGS, type SunImage } from "./sun-image.js";
import type { SunModel } from "./sun-model.js";
import { surfaceField } from "./surface-field.js";
import { viewpoint } from "./viewpoint.js";

/** Brightness of the quiet Sun in the middle of the disk, DN/s. */
const CENTRE = 62_500;
/** Contrast of what is left of the granulation in a pixel of many granules. */
const GRANULATION = 0.004;
/** Darkening of penumbra and umbra, and the fields (G) over which each sets in. */
const PENUMBRA = { depth: 0.22, from: 450, to: 900 };
const UMBRA = { depth: 0.55, from: 1100, to: 2000 };
/** Brightness of faculae of 300 G or more at the very limb. */
const FACULAE = 0.09;

/**
 * Brightness of the continuum near 617 nm, DN/s: limb darkening, spots where the field of spots is strong, faculae near the
 * limb, granulation. Missing off the disk.
 *
 * @param time DRMS time of the observation
 * @param size pixels of a side
 */
export function continuum(model: SunModel, time: number, size: number): SunImage {
  const view = viewpoint(time);
  const frame = imageFrame("hmi", time, size);
  const d = disk(frame, view);
  const field = surfaceField(model, d, view);
  const noise = diskNoise(d, imageRandom(model.seed, time, 0x1c));
  const scaling = SCALINGS.continuum;
  const pixels = new Int16Array(size * size).fill(scaling.blank);
  const { index, mu } = d;
  for (let i = 0; i < index.length; i++) {
    const m = mu[i]!;
    const spot = field.spots[i]!;
    const contrast =
      GRANULATION * noise[i]! - spotDarkening(spot) + facularBrightness(field.radial[i]!, spot, m);
    pixels[index[i]!] = Math.round(
      (CENTRE * limbDarkening(m) * (1 + contrast) - scaling.zero) / scaling.scale,
    );
  }
  return { kind: "continuum", view, frame, pixels, scaling };
}

/** How much darker than the quiet Sun a spot of a field (G) is: 0 to 0.77. */
function spotDarkening(field: number): number {
  if (field <= PENUMBRA.from) return 0;
  return (
    PENUMBRA.depth * smoothStep((field - PENUMBRA.from) / (PENUMBRA.to - PENUMBRA.from)) +
    UMBRA.depth * smoothStep((field - UMBRA.from) / (UMBRA.to - UMBRA.from))
  );
}

function facularBrightness(radial: number, spot: number, mu: number): number {
  const plage = Math.min(1, Math.max(0, Math.abs(radial) - spot - 25) / 275);
  return FACULAE * plage * (1 - mu);
}
