import { DAY } from "./epoch.js";
import { meridionalFlow } from "./flows.js";
import { carringtonDrift } from "./rotation.js";
import { SOLAR_RADIUS } from "./viewpoint.js";

/** Random walk of magnetic flux by the flows of supergranules, m^2/s: as in {@link ./flux-transport.js}. */
export const FLUX_DIFFUSION = 3e8;

/** Largest part of the flux of a region that its spots hold. */
const SPOT_SHARE = 0.5;
/** Part of the life of a region after which its flux goes over to the zonal background. */
const HANDOVER_BEGIN = 0.35;
/** Part of the separation at which the poles of a region come up. */
const FIRST_SEPARATION = 0.3;

/** A bipolar region: what it is born with. Angles in radians, times in s. */
export interface ActiveRegion {
  /** Place in the order of emergence. */
  readonly index: number;
  /** Number of the cycle. */
  readonly cycle: number;
  /** DRMS time of emergence. */
  readonly emergence: number;
  /** Heliographic latitude and Carrington longitude of its middle at emergence. */
  readonly latitude: number;
  readonly longitude: number;
  /** Flux of each polarity when fully grown, Mx. */
  readonly flux: number;
  /** Distance of its poles when fully grown. */
  readonly separation: number;
  /** How far the leading pole lies nearer to the equator than the line along the parallel: Joy's law makes it positive. */
  readonly tilt: number;
  /** Sign of the leading pole. */
  readonly leading: 1 | -1;
  /** Time to grow. */
  readonly growth: number;
  /** Age at which the last spots are gone. */
  readonly spotLife: number;
  /** Age at which all of its flux has become background. */
  readonly life: number;
}

/** What a region has become at some age. Angles in radians. */
export interface RegionState {
  readonly age: number;
  readonly latitude: number;
  /** Carrington longitude, any turn. */
  readonly longitude: number;
  /** Flux of each polarity that still belongs to the region, Mx. */
  readonly flux: number;
  /** Part of it that is in spots. */
  readonly spotShare: number;
  readonly separation: number;
  /** Scatter (standard deviation) of the flux of one pole. */
  readonly scatter: number;
}

/** The state of a region, or `undefined` before its emergence and after its end. */
export function regionState(region: ActiveRegion, time: number): RegionState | undefined {
  const age = time - region.emergence;
  if (age <= 0 || age >= region.life) return undefined;
  const grown = smoothStep(age / region.growth);
  const sinLatitude = Math.sin(region.latitude);
  return {
    age,
    latitude: region.latitude + (meridionalFlow(region.latitude) * age) / SOLAR_RADIUS,
    longitude: region.longitude + carringtonDrift(sinLatitude) * age,
    flux: region.flux * grown * remainingShare(region, age),
    spotShare: SPOT_SHARE * spotDecay(region, age),
    separation: region.separation * (FIRST_SEPARATION + (1 - FIRST_SEPARATION) * grown),
    scatter: poleScatter(region, age),
  };
}

/** Latitudes of the leading and the following pole. */
export function poleLatitudes(region: ActiveRegion, state: RegionState): readonly [number, number] {
  const half = 0.5 * state.separation * Math.sin(region.tilt) * (region.latitude >= 0 ? 1 : -1);
  return [state.latitude - half, state.latitude + half];
}

/** Part of the flux of a region that is not yet background, 1 to 0. */
export function remainingShare(region: ActiveRegion, age: number): number {
  const x = (age / region.life - HANDOVER_BEGIN) / (1 - HANDOVER_BEGIN);
  return x <= 0 ? 1 : x >= 1 ? 0 : Math.cos((Math.PI / 2) * x) ** 2;
}

/** Scatter of the flux of one pole by age: its size when young, then a random walk. */
export function poleScatter(region: ActiveRegion, age: number): number {
  const young = 0.2 * region.separation * (0.5 + 0.5 * smoothStep(age / region.growth));
  return Math.sqrt(young * young + (2 * FLUX_DIFFUSION * age) / SOLAR_RADIUS ** 2);
}

/** Spots shrink linearly in area once the region has grown. */
function spotDecay(region: ActiveRegion, age: number): number {
  if (age <= region.growth) return 1;
  return Math.max(0, 1 - (age - region.growth) / (region.spotLife - region.growth));
}

/** 0 to 1 with level ends. */
export function smoothStep(x: number): number {
  return x <= 0 ? 0 : x >= 1 ? 1 : x * x * (3 - 2 * x);
}

/** Times of growth, of spots and of the whole region by its flux (Mx), s. Big regions grow and live longer. */
export function lifeTimes(flux: number): { growth: number; spotLife: number; life: number } {
  const relative = flux / 5e21;
  // Norton et al. 2017: the rate of emergence goes with the flux to 0.36.
  const growth = 2.5 * DAY * relative ** 0.4;
  return {
    growth,
    // Gnevyshev and Waldmeier: life in days is a tenth of the area in millionths, which goes with the flux.
    spotLife: growth + 10 * DAY * relative ** 0.7,
    life: Math.min(130, Math.max(30, 65 * relative ** 0.3)) * DAY,
  };
}
