import { DasError } from "../../errors/das-error.js";
import { complexFft } from "../../fft/complex-fft.js";
import { RealFft } from "../../fft/real-fft.js";
import type { ImageProduct } from "./image-product.js";
import type { ImageShape, Reduction } from "./reduction.js";

type Power = Extract<ImageProduct, { kind: "power" }>;

/** Pixels of a side of the square: what was asked for, or the largest even number that the image has room for. */
export function boxSide({ box }: Power, [width, height]: ImageShape): number {
  return Math.min(box, 2 * Math.floor(Math.min(width, height) / 2));
}

/** Wavenumbers, cycles a pixel: all but 0 of a transform of `side` points. */
export function powerTags(side: number): Float64Array {
  return Float64Array.from({ length: side / 2 }, (_, n) => (n + 1) / side);
}

/**
 * Spectral density of a square of the image: mean taken off, missing pixels 0 then, a Hann window. `rows`: one-sided density of
 * each row, averaged over the rows; its sum over wavenumbers times 1/side is the variance. `circles`: density of the plane, averaged
 * over wavenumbers of the same magnitude; its sum over the cells (1/side^2) of the plane is the variance. NaN where half of the pixels
 * or more are missing.
 *
 * @param centre pixel of the middle of the square, from 0
 * Errors: BAD_FITS_DATA for an image of less than 4 pixels a side.
 */
export function powerSpectrum(
  product: Power,
  shape: ImageShape,
  centre: readonly [number, number],
): Reduction {
  const side = boxSide(product, shape);
  if (side < 4)
    throw new DasError(
      "BAD_FITS_DATA",
      `an image of ${shape.join(" x ")} pixels, expected at least 4 x 4 for a spectrum`,
    );
  const pixels = new Float64Array(side * side);
  let filled = 0;
  const start = centre.map((middle, axis) =>
    Math.max(0, Math.min(shape[axis]! - side, Math.round(middle - (side - 1) / 2))),
  );
  return {
    region: { start, size: [side, side] },
    add(values) {
      pixels.set(values, filled);
      filled += values.length;
    },
    result() {
      if (!takeMeanOff(pixels)) return new Float64Array(side / 2).fill(Number.NaN);
      return product.along === "rows" ? rowPower(pixels, side) : circlePower(pixels, side);
    },
  };
}

/** Whether most pixels are there. */
function takeMeanOff(pixels: Float64Array): boolean {
  let count = 0;
  let sum = 0;
  for (const value of pixels)
    if (!Number.isNaN(value)) {
      count++;
      sum += value;
    }
  const mean = sum / count;
  for (let i = 0; i < pixels.length; i++) {
    const value = pixels[i]!;
    pixels[i] = Number.isNaN(value) ? 0 : value - mean;
  }
  return count > pixels.length / 2;
}

/** sin^2, the periodic form: its squares add up to 3/8 of the length. */
function hann(side: number): Float64Array {
  return Float64Array.from({ length: side }, (_, n) => Math.sin((Math.PI * n) / side) ** 2);
}

function rowPower(pixels: Float64Array, side: number): Float64Array {
  const half = side / 2;
  const power = new Float64Array(half);
  const window = hann(side);
  const fft = new RealFft(side);
  const row = new Float64Array(side);
  const [re, im] = [new Float64Array(half + 1), new Float64Array(half + 1)];
  // Both signs of the wavenumber but for the highest, which has one.
  const norm = 2 / (0.375 * side) / side;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) row[x] = pixels[y * side + x]! * window[x]!;
    fft.forward(row, re, im);
    for (let k = 1; k <= half; k++)
      power[k - 1]! += (k === half ? norm / 2 : norm) * (re[k]! * re[k]! + im[k]! * im[k]!);
  }
  return power;
}

function circlePower(pixels: Float64Array, side: number): Float64Array {
  const half = side / 2;
  const sums = new Float64Array(half);
  const weights = new Float64Array(half);
  const window = hann(side);
  const [re, im] = halfPlane(pixels, side, window);
  const columns = complexFft(side);
  const [columnRe, columnIm] = [new Float64Array(side), new Float64Array(side)];
  const norm = 1 / (0.375 * side) ** 2;
  for (let kx = 0; kx <= half; kx++) {
    for (let y = 0; y < side; y++) {
      columnRe[y] = re[y * (half + 1) + kx]!;
      columnIm[y] = im[y * (half + 1) + kx]!;
    }
    columns.forward(columnRe, columnIm);
    // Of a real image the other half of the plane is the same, mirrored.
    const weight = kx === 0 || kx === half ? 1 : 2;
    for (let n = 0; n < side; n++) {
      const ky = n <= half ? n : n - side;
      const ring = Math.round(Math.sqrt(kx * kx + ky * ky));
      if (ring < 1 || ring > half) continue;
      sums[ring - 1]! += weight * norm * (columnRe[n]! * columnRe[n]! + columnIm[n]! * columnIm[n]!);
      weights[ring - 1]! += weight;
    }
  }
  return sums.map((sum, ring) => sum / weights[ring]!);
}

/** Transforms of the rows: side/2 + 1 wavenumbers of each. */
function halfPlane(pixels: Float64Array, side: number, window: Float64Array): [Float64Array, Float64Array] {
  const columns = side / 2 + 1;
  const [re, im] = [new Float64Array(columns * side), new Float64Array(columns * side)];
  const fft = new RealFft(side);
  const row = new Float64Array(side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) row[x] = pixels[y * side + x]! * window[x]! * window[y]!;
    fft.forward(
      row,
      re.subarray(y * columns, (y + 1) * columns),
      im.subarray(y * columns, (y + 1) * columns),
    );
  }
  return [re, im];
}
