import type { Disk } from "./disk.js";
import { DAY } from "./epoch.js";
import { carringtonDrift } from "./rotation.js";
import type { SunModel } from "./sun-model.js";
import { ACROSS, TEXTURE_UNIT, UP } from "./surface-texture.js";
import type { Viewpoint } from "./viewpoint.js";

const DEGREE = Math.PI / 180;
const TEXELS_PER_RADIAN = ACROSS / (2 * Math.PI);
const GOLDEN_ANGLE = 2.399_963;
/** Field of the mixed network, G (root mean square over pixels of about 6 Mm). */
const NETWORK_FIELD = 9;
/** How long a pattern of the network lasts, s, and the part of it in which it changes into the next. */
const NETWORK_LIFE = 1.5 * DAY;
const NETWORK_CHANGE = 0.3;

/**
 * Adds the network, which carries the zonal field and a mixed field of its own. Patterns follow each other, and overlap while one
 * changes into the next; each turns with the differential rotation.
 *
 * @param radial radial field on the disk, G
 * @param network strength of the network, mean about 1
 */
export function addNetwork(
  radial: Float32Array,
  network: Float32Array,
  model: SunModel,
  disk: Disk,
  view: Viewpoint,
): void {
  const phase = view.time / NETWORK_LIFE;
  const pattern = Math.floor(phase);
  const fade = Math.max(0, (phase - pattern - 1 + NETWORK_CHANGE) / NETWORK_CHANGE);
  // Squares of the weights add to 1, so that the variance of the mixed field stays.
  addPattern(radial, network, model, disk, view, pattern, Math.cos((fade * Math.PI) / 2));
  if (fade > 0) addPattern(radial, network, model, disk, view, pattern + 1, Math.sin((fade * Math.PI) / 2));
}

function addPattern(
  radial: Float32Array,
  network: Float32Array,
  model: SunModel,
  disk: Disk,
  view: Viewpoint,
  pattern: number,
  weight: number,
): void {
  const { texture } = model;
  const { sinB, cosB } = disk.projection;
  const { w, n, r, sinLatitude, index } = disk;
  const square = weight * weight * TEXTURE_UNIT;
  const mixed = NETWORK_FIELD * weight * TEXTURE_UNIT;
  const zonal = model.zonal.profile(view.time);
  const turn = zoneTurns(zonal.length, pattern, view);
  // Every other pattern is the texture upside down.
  const upright = pattern % 2 === 0 ? 1 : -1;
  const zones = 0.499_999 * zonal.length;
  const rows = 0.499_999 * UP;
  for (let i = 0; i < index.length; i++) {
    const sinL = sinLatitude[i]!;
    // Longitude from the central meridian by t, the tangent of its half: 2 arctan(t) = 2 t / (1 + 0.28 t^2) to 0.01 radian
    // within 90 degrees (Abramowitz and Stegun 4.4.48). Beyond the pole it is wrong, which a pattern of grains does not show.
    const across = w[i]!;
    const ahead = r[i]! * cosB - n[i]! * sinB + Math.sqrt(1.000_001 - sinL * sinL);
    const west = (2 * across * ahead) / (ahead * ahead + 0.28 * across * across);
    const zone = ((sinL + 1) * zones) | 0;
    const x = (west * TEXELS_PER_RADIAN + turn[zone]!) & (ACROSS - 1);
    const y = ((upright * sinL + 1) * rows) | 0;
    const at = 2 * (y * ACROSS + x);
    const strength = square * texture[at]!;
    network[i]! += strength;
    radial[i]! += zonal[zone]! * strength + mixed * texture[at + 1]!;
  }
}

/**
 * For each zone of latitude the texel of a pattern that is on the central meridian. A pattern is the texture from another place
 * on (by the golden angle, which repeats nothing) and turns from the middle of its life on.
 */
function zoneTurns(zones: number, pattern: number, view: Viewpoint): Float32Array {
  const age = view.time - (pattern + 0.5) * NETWORK_LIFE;
  const place = view.longitude * DEGREE + ((GOLDEN_ANGLE * pattern) % (2 * Math.PI));
  return Float32Array.from(
    { length: zones },
    // Positive, so that it is always cut towards the same side.
    (_, zone) => (place + 20 - carringtonDrift((2 * zone + 1) / zones - 1) * age) * TEXELS_PER_RADIAN,
  );
}
