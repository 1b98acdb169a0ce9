import {
  type ActiveRegion,
  FLUX_DIFFUSION,
  poleLatitudes,
  regionState,
  remainingShare,
} from "./active-region.js";
import { DAY } from "./epoch.js";
import { meridionalFlow } from "./flows.js";
import { SOLAR_RADIUS } from "./viewpoint.js";

/** Zones of equal area from pole to pole. */
const ZONES = 180;
const ZONE_HEIGHT = 2 / ZONES;
/** Step of the integration; diffusion allows 1.4 days. */
const STEP = DAY;
/** Steps between two stored profiles. */
const STORE_EVERY = 10;
/** Steps between two accounts of what regions lost. */
const ACCOUNT_EVERY = 4;
/** Field of the north pole at the begin, G, and the power of the sine of latitude with which it falls (Svalgaard et al. 1978). */
const FIRST_POLE = -5.5;
const FIRST_POWER = 8;
/** Area of a zone, cm^2. */
const ZONE_AREA = (4 * Math.PI * (SOLAR_RADIUS * 100) ** 2) / ZONES;

/** The field that is no longer of any region, averaged round the Sun, by latitude and time. */
export interface ZonalField {
  /** Mean radial field, G; times outside the range of the table give its ends. */
  at(sinLatitude: number, time: number): number;
  /** The profile of an instant in {@link zoneOf} order. */
  profile(time: number): Float32Array;
}

/** The zone of a latitude. */
export function zoneOf(sinLatitude: number): number {
  const zone = ((sinLatitude + 1) / ZONE_HEIGHT) | 0;
  return zone < 0 ? 0 : zone >= ZONES ? ZONES - 1 : zone;
}

/**
 * Transport of the flux that regions leave behind: random walk and meridional flow carry the following polarity to the poles,
 * whose fields reverse about maximum.
 *
 *   dB/dt = d/dx [ eta (1 - x^2) / R^2 dB/dx - v cos(latitude) / R B ] + source,   x = sin(latitude)
 *
 * in flux form on zones of equal area, so that the total flux stays what it is. Rotation falls out of the mean.
 * Source: N. Sheeley, Living Reviews in Solar Physics 2 (2005) 5.
 *
 * @param begin DRMS time of the first profile
 * @param end DRMS time
 */
export function transportFlux(regions: readonly ActiveRegion[], begin: number, end: number): ZonalField {
  const steps = Math.ceil((end - begin) / STEP);
  const stored = Math.floor(steps / STORE_EVERY) + 1;
  const table = new Float32Array(stored * ZONES);
  const field = firstField();
  const exchange = zoneExchange();
  let firstAlive = 0;
  for (let step = 0; step <= steps; step++) {
    const time = begin + step * STEP;
    if (step % STORE_EVERY === 0) table.set(field, (step / STORE_EVERY) * ZONES);
    if (step % ACCOUNT_EVERY === 0) {
      while (firstAlive < regions.length && isOver(regions[firstAlive]!, time)) firstAlive++;
      for (let i = firstAlive; i < regions.length && regions[i]!.emergence < time; i++)
        handOver(field, regions[i]!, time, ACCOUNT_EVERY * STEP);
    }
    exchange(field);
  }
  return zonalField(table, stored, begin);
}

const isOver = (region: ActiveRegion, time: number): boolean => time - region.emergence >= region.life;

/** The poles as the cycle before left them. */
function firstField(): Float64Array {
  const field = new Float64Array(ZONES);
  for (let zone = 0; zone < ZONES; zone++) {
    const x = -1 + (zone + 0.5) * ZONE_HEIGHT;
    field[zone] = FIRST_POLE * Math.sign(x) * Math.abs(x) ** FIRST_POWER;
  }
  return field;
}

/** One step of diffusion and flow: what passes each border between two zones leaves one and comes to the other. */
function zoneExchange(): (field: Float64Array) => void {
  const spread = new Float64Array(ZONES);
  const drift = new Float64Array(ZONES);
  for (let border = 1; border < ZONES; border++) {
    const x = -1 + border * ZONE_HEIGHT;
    spread[border] = (STEP * FLUX_DIFFUSION * (1 - x * x)) / SOLAR_RADIUS ** 2 / ZONE_HEIGHT ** 2;
    drift[border] = (STEP * meridionalFlow(Math.asin(x)) * Math.sqrt(1 - x * x)) / SOLAR_RADIUS / ZONE_HEIGHT;
  }
  const passing = new Float64Array(ZONES + 1);
  return (field) => {
    for (let border = 1; border < ZONES; border++) {
      const [below, above] = [field[border - 1]!, field[border]!];
      passing[border] = spread[border]! * (below - above) + 0.5 * drift[border]! * (below + above);
    }
    for (let zone = 0; zone < ZONES; zone++) field[zone]! += passing[zone]! - passing[zone + 1]!;
  };
}

/** Adds the flux that a region loses from `time` on: a Gaussian belt for each pole, of exactly its flux. */
function handOver(field: Float64Array, region: ActiveRegion, time: number, duration: number): void {
  const age = time - region.emergence;
  const lost = region.flux * (remainingShare(region, age) - remainingShare(region, age + duration));
  const state = lost > 0 ? regionState(region, time) : undefined;
  if (state === undefined) return;
  const [leading, following] = poleLatitudes(region, state);
  addBelt(field, leading, state.scatter, region.leading * lost);
  addBelt(field, following, state.scatter, -region.leading * lost);
}

const ZONE_LATITUDES = Float64Array.from({ length: ZONES }, (_, zone) =>
  Math.asin(-1 + (zone + 0.5) * ZONE_HEIGHT),
);
/** Scratch of {@link addBelt}. */
const weights = new Float64Array(ZONES);

function addBelt(field: Float64Array, latitude: number, width: number, flux: number): void {
  const first = zoneOf(Math.sin(latitude - 4 * width));
  const last = zoneOf(Math.sin(latitude + 4 * width));
  let sum = 0;
  for (let zone = first; zone <= last; zone++) {
    weights[zone] = Math.exp(-0.5 * ((ZONE_LATITUDES[zone]! - latitude) / width) ** 2);
    sum += weights[zone]!;
  }
  for (let zone = first; zone <= last; zone++) field[zone]! += (flux / ZONE_AREA) * (weights[zone]! / sum);
}

/** Straight lines between the stored profiles. */
function zonalField(table: Float32Array, stored: number, begin: number): ZonalField {
  const profile = (time: number): Float32Array => {
    const at = Math.min(stored - 1, Math.max(0, (time - begin) / (STEP * STORE_EVERY)));
    const row = Math.min(stored - 2, Math.floor(at));
    const out = new Float32Array(ZONES);
    for (let zone = 0; zone < ZONES; zone++) {
      const [before, after] = [table[row * ZONES + zone]!, table[(row + 1) * ZONES + zone]!];
      out[zone] = before + (at - row) * (after - before);
    }
    return out;
  };
  return { profile, at: (sinLatitude, time) => profile(time)[zoneOf(sinLatitude)]! };
}
