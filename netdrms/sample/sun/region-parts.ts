import { type ActiveRegion, poleLatitudes, type RegionState } from "./active-region.js";
import { RandomStream } from "./random.js";
import { carringtonDrift } from "./rotation.js";
import { SOLAR_RADIUS } from "./viewpoint.js";

/** Field in the middle of a big spot, G. */
const SPOT_FIELD = 2900;
/** Widest clump of plage, radians: 14 Mm. Beyond it a pole spreads by its clumps drifting apart. */
const WIDEST_CLUMP = 14e6 / SOLAR_RADIUS;
/** Width of a young clump, radians: 4 Mm. */
const YOUNG_CLUMP = 4e6 / SOLAR_RADIUS;

/** A patch of flux of Gaussian profile on the surface. Angles in radians. */
export interface FluxPatch {
  readonly latitude: number;
  /** Carrington longitude, any turn. */
  readonly longitude: number;
  /** Standard deviation. */
  readonly width: number;
  /** Flux with its sign, Mx. */
  readonly flux: number;
  readonly spot: boolean;
}

/** What is drawn by lot once for a region: places in units of the scatter of the pole, and parts of the flux. */
interface Part {
  readonly pole: 0 | 1;
  readonly spot: boolean;
  readonly share: number;
  readonly west: number;
  readonly north: number;
}

/** Structures once drawn; they depend on their region alone. */
const drawn = new WeakMap<ActiveRegion, readonly Part[]>();

/** The inner structure of a region, which is the same at all times. */
export function regionParts(region: ActiveRegion, seed: number): readonly Part[] {
  const known = drawn.get(region);
  if (known !== undefined) return known;
  const parts = drawParts(region, seed);
  drawn.set(region, parts);
  return parts;
}

/** Draws the inner structure of a region: one big leading spot, several smaller following ones, clumps of plage round both. */
function drawParts(region: ActiveRegion, seed: number): readonly Part[] {
  const random = new RandomStream(seed, region.index, 0x9a);
  const clumps = Math.round(Math.min(18, 6 + region.flux / 6e20));
  const spots = Math.min(4, 1 + Math.floor(region.flux / 4e21));
  return [
    ...lot(random, 0, true, spots, 0.45, 3),
    ...lot(random, 1, true, spots + 1, 0.9, 1.5),
    ...lot(random, 0, false, clumps, 0.9, 1),
    ...lot(random, 1, false, clumps, 1.2, 1),
  ];
}

/** @param first how much bigger than the others the first part is */
function lot(
  random: RandomStream,
  pole: 0 | 1,
  spot: boolean,
  count: number,
  scatter: number,
  first: number,
): readonly Part[] {
  const sizes = Array.from({ length: count }, (_, i) => (i === 0 ? first : 1) * (0.3 + random.exponential()));
  const sum = sizes.reduce((a, b) => a + b, 0);
  return sizes.map((size, i) => {
    const near = i === 0 ? 0.4 * scatter : scatter;
    return { pole, spot, share: size / sum, west: near * random.normal(), north: near * random.normal() };
  });
}

/** The patches of a region in its present state. Each pole has the flux of the state in the sum. */
export function regionPatches(
  region: ActiveRegion,
  state: RegionState,
  parts: readonly Part[],
): readonly FluxPatch[] {
  const latitudes = poleLatitudes(region, state);
  const cos = Math.cos(state.latitude);
  const half = (0.5 * state.separation * Math.cos(region.tilt)) / cos;
  const clump = clumpWidth(region, state);
  const patches: FluxPatch[] = [];
  for (const part of parts) {
    const share = part.spot ? state.spotShare : 1 - state.spotShare;
    if (share === 0) continue;
    // Spots stay together while plage walks off.
    const scatter = part.spot ? Math.min(state.scatter, 0.22 * region.separation) : state.scatter;
    const latitude = latitudes[part.pole]! + part.north * scatter;
    const flux = state.flux * share * part.share * (part.pole === 0 ? region.leading : -region.leading);
    // Differential rotation shears a pole; its clumps were on average half as far out.
    const shear =
      0.5 * state.age * (carringtonDrift(Math.sin(latitude)) - carringtonDrift(Math.sin(state.latitude)));
    patches.push({
      latitude,
      longitude:
        state.longitude +
        (part.pole === 0 ? half : -half) +
        (part.west * scatter) / cos +
        (part.spot ? 0 : shear),
      width: part.spot ? spotWidth(flux) : clump,
      flux,
      spot: part.spot,
    });
  }
  return patches;
}

/** All spots have about the same field, so flux makes area: flux = 2 pi width^2 field. */
function spotWidth(flux: number): number {
  return Math.sqrt(Math.abs(flux) / (2 * Math.PI * SPOT_FIELD)) / (SOLAR_RADIUS * 100);
}

function clumpWidth(region: ActiveRegion, state: RegionState): number {
  const grown = YOUNG_CLUMP + (WIDEST_CLUMP - YOUNG_CLUMP) * Math.min(1, state.age / (0.5 * region.life));
  return Math.min(grown, Math.max(0.5 * YOUNG_CLUMP, state.scatter));
}
