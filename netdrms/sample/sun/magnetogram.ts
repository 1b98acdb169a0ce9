import { disk } from "./disk.js";
import { imageFrame } from "./image-frame.js";
import { diskNoise, imageRandom } from "./pixel-noise.js";
import { SCALINGS, type SunImage } from "./sun-image.js";
import type { SunModel } from "./sun-model.js";
import { surfaceField } from "./surface-field.js";
import { viewpoint } from "./viewpoint.js";

/** Noise of a pixel in the middle of the disk, and how much of it is added at the limb, G. */
const NOISE = 5;
const LIMB_NOISE = 4;

/**
 * The field along the line of sight, G, positive towards the observer; missing off the disk. The field is taken as vertical, so
 * it falls with the cosine of the angle to the vertical.
 *
 * @param time DRMS time of the observation
 * @param size pixels of a side
 */
export function magnetogram(model: SunModel, time: number, size: number): SunImage {
  const view = viewpoint(time);
  const frame = imageFrame("hmi", time, size);
  const d = disk(frame, view);
  const field = surfaceField(model, d, view);
  const noise = diskNoise(d, imageRandom(model.seed, time, 0x4d));
  const scaling = SCALINGS.magnetogram;
  const pixels = new Int32Array(size * size).fill(scaling.blank);
  const perGauss = 1 / scaling.scale;
  const { index, mu } = d;
  for (let i = 0; i < index.length; i++) {
    const gauss = field.radial[i]! * mu[i]! + noise[i]! * (NOISE + LIMB_NOISE * (1 - mu[i]!));
    pixels[index[i]!] = Math.floor(gauss * perGauss + 0.5);
  }
  return { kind: "magnetogram", view, frame, pixels, scaling };
}
