import { type ActiveRegion, lifeTimes } from "./active-region.js";
import {
  type ActivityCycle,
  CYCLES,
  emergenceLatitude,
  emergenceRate,
  emergenceSpread,
  leadingPolarity,
} from "./activity-cycle.js";
import { DAY } from "./epoch.js";
import { RandomStream } from "./random.js";

const DEGREE = Math.PI / 180;
/** Flux of one polarity, Mx: median and width (of its logarithm) of a log-normal distribution, and the largest region. */
const MEDIAN_FLUX = 2.6e21;
const FLUX_WIDTH = 0.95;
const MAX_FLUX = 7e22;
/** Distance of the poles of a region of 5e21 Mx. */
const SEPARATION = 5 * DEGREE;
/** Joy's law, sin(tilt) = 0.5 sin(latitude): Y.-M. Wang and N. Sheeley, Solar Physics 124 (1989) 81. */
const JOY = 0.5;
/** Scatter of the tilt of a region of 5e21 Mx; it is less for bigger ones. */
const TILT_SCATTER = 16 * DEGREE;
/** Highest latitude of emergence. */
const MAX_LATITUDE = 48 * DEGREE;
/** Part of the regions that come up close to an earlier one: nests of activity. */
const NEST_SHARE = 0.3;
/** How long a nest is active, s. */
const NEST_AGE = 60 * DAY;

/**
 * All active regions that emerge in [begin, end), in the order of emergence. The same seed and range give the same regions.
 *
 * @param begin DRMS time
 * @param end DRMS time, excluded
 */
export function emergeRegions(seed: number, begin: number, end: number): readonly ActiveRegion[] {
  const born: Omit<ActiveRegion, "index">[] = [];
  for (const cycle of CYCLES) {
    const regions: Omit<ActiveRegion, "index">[] = [];
    const random = new RandomStream(seed, cycle.number, 0xa5);
    // A day brings forth two regions at the very most: Poisson by thinning.
    const maxRate = 2;
    for (let t = begin; ; ) {
      t += (random.exponential() * DAY) / maxRate;
      if (t >= end) break;
      if (random.uniform(0, maxRate) < emergenceRate(cycle, t))
        regions.push(emerge(cycle, t, random, regions));
    }
    born.push(...regions);
  }
  born.sort((a, b) => a.emergence - b.emergence);
  return born.map((region, index) => ({ index, ...region }));
}

function emerge(
  cycle: ActivityCycle,
  time: number,
  random: RandomStream,
  before: readonly Omit<ActiveRegion, "index">[],
): Omit<ActiveRegion, "index"> {
  const [latitude, longitude] = birthplace(cycle, time, random, before);
  const flux = Math.min(MAX_FLUX, MEDIAN_FLUX * Math.exp(FLUX_WIDTH * random.normal()));
  const relative = flux / 5e21;
  const scatter = TILT_SCATTER * Math.min(1.5, relative ** -0.25);
  return {
    cycle: cycle.number,
    emergence: time,
    latitude,
    longitude,
    flux,
    separation: SEPARATION * relative ** 0.3,
    tilt: Math.asin(JOY * Math.sin(Math.abs(latitude))) + scatter * random.normal(),
    leading: leadingPolarity(cycle, latitude),
    ...lifeTimes(flux),
  };
}

/** Latitude and Carrington longitude: in the belt of its hemisphere, or near an earlier region. */
function birthplace(
  cycle: ActivityCycle,
  time: number,
  random: RandomStream,
  before: readonly Omit<ActiveRegion, "index">[],
): readonly [number, number] {
  const nest = before.at(-1 - Math.floor(random.uniform(0, 12)));
  if (random.uniform() < NEST_SHARE && nest !== undefined && time - nest.emergence < NEST_AGE) {
    const latitude = nest.latitude + 1.5 * DEGREE * random.normal();
    // A nest keeps to its hemisphere.
    if (latitude * nest.latitude > 0) return [latitude, nest.longitude + 5 * DEGREE * random.normal()];
  }
  const hemisphere = random.uniform() < 0.5 ? -1 : 1;
  const belt = emergenceLatitude(cycle, time) + emergenceSpread(cycle, time) * random.normal();
  const latitude = Math.min(MAX_LATITUDE, Math.max(1 * DEGREE, belt));
  return [hemisphere * latitude, random.uniform(0, 2 * Math.PI)];
}
