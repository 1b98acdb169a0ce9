import { regionState } from "./active-region.js";
import { type Disk, limbRadius, surfacePoint, toPixel } from "./disk.js";
import { addNetwork } from "./network-field.js";
import { type FluxPatch, regionParts, regionPatches } from "./region-parts.js";
import { livingRegions, type SunModel } from "./sun-model.js";
import { SOLAR_RADIUS, type Viewpoint } from "./viewpoint.js";

const DEGREE = Math.PI / 180;
/** Widths beyond which a patch adds nothing. */
const REACH = 3.1;
/** Part of the field of plage that does not follow the grains of the network. */
const SMOOTH_PLAGE = 0.3;
/** Smoothing by a pixel of a side 1: its second moment, and a little for the optics. */
const PIXEL_WIDTH = 0.4;
/** A region whose middle lies so far behind the limb (component to the observer) shows nothing. */
const FAR_SIDE = -0.4;

/** The field on the visible surface, pixel by pixel in the order of the disk. */
export interface SurfaceField {
  /** Radial field, G. */
  readonly radial: Float32Array;
  /** Unsigned field of the spots alone, G. */
  readonly spots: Float32Array;
  /** Strength of the network, mean about 1. */
  readonly network: Float32Array;
}

/** The radial magnetic field: regions, what earlier ones left behind, and the mixed network. */
export function surfaceField(model: SunModel, disk: Disk, view: Viewpoint): SurfaceField {
  const count = disk.index.length;
  const field = {
    radial: new Float32Array(count),
    spots: new Float32Array(count),
    network: new Float32Array(count),
  };
  addNetwork(field.radial, field.network, model, disk, view);
  for (const region of livingRegions(model.regions, view.time)) {
    const state = regionState(region, view.time);
    if (state === undefined) continue;
    const middle = surfacePoint(disk.projection, state.latitude, state.longitude - view.longitude * DEGREE);
    if (middle[2] < FAR_SIDE) continue;
    for (const patch of regionPatches(region, state, regionParts(region, model.seed)))
      addPatch(field, patch, disk, view);
  }
  return field;
}

/**
 * Adds a patch of the profile (1 - d^2 / 16 width^2)^8, which is a Gaussian that ends at four widths; it is widened by the pixel
 * as binning would. Plage comes in the grains of the network, spots are whole.
 */
function addPatch(field: SurfaceField, patch: FluxPatch, disk: Disk, view: Viewpoint): void {
  const p = disk.projection;
  const limb = limbRadius(p);
  const width2 = patch.width ** 2 + (PIXEL_WIDTH / limb) ** 2;
  const width = Math.sqrt(width2);
  const centre = surfacePoint(p, patch.latitude, patch.longitude - view.longitude * DEGREE);
  if (centre[2] < -REACH * width) return;
  // The integral of the profile over the plane is 16 pi width^2 / 9.
  const peak = (patch.flux * 9) / (16 * Math.PI * width2 * (SOLAR_RADIUS * 100) ** 2);
  const [x, y] = toPixel(p, centre);
  const reach = REACH * width * limb + 0.5;
  const { w, n, r, rowX, rowStart } = disk;
  const { radial, spots, network } = field;
  const [cw, cn, cr] = centre;
  const steep = 1 / (8 * width2);
  const spot = patch.spot;
  const rowEnd = Math.min(disk.size - 1, Math.floor(y + reach));
  for (let row = Math.max(0, Math.ceil(y - reach)); row <= rowEnd; row++) {
    const shift = rowStart[row]! - rowX[row]!;
    const half = Math.sqrt(reach * reach - (row - y) * (row - y));
    const to = Math.min(rowStart[row + 1]! - 1, Math.floor(x + half) + shift);
    for (let i = Math.max(rowStart[row]!, Math.ceil(x - half) + shift); i <= to; i++) {
      // The square of the chord between two points of the unit sphere is 2 - 2 times their scalar product.
      const base = 1 - steep * (1 - (w[i]! * cw + n[i]! * cn + r[i]! * cr));
      if (base <= 0) continue;
      const square = base * base;
      const fourth = square * square;
      const b = peak * fourth * fourth;
      if (spot) {
        radial[i]! += b;
        spots[i]! += Math.abs(b);
      } else radial[i]! += b * (SMOOTH_PLAGE + (1 - SMOOTH_PLAGE) * network[i]!);
    }
  }
}
