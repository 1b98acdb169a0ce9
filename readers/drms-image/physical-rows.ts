import { DasError } from "../../errors/das-error.js";
import type { PixelSource } from "../../fits/image.js";
import type { PixelArray } from "../../fits/pixels.js";
import { physicalValues, type Scaling } from "../../fits/scaling.js";
import type { ImageShape, Reduction } from "./reduction.js";

/** Values that are turned into doubles at once: half a megabyte, and as much again while they are decoded. */
const BAND_VALUES = 1 << 16;

/**
 * Gives a region of an image as physical values, whole rows at a time, in their order: memory is some megabytes whatever its size.
 *
 * @param region two axes; further ones of the image have one pixel
 * @param add takes the rows, see {@link Reduction.add}
 * Errors: those of reading the image.
 */
export async function physicalRows(
  image: PixelSource,
  scaling: Scaling,
  { start, size }: Reduction["region"],
  add: Reduction["add"],
): Promise<void> {
  const [width, height] = planeOf(size);
  const more = image.shape.slice(2);
  const tileRows = image.tile?.[1] ?? 1;
  const scratch = new Float64Array(width * rowsAtOnce(width, 1));
  for (let y = start[1]!, end = y + height; y < end; ) {
    // Up to the end of a tile, so that none is decoded twice.
    const next = Math.min(end, y - (y % tileRows) + rowsAtOnce(width, tileRows));
    const pixels = await image.read({
      start: [start[0]!, y, ...more.map(() => 0)],
      size: [width, next - y, ...more],
    });
    addPixels(pixels, { width, y, scaling, scratch }, add);
    y = next;
  }
}

/** Whole tiles, at least one. */
function rowsAtOnce(width: number, tileRows: number): number {
  const rows = Math.floor(BAND_VALUES / width);
  return Math.max(tileRows, rows - (rows % tileRows));
}

interface RowsOfPixels {
  readonly width: number;
  /** The first row in the image. */
  readonly y: number;
  readonly scaling: Scaling;
  /** Room for whole rows of values, used again. */
  readonly scratch: Float64Array<ArrayBuffer>;
}

/** Gives pixels on, in portions also where a tile is a whole image. */
function addPixels(
  pixels: PixelArray,
  { width, y, scaling, scratch }: RowsOfPixels,
  add: Reduction["add"],
): void {
  for (let at = 0; at < pixels.length; at += scratch.length) {
    // A view of the same kind; the type of a union's method is lost.
    const part = pixels.subarray(at, at + scratch.length) as PixelArray;
    const values = physicalValues(part, scaling, scratch.subarray(0, part.length));
    if (part instanceof Float32Array || part instanceof Float64Array) dropInfinite(values);
    add(values, y + at / width);
  }
}

/** An infinite pixel is no measurement and would leave no number of any mean. */
function dropInfinite(values: Float64Array): void {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i]!)) values[i] = Number.NaN;
}

/** Pixels of a side: more than any camera for the Sun has, and a row of them is little to hold. */
const MAX_SIDE = 32_768;

/**
 * The two axes of an image; further ones may be there if they have one pixel.
 * Errors: BAD_FITS_DATA for an image that has not two axes; FITS_TOO_LARGE for more than 32768 pixels a side.
 */
export function planeOf(shape: readonly number[]): ImageShape {
  const [width = 0, height = 0, ...more] = shape;
  if (width < 1 || height < 1 || more.some((length) => length !== 1))
    throw new DasError(
      "BAD_FITS_DATA",
      `an image of ${shape.length === 0 ? "no axes" : shape.join(" x ")} pixels, expected two axes`,
    );
  if (width > MAX_SIDE || height > MAX_SIDE)
    throw new DasError(
      "FITS_TOO_LARGE",
      `an image of ${width} x ${height} pixels, expected at most ${MAX_SIDE} a side`,
    );
  return [width, height];
}
