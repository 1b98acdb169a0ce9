import type { PictureShape } from "./block-average.js";

/** An image as numbers, row by row, its first row at the bottom as in FITS; NaN where nothing is. */
export interface PictureValues {
  readonly shape: PictureShape;
  readonly values: Float32Array;
}

/** How an image lies on the sky. */
export interface Roll {
  /** CROTA2: degrees from the second axis of the image to north. */
  readonly degrees: number;
  /** Whether the axes count against those of the sky (a CDELT below 0). */
  readonly isMirrored: readonly [boolean, boolean];
}

/**
 * Turns a picture around its middle so that north is up and west is at the right. Its size stays: corners that leave it are gone, what
 * comes in is missing. Values between pixels are in proportion of the four around; where one of these is missing, of the others.
 */
export function northUp({ shape, values }: PictureValues, { degrees, isMirrored }: Roll): PictureValues {
  const { width, height } = shape;
  const [cos, sin] = [cosine(degrees), cosine(degrees - 90)];
  const [signX, signY] = isMirrored.map((is) => (is ? -1 : 1)) as [number, number];
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  const out = new Float32Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      // The inverse of (west, north) = R(roll) (sx dx, sy dy).
      const [west, north] = [x - middleX, y - middleY];
      const fromX = middleX + signX * (cos * west + sin * north);
      const fromY = middleY + signY * (cos * north - sin * west);
      out[y * width + x] = valueAt(values, shape, fromX, fromY);
    }
  return { shape, values: out };
}

/** Exact for quarters of a turn, so that these move pixels and smooth none. */
function cosine(degrees: number): number {
  const quarter = (((degrees / 90) % 4) + 4) % 4;
  return quarter % 1 === 0 ? [1, 0, -1, 0][quarter]! : Math.cos((degrees * Math.PI) / 180);
}

function valueAt(values: Float32Array, { width, height }: PictureShape, x: number, y: number): number {
  // Half a pixel beyond the middle of the outermost one its area ends.
  if (!(x >= -0.5 && y >= -0.5 && x <= width - 0.5 && y <= height - 0.5)) return Number.NaN;
  const [x0, y0] = [Math.floor(x), Math.floor(y)];
  let sum = 0;
  let weights = 0;
  for (let dy = 0; dy < 2; dy++)
    for (let dx = 0; dx < 2; dx++) {
      const weight = (dx === 0 ? 1 - (x - x0) : x - x0) * (dy === 0 ? 1 - (y - y0) : y - y0);
      const [px, py] = [x0 + dx, y0 + dy];
      if (weight === 0 || px < 0 || py < 0 || px >= width || py >= height) continue;
      const value = values[py * width + px]!;
      if (Number.isNaN(value)) continue;
      sum += weight * value;
      weights += weight;
    }
  return weights > 0 ? sum / weights : Number.NaN;
}

/** Rows from the top down, as pictures have them. */
export function topDown(numbers: Uint8Array, { width, height }: PictureShape): Uint8Array {
  const out = new Uint8Array(numbers.length);
  for (let y = 0; y < height; y++)
    out.set(numbers.subarray((height - 1 - y) * width, (height - y) * width), y * width);
  return out;
}
