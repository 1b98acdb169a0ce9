import { type Disk, disk } from "./disk.js";
import { DAY } from "./epoch.js";
import { imageFrame } from "./image-frame.js";
import { type Oscillations, oscillations } from "./oscillations.js";
import { diskNoise, imageRandom } from "./pixel-noise.js";
import { plasmaRate } from "./rotation.js";
import { SCALINGS, type SunImage } from "./sun-image.js";
import type { SunModel } from "./sun-model.js";
import { surfaceField } from "./surface-field.js";
import { SOLAR_RADIUS, type Viewpoint, viewpoint } from "./viewpoint.js";

/** Granulation and noise of a pixel, m/s. */
const NOISE = 25;
/** Flow along the surface in supergranules, m/s. */
const SUPERGRANULE_FLOW = 120;
/**
 * Shift of the line by convection: blue in the middle of the disk, less so towards the limb, m/s. The gravitational redshift
 * belongs to the zero of the scale.
 */
const CONVECTIVE_SHIFT = -330;
const LIMB_SHIFT = 480;
/** Part of the oscillation that strong fields take away. */
const ABSORPTION = 0.6;
/** Pixels that patterns of waves reach beyond the limb, so that they serve a day through. */
const MARGIN = 2;

/**
 * Velocity along the line of sight relative to the spacecraft, m/s, away from it positive; missing off the disk. It holds the
 * rotation of the Sun, the motion of the spacecraft, the limb shift, supergranules and five-minute oscillations.
 *
 * @param time DRMS time of the observation
 * @param size pixels of a side
 */
export function dopplergram(model: SunModel, time: number, size: number): SunImage {
  const view = viewpoint(time);
  const frame = imageFrame("hmi", time, size);
  const d = disk(frame, view);
  const field = surfaceField(model, d, view);
  const noise = diskNoise(d, imageRandom(model.seed, time, 0x5e));
  const waves = wavesOfDay(model, time, size);
  const swing = waves.oscillations.velocity(time);
  const scaling = SCALINGS.dopplergram;
  const pixels = new Int32Array(size * size).fill(scaling.blank);
  const { index, mu, sinLatitude } = d;
  const perUnit = 1 / scaling.scale;
  for (let i = 0; i < index.length; i++) {
    const m = mu[i]!;
    const place = waves.place[index[i]!]!;
    const quiet = 1 - ABSORPTION * Math.min(1, Math.abs(field.radial[i]!) / 1500);
    const outward = place < 0 ? 0 : swing[place]! * quiet;
    const flow = SUPERGRANULE_FLOW * (field.network[i]! - 1) * (1 - m);
    const shift = CONVECTIVE_SHIFT + LIMB_SHIFT * (1 - m) ** 2;
    const velocity =
      rotationVelocity(d, i, sinLatitude[i]!) +
      observerVelocity(d, i, view) +
      shift +
      flow +
      NOISE * noise[i]! -
      outward * m;
    pixels[index[i]!] = Math.floor(velocity * perUnit + 0.5);
  }
  return { kind: "dopplergram", view, frame, pixels, scaling };
}

/** Recession of the surface by its rotation, m/s: the velocity is eastward on the axis, so only W counts. */
function rotationVelocity(d: Disk, i: number, sinLatitude: number): number {
  // Omega x r along -R (the line of sight to a far observer); the projection of the axis on N brings in cos B.
  return plasmaRate(sinLatitude) * SOLAR_RADIUS * d.projection.cosB * d.w[i]!;
}

/** Recession by the motion of the observer, m/s: minus its velocity along the line of sight to the pixel. */
function observerVelocity(d: Disk, i: number, view: Viewpoint): number {
  const depth = d.projection.distance - d.r[i]!;
  const [tw, tn] = [d.w[i]! / depth, d.n[i]! / depth];
  return (view.velocityR - view.velocityW * tw - view.velocityN * tn) * (1 - 0.5 * (tw * tw + tn * tn));
}

interface DayWaves {
  readonly oscillations: Oscillations;
  /** For each pixel of the picture its place in the patterns, -1 where there is none. */
  readonly place: Int32Array;
}

/** The patterns last used: they depend on day and size alone. */
let lastWaves: { readonly key: string; readonly seed: number; readonly waves: DayWaves } | undefined;

/** Patterns of waves on the pixels that see the Sun from the viewpoint of the middle of a day. */
function wavesOfDay(model: SunModel, time: number, size: number): DayWaves {
  const day = Math.floor(time / DAY);
  const key = `${day} ${size}`;
  if (lastWaves?.key === key && lastWaves.seed === model.seed) return lastWaves.waves;
  const middle = (day + 0.5) * DAY;
  const frame = imageFrame("hmi", middle, size);
  const view = viewpoint(middle);
  // A Sun seen from nearer is bigger: it covers the pixels of the limb at all times of the day.
  const nearer = { ...view, distance: view.distance * (1 - (2 * MARGIN) / size) };
  const { index, w, n, r } = disk(frame, nearer);
  const place = new Int32Array(size * size).fill(-1);
  index.forEach((at, i) => {
    place[at] = i;
  });
  const waves = { oscillations: oscillations(model.seed, w, n, r), place };
  lastWaves = { key, seed: model.seed, waves };
  return waves;
}
