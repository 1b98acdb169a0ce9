import { timeOfYear, YEAR } from "./epoch.js";

const MONTH = YEAR / 12;
const DEGREE = Math.PI / 180;

/** A sunspot cycle. */
export interface ActivityCycle {
  /** Number by the count of Zurich. */
  readonly number: number;
  /** Begin: about the minimum before it, DRMS time. */
  readonly begin: number;
  /** Active regions that emerge in a day at maximum, on the whole Sun. */
  readonly peakRate: number;
  /** Time scale of the rise, s. */
  readonly rise: number;
}

/** The cycles whose regions are on the Sun from 2008 to 2025; the rates follow the counts of numbered regions of NOAA. */
export const CYCLES: readonly ActivityCycle[] = [
  { number: 23, begin: timeOfYear(1996.4), peakRate: 1.5, rise: 46 * MONTH },
  { number: 24, begin: timeOfYear(2008.8), peakRate: 0.8, rise: 55 * MONTH },
  { number: 25, begin: timeOfYear(2019.7), peakRate: 1.1, rise: 50 * MONTH },
];

/** Longest time after its begin that a cycle brings forth regions, s. */
export const CYCLE_LENGTH = 13.5 * YEAR;

/** Asymmetry of rise and decline. */
const ASYMMETRY = 0.71;
/** The shape below at its maximum. */
const PEAK_SHAPE = 0.503_8;

/**
 * Regions that emerge in a day: a steep rise and a slow decline.
 * Source: D. Hathaway, R. Wilson and E. Reichmann, Solar Physics 151 (1994) 177: x^3 / (exp(x^2) - 0.71).
 */
export function emergenceRate(cycle: ActivityCycle, time: number): number {
  const x = (time - cycle.begin) / cycle.rise;
  if (x <= 0 || time - cycle.begin > CYCLE_LENGTH) return 0;
  return (cycle.peakRate * (x ** 3 / (Math.exp(x * x) - ASYMMETRY))) / PEAK_SHAPE;
}

/**
 * Mean latitude (radians, without hemisphere) at which regions emerge: Spoerer's law, the same for all cycles.
 * Source: D. Hathaway, Solar Physics 273 (2011) 221: 28 degrees exp(-t / 90 months).
 */
export function emergenceLatitude(cycle: ActivityCycle, time: number): number {
  return 28 * DEGREE * Math.exp(-(time - cycle.begin) / (90 * MONTH));
}

/** Half width (standard deviation, radians) of the belts: wide in the rise, narrow at the end. */
export function emergenceSpread(cycle: ActivityCycle, time: number): number {
  return (2.2 + 4 * Math.exp(-(((time - cycle.begin) / (100 * MONTH)) ** 2))) * DEGREE;
}

/** Polarity of the leading spots: Hale's law. In odd cycles those of the north are positive, in even cycles those of the south. */
export function leadingPolarity(cycle: ActivityCycle, latitude: number): 1 | -1 {
  const north = cycle.number % 2 === 1 ? 1 : -1;
  return latitude >= 0 ? north : north === 1 ? -1 : 1;
}
