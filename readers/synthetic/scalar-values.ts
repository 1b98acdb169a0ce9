import { hash32, type SampleClock } from "./sample-clock.js";

/** Periods of the planes in turn, seconds: seen at once in a minute, an hour, a day. */
const PERIOD_SECONDS = [60, 600, 3600, 21_600, 86_400] as const;
/** A period has so many samples at least, whatever the cadence. */
const LEAST_PERIOD = 64;
const MOST_PERIOD = 2 ** 40;

/** How one scalar plane varies: `mean + amplitude * sin(2 pi k / period) + noise`, noise up to a tenth of the amplitude. */
export interface ScalarPlane {
  readonly plane: number;
  readonly mean: number;
  readonly amplitude: number;
  /** In samples. */
  readonly period: number;
  /** Number of the clock's counter for the period. */
  readonly counter: number;
}

/** The plane of that number, 0 for the first; its period is followed by `clock`. */
export function scalarPlane(plane: number, cadenceNs: bigint, clock: SampleClock): ScalarPlane {
  const seconds = PERIOD_SECONDS[plane % PERIOD_SECONDS.length]!;
  const samples = Math.round((seconds * 1e9) / Number(cadenceNs));
  const period = Math.min(Math.max(samples, LEAST_PERIOD), MOST_PERIOD);
  return { plane, mean: 10 * plane, amplitude: 1 + plane, period, counter: clock.follow(period) };
}

/** Value at the sample where the clock stands. */
export function scalarValue(plane: ScalarPlane, clock: SampleClock): number {
  const noise = hash32(clock.low, clock.high, plane.plane) / 2 ** 32 - 0.5;
  const sine = Math.sin((2 * Math.PI * clock.phase(plane.counter)) / plane.period);
  return plane.mean + plane.amplitude * (sine + 0.2 * noise);
}
