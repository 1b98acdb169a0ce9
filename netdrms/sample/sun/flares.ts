import type { ActiveRegion } from "./active-region.js";
import { RandomStream } from "./random.js";

/** Flares of class C1 or more that a region of 5e21 Mx has in its life, and the power of the flux with which they grow. */
const FLARES = 5;
const FLUX_POWER = 1.4;
/** Weakest flare: class C1, W/m^2 in 1 to 8 angstrom. */
const WEAKEST = 1e-6;
/** Strongest flare of a region of 1e22 Mx, W/m^2; the strongest of all: class X10. */
const STRONGEST = 2e-4;
const LIMIT = 1e-3;
/** Durations beyond which a flare does not show: of its rise before the peak, of its decay after it. */
const RISES = 3;
const DECAYS = 7;
/** Longest rise and decay, s. */
const LONGEST_RISE = 1200;
const LONGEST_DECAY = 7200;

/** A flare: a steep rise and an exponential decay. */
export interface Flare {
  readonly region: ActiveRegion;
  /** DRMS time of the peak in X-rays. */
  readonly peak: number;
  /** X-ray flux at the peak, W/m^2 in 1 to 8 angstrom: 1e-6 is class C1, 1e-5 M1, 1e-4 X1. */
  readonly strength: number;
  /** Time scales of rise and decay, s. */
  readonly rise: number;
  readonly decay: number;
  /** Where along the line between the poles, 0 to 1, and across it in units of their distance. */
  readonly along: number;
  readonly across: number;
}

/**
 * All flares of the regions, in the order of their peaks. Strengths follow the power law dN/dF = F^-2 of the X-ray flares
 * (N. Crosby, M. Aschwanden and B. Dennis, Solar Physics 143 (1993) 275); big regions with spots have nearly all of them.
 */
export function drawFlares(seed: number, regions: readonly ActiveRegion[]): readonly Flare[] {
  const flares = regions.flatMap((region) => flaresOf(seed, region));
  return flares.sort((a, b) => a.peak - b.peak);
}

function flaresOf(seed: number, region: ActiveRegion): readonly Flare[] {
  const random = new RandomStream(seed, region.index, 0xf1);
  const strongest = Math.min(LIMIT, (STRONGEST * region.flux) / 1e22);
  const mean = FLARES * (region.flux / 5e21) ** FLUX_POWER;
  const flares: Flare[] = [];
  // Poisson: exponential gaps in units of the mean.
  for (let passed = random.exponential(); passed < mean; passed += random.exponential()) {
    // Inverse of the cumulative distribution of F^-2 between the two ends.
    const u = random.uniform();
    const strength = 1 / (1 / WEAKEST + u * (1 / strongest - 1 / WEAKEST));
    const size = (strength / 1e-5) ** 0.25;
    flares.push({
      region,
      strength,
      peak: region.emergence + random.uniform(0.4 * region.growth, region.spotLife),
      rise: Math.min(LONGEST_RISE, 150 * size * Math.exp(0.4 * random.normal())),
      decay: Math.min(LONGEST_DECAY, 700 * size * Math.exp(0.5 * random.normal())),
      along: random.uniform(0.3, 0.7),
      across: 0.12 * random.normal(),
    });
  }
  return flares;
}

/**
 * Brightness of a flare relative to its peak: a Gaussian rise, an exponential decay.
 *
 * @param delay s by which what is seen comes after the X-rays
 */
export function lightCurve(flare: Flare, time: number, delay = 0): number {
  const after = time - flare.peak - delay;
  return after < 0 ? Math.exp(-((after / flare.rise) ** 2)) : Math.exp(-after / flare.decay);
}

/** The flares that shine at a time, of those in the order of {@link drawFlares}. */
export function flaresAt(flares: readonly Flare[], time: number): readonly Flare[] {
  let [low, high] = [0, flares.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (flares[middle]!.peak < time - DECAYS * LONGEST_DECAY) low = middle + 1;
    else high = middle;
  }
  const found: Flare[] = [];
  for (let i = low; i < flares.length && flares[i]!.peak < time + RISES * LONGEST_RISE; i++) {
    const { peak, rise, decay } = flares[i]!;
    if (time > peak - RISES * rise && time < peak + DECAYS * decay) found.push(flares[i]!);
  }
  return found;
}
