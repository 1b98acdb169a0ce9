import type { EuvWavelength } from "./sun-image.js";

/** How a channel of AIA sees the Sun. Brightness in DN/s of a pixel of the full detector, at the begin of the mission. */
export interface Channel {
  /** Exposure, s. */
  readonly exposure: number;
  /** Delay of its exposure in the cycle of 12 s of the instrument, s. */
  readonly offset: number;
  /** Brightness of the quiet Sun in the middle of the disk: of the transition region below, of the corona above. */
  readonly lower: number;
  readonly corona: number;
  /** Height over which the corona fades, solar radii. */
  readonly height: number;
  /** Contrast of the network, 0 to 1. */
  readonly network: number;
  /** Part of the brightness that a coronal hole keeps. */
  readonly hole: number;
  /** Brightness over a field of 100 G, of loops, of the haze round regions, and of a flare of class M1. */
  readonly plage: number;
  readonly loops: number;
  readonly haze: number;
  readonly flare: number;
  /** By how much flares peak after their X-rays, s: hot gas cools into the colder channels. */
  readonly delay: number;
  /** Brightness of the tops of loops relative to their feet. */
  readonly tops: number;
  /** Sensitivity in 2010.35, and that which is left in the end; time scale of the loss, years. */
  readonly lasting: number;
  readonly lossYears: number;
}

/** The three channels of the sample. */
export const CHANNELS: Readonly<Record<EuvWavelength, Channel>> = {
  171: {
    exposure: 2,
    offset: 0.34,
    lower: 75,
    corona: 45,
    height: 0.042,
    network: 0.35,
    hole: 0.5,
    plage: 160,
    loops: 620,
    haze: 130,
    flare: 9000,
    delay: 500,
    tops: 0.35,
    lasting: 0.75,
    lossYears: 5,
  },
  193: {
    exposure: 2,
    offset: 6.84,
    lower: 35,
    corona: 85,
    height: 0.06,
    network: 0.25,
    hole: 0.22,
    plage: 260,
    loops: 620,
    haze: 520,
    flare: 16_000,
    delay: 120,
    tops: 0.8,
    lasting: 0.6,
    lossYears: 5,
  },
  304: {
    exposure: 2.9,
    offset: 8.12,
    lower: 26,
    corona: 4,
    height: 0.03,
    network: 0.6,
    hole: 0.75,
    plage: 70,
    loops: 60,
    haze: 6,
    flare: 5000,
    delay: -30,
    tops: 0.15,
    lasting: 0.12,
    lossYears: 2.2,
  },
};

/** Steps of {@link coronaColumn} a solar radius, and radius (of the disk) up to which it goes. */
const STEPS = 256;
const EDGE = 1.7;

/** Columns once computed, by height. */
const columns = new Map<number, Float32Array>();

/**
 * Brightness of an optically thin corona whose emission falls by e in `height` solar radii, by the distance of the line of sight
 * from the middle of the disk; 1 in the middle.
 *
 * @returns one number each 1/256 of a solar radius, to 1.7
 */
export function coronaColumn(height: number): Float32Array {
  const known = columns.get(height);
  if (known !== undefined) return known;
  const column = new Float32Array(Math.ceil(EDGE * STEPS) + 2);
  for (let k = 0; k < column.length; k++) {
    const impact = k / STEPS;
    // From the surface outwards on the disk, from the point nearest to the Sun on both sides off it.
    const from = impact < 1 ? Math.sqrt(1 - impact * impact) : 0;
    const step = height / 12;
    let sum = 0;
    for (let s = from + step / 2; s < from + 3; s += step) {
      const emission = Math.exp((1 - Math.sqrt(impact * impact + s * s)) / height);
      sum += emission;
      if (emission < 1e-4) break;
    }
    column[k] = (impact < 1 ? 1 : 2) * sum * (step / height);
  }
  columns.set(height, column);
  return column;
}

/** Linear interpolation in {@link coronaColumn}; 0 beyond its end. */
export function columnAt(column: Float32Array, impact: number): number {
  const at = impact * STEPS;
  const k = at | 0;
  if (k + 1 >= column.length) return 0;
  return column[k]! + (at - k) * (column[k + 1]! - column[k]!);
}

/** Sensitivity of a channel relative to the begin of the mission. */
export function sensitivity(channel: Channel, yearsInOrbit: number): number {
  return channel.lasting + (1 - channel.lasting) * Math.exp(-Math.max(0, yearsInOrbit) / channel.lossYears);
}
