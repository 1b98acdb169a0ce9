import { RandomStream } from "./random.js";
import { SOLAR_RADIUS } from "./viewpoint.js";

/** Gravity at the surface, m/s^2. */
const GRAVITY = 274;
/** Large separation of modes of low degree, Hz. */
const LARGE_SEPARATION = 135.1e-6;
/** Degree from which waves see the layers below the surface as a plane polytrope; there both laws space their orders alike. */
const PLANE_DEGREE = 70;
/** Middle and half width of the Lorentzian of the power, Hz, and the band beyond which no mode is excited. */
const CENTRE = 3.3e-3;
const HALF_WIDTH = 0.35e-3;
const BAND: readonly [number, number] = [2.2e-3, 4.6e-3];
/** Number of waves of high degree, the degrees between which they lie, and their velocity (root mean square of all), m/s. */
const WAVES = 36;
const DEGREES: readonly [number, number] = [20, 160];
const WAVE_VELOCITY = 230;
/** Velocity of a wave of a degree of 0 to 3, m/s: what the whole disk shows. */
const GLOBAL_VELOCITY = 1.2;

/** A pattern on the sphere that swings at the frequencies of several radial orders. */
interface Wave {
  readonly degree: number;
  /** Unit vector (W, N, R) along which it runs, and its phase there. */
  readonly direction: readonly [number, number, number];
  readonly orders: readonly Order[];
}

interface Order {
  /** Hz. */
  readonly frequency: number;
  /** m/s. */
  readonly amplitude: number;
  readonly phaseCos: number;
  readonly phaseSin: number;
}

/** The waves of the solar surface that a picture of a size can show: patterns are computed once, then only summed. */
export interface Oscillations {
  /**
   * Radial velocity at the places of a square grid, m/s, outward positive.
   *
   * @param time DRMS time
   * @returns one number a place, in the order of the places given
   */
  velocity(time: number): Float32Array;
}

/**
 * Five-minute oscillations: waves of given degree in all directions, with the frequencies of p modes and a Lorentzian of power.
 * Each is steady; the spread of their frequencies makes the beats. The real ones are excited anew in days.
 *
 * @param points W, N and R of the places, solar radii
 */
export function oscillations(seed: number, w: Float32Array, n: Float32Array, r: Float32Array): Oscillations {
  const waves = drawWaves(seed);
  const patterns = waves.map((wave) => pattern(wave, w, n, r));
  return {
    velocity: (time) => {
      const sum = new Float32Array(w.length);
      waves.forEach((wave, k) => {
        let [even, odd] = [0, 0];
        for (const order of wave.orders) {
          const angle = 2 * Math.PI * ((order.frequency * time) % 1);
          even += order.amplitude * Math.cos(angle + order.phaseCos);
          odd += order.amplitude * Math.cos(angle + order.phaseSin);
        }
        addPattern(sum, patterns[k]!, even, odd);
      });
      return sum;
    },
  };
}

/** Cosine and sine of degree * (direction . place), side by side. */
function pattern(wave: Wave, w: Float32Array, n: Float32Array, r: Float32Array): Float32Array {
  const out = new Float32Array(2 * w.length);
  const [dw, dn, dr] = wave.direction;
  for (let i = 0; i < w.length; i++) {
    const phase = wave.degree * (dw * w[i]! + dn * n[i]! + dr * r[i]!);
    out[2 * i] = Math.cos(phase);
    out[2 * i + 1] = Math.sin(phase);
  }
  return out;
}

function addPattern(sum: Float32Array, pattern: Float32Array, even: number, odd: number): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += even * pattern[2 * i]! + odd * pattern[2 * i + 1]!;
}

function drawWaves(seed: number): readonly Wave[] {
  const random = new RandomStream(seed, 0, 0x0c);
  const low = [0, 1, 1, 2, 2, 3].map((degree) => drawWave(random, degree, GLOBAL_VELOCITY));
  const each = WAVE_VELOCITY / Math.sqrt(WAVES);
  const high = Array.from({ length: WAVES }, () => drawWave(random, random.uniform(...DEGREES), each));
  return [...low, ...high];
}

/** @param velocity root mean square of the sum of its orders, m/s */
function drawWave(random: RandomStream, degree: number, velocity: number): Wave {
  // Waves that run towards the observer would show rings and move the mean of the disk.
  const height = random.uniform(-0.7, 0.7);
  const azimuth = random.uniform(0, 2 * Math.PI);
  const level = Math.sqrt(1 - height * height);
  const drawn = frequencies(degree).map((frequency) => ({
    frequency,
    // Modes that are hit at random have exponentially distributed power; here the mean of two hits.
    power: (random.exponential() + random.exponential()) / (1 + ((frequency - CENTRE) / HALF_WIDTH) ** 2),
    phaseCos: random.uniform(0, 2 * Math.PI),
    phaseSin: random.uniform(0, 2 * Math.PI),
  }));
  const total = drawn.reduce((sum, { power }) => sum + power, 0);
  return {
    degree,
    direction: [level * Math.cos(azimuth), level * Math.sin(azimuth), height],
    orders: drawn.map(({ frequency, power, phaseCos, phaseSin }) => ({
      frequency,
      // cos^2 over time and over cosine and sine of the pattern: 1/2 * (1/2 + 1/2).
      amplitude: velocity * Math.sqrt((2 * power) / total),
      phaseCos,
      phaseSin,
    })),
  };
}

/**
 * Frequencies of the radial orders n of a degree in the band, Hz. Low degrees: (n + degree / 2 + 1.5) times the large
 * separation. High ones: those of a plane polytrope of index 3/2, omega^2 = (4/3) (n + 3/4) g k.
 * Source: J. Christensen-Dalsgaard, Reviews of Modern Physics 74 (2002) 1073; D. Gough, Solar Physics 100 (1985) 65.
 */
function frequencies(degree: number): readonly number[] {
  const wavenumber = Math.sqrt(degree * (degree + 1)) / SOLAR_RADIUS;
  const surface = Math.sqrt(GRAVITY * wavenumber) / (2 * Math.PI);
  const all = Array.from({ length: 60 }, (_, n) =>
    degree < PLANE_DEGREE
      ? (n + 1 + ((degree / 2) % 1) + 1.5) * LARGE_SEPARATION
      : surface * Math.sqrt((4 / 3) * (n + 1.75)),
  );
  return all.filter((frequency) => frequency >= BAND[0] && frequency <= BAND[1]);
}
