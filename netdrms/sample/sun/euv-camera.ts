import type { Channel } from "./corona-model.js";
import { imageRandom } from "./pixel-noise.js";
import type { SkyBuffer } from "./sky-buffer.js";

/** Largest value of the converter, DN. */
export const SATURATION = 16_383;
/** Shortest exposure, s. */
const SHORTEST = 0.02;
/** Cycle of the instrument, s: every other exposure is automatic in a flare. */
const CYCLE = 12;
/** Noise of the dark picture and of the photons of one DN after binning, DN. */
const READ_NOISE = 0.8;
const SHOT_NOISE = 0.25;

/**
 * Exposure time, s: the usual one, but shorter every other cycle while something would saturate.
 *
 * @param brightest DN/s
 */
export function expectedExposure(channel: Channel, time: number, brightest: number): number {
  const saturated = brightest * channel.exposure > SATURATION;
  const odd = Math.floor(time / CYCLE) % 2 === 1;
  if (!saturated || !odd) return channel.exposure;
  return Math.max(SHORTEST, (0.5 * SATURATION) / brightest);
}

/**
 * What the camera makes of the light: noise, and charge that a full pixel gives to its column.
 *
 * @param exposure s times sensitivity
 */
export function exposeEuv(
  sky: SkyBuffer,
  exposure: number,
  seed: number,
  time: number,
  wavelength: number,
): Int16Array {
  const { light, size } = sky;
  const noise = imageRandom(seed, time, wavelength).fillNormal(new Float32Array(light.length));
  let brightest = 0;
  for (let i = 0; i < light.length; i++) {
    const dn = light[i]! * exposure;
    light[i] = dn;
    if (dn > brightest) brightest = dn;
  }
  if (brightest > SATURATION) bloom(light, size);
  const pixels = new Int16Array(light.length);
  for (let i = 0; i < light.length; i++) {
    const dn = light[i]!;
    const value = dn + noise[i]! * (READ_NOISE + SHOT_NOISE * Math.sqrt(dn));
    pixels[i] = Math.floor(Math.min(SATURATION, value) + 0.5);
  }
  return pixels;
}

/** Half of what is too much in a pixel goes up its column, half down, until it finds room. */
function bloom(light: Float32Array, size: number): void {
  const excess = new Float32Array(size);
  for (let x = 0; x < size; x++) {
    let any = false;
    for (let y = 0; y < size; y++) {
      const over = light[y * size + x]! - SATURATION;
      excess[y] = over > 0 ? over / 2 : 0;
      if (over > 0) {
        light[y * size + x] = SATURATION;
        any = true;
      }
    }
    if (!any) continue;
    for (const step of [1, -1]) {
      let carried = 0;
      for (let y = step === 1 ? 0 : size - 1; y >= 0 && y < size; y += step) {
        carried += excess[y]!;
        const room = SATURATION - light[y * size + x]!;
        const taken = Math.min(room, carried);
        light[y * size + x]! += taken;
        // Some charge is lost at each step.
        carried = 0.9 * (carried - taken);
      }
    }
  }
}
