import { RandomStream } from "./random.js";

/** Texels round the Sun and from pole to pole (equal steps in the sine of the latitude): about 4 Mm by 7 Mm at the equator. */
export const ACROSS = 1024;
export const UP = 192;
/** Width of a texel by its height, at the equator. */
const FLATNESS = (2 * Math.PI * UP) / (2 * ACROSS);
/** Supergranules of 30 Mm are so many texels of smoothing. */
const CELL_TEXELS = 2.2;
/** Width of the lanes between cells, as part of the height of the smooth field whose zero lines they are. */
const LANE = 0.4;

/**
 * A pattern on the whole Sun: the network between supergranules. Two numbers a texel, side by side because they are used
 * together: the strength (not negative, mean 1), and the strength with mixed signs (mean 0, variance 1). They are stored as
 * multiples of {@link TEXTURE_UNIT}, in bytes, since a small pattern stays near the processor.
 */
export type SurfaceTexture = Int8Array;

/** What 1 in a texture stands for. */
export const TEXTURE_UNIT = 1 / 16;

/**
 * Draws the network along the zero lines of smooth noise, which close round cells like the lanes round supergranules, with
 * grains of log-normal strength and signs in clumps.
 */
export function surfaceTexture(seed: number): SurfaceTexture {
  const cells = smoothNoise(seed, 1, CELL_TEXELS);
  const signs = smoothNoise(seed, 2, 1.1);
  const grains = smoothNoise(seed, 3, 0.6);
  const network = new Float32Array(ACROSS * UP);
  const mixed = new Float32Array(ACROSS * UP);
  for (let i = 0; i < network.length; i++) {
    const lane = Math.exp(-((cells[i]! / LANE) ** 2));
    const strength = (0.12 + lane) * Math.exp(0.7 * grains[i]!);
    network[i] = strength;
    mixed[i] = strength * Math.tanh(1.5 * signs[i]!);
  }
  scaleTo(network, 0, mean(network));
  const offset = mean(mixed);
  scaleTo(mixed, offset, Math.sqrt(mixed.reduce((sum, v) => sum + (v - offset) ** 2, 0) / mixed.length));
  const texture = new Int8Array(2 * network.length);
  const stored = (v: number): number => Math.round(Math.min(7.9, Math.max(-7.9, v)) / TEXTURE_UNIT);
  for (let i = 0; i < network.length; i++) {
    texture[2 * i] = stored(network[i]!);
    texture[2 * i + 1] = stored(mixed[i]!);
  }
  return texture;
}

/** Normal noise smoothed over about `width` texels across and as many megametres up, variance 1. Longitudes are joined. */
function smoothNoise(seed: number, purpose: number, width: number): Float32Array {
  let field: Float32Array = new RandomStream(seed, purpose, 0x7e47).fillNormal(new Float32Array(ACROSS * UP));
  let spare: Float32Array = new Float32Array(field.length);
  // A box of three texels has the variance 2/3; repeated, boxes approach a Gaussian.
  const passes = (texels: number): number => Math.max(1, Math.round(texels * texels * 1.5));
  const blur = (by: (from: Float32Array, to: Float32Array) => void): void => {
    by(field, spare);
    [field, spare] = [spare, field];
  };
  for (let pass = passes(width); pass > 0; pass--) blur(blurAcross);
  for (let pass = passes(width * FLATNESS); pass > 0; pass--) blur(blurUp);
  const variance = field.reduce((sum, v) => sum + v * v, 0) / field.length;
  scaleTo(field, 0, Math.sqrt(variance));
  return field;
}

function blurAcross(from: Float32Array, to: Float32Array): void {
  for (let row = 0; row < from.length; row += ACROSS) {
    for (let x = 0; x < ACROSS; x++) {
      const left = from[row + ((x - 1) & (ACROSS - 1))]!;
      const right = from[row + ((x + 1) & (ACROSS - 1))]!;
      to[row + x] = (left + from[row + x]! + right) / 3;
    }
  }
}

function blurUp(from: Float32Array, to: Float32Array): void {
  for (let y = 0; y < UP; y++) {
    const below = Math.max(0, y - 1) * ACROSS;
    const here = y * ACROSS;
    const above = Math.min(UP - 1, y + 1) * ACROSS;
    for (let x = 0; x < ACROSS; x++)
      to[here + x] = (from[below + x]! + from[here + x]! + from[above + x]!) / 3;
  }
}

function mean(a: Float32Array): number {
  let sum = 0;
  for (const v of a) sum += v;
  return sum / a.length;
}

function scaleTo(a: Float32Array, offset: number, unit: number): void {
  for (let i = 0; i < a.length; i++) a[i] = (a[i]! - offset) / unit;
}
