import { DasError } from "../errors/das-error.js";
import type { Hdu } from "./fits-file.js";
import type { FitsLimits } from "./limits.js";
import { bitpixOf, type PixelArray, pixelBytes } from "./pixels.js";
import { boxes, checkRegion, countOf, eachRun, type Region, wholeOf } from "./region.js";
import type { Scaling } from "./scaling.js";
import type { Bitpix } from "./structure.js";

/** An array of stored values that is read by regions, wherever it is kept. */
export interface PixelSource {
  readonly bitpix: Bitpix;
  /** NAXIS1 first, the axis that varies fastest. */
  readonly shape: readonly number[];
  /**
   * Stored values of a region, the whole by default, the lowest axis fastest.
   * Errors: BAD_PARAMETER for a region outside, FITS_TOO_LARGE for more bytes than allowed at once.
   */
  read(region?: Region): Promise<PixelArray>;
  /** Tile lengths, where values are kept in tiles: regions that follow them are read without decoding twice. */
  readonly tile?: readonly number[];
}

/** The image of a header-data unit, compressed or not. */
export interface FitsImage extends PixelSource {
  readonly hdu: Hdu;
  readonly scaling: Scaling;
  /** The compression by its name in `ZCMPTYPE`; absent for a plain image. */
  readonly compression?: string;
}

/** One piece of an image. */
export interface Band {
  readonly region: Region;
  readonly pixels: PixelArray;
}

/** An image in pieces of at most `maxBytes` in the order of the file: memory does not grow with the image. */
export async function* imageBands(image: PixelSource, maxBytes = 4 << 20): AsyncGenerator<Band> {
  const most = Math.max(1, Math.floor(maxBytes / pixelBytes(image.bitpix)));
  for (const region of boxes(image.shape, most, image.tile))
    yield { region, pixels: await image.read(region) };
}

/** An array in memory as a source. Errors: BAD_PARAMETER where the shape does not fit the array. */
export function pixelsInMemory(pixels: PixelArray, shape: readonly number[]): PixelSource {
  if (countOf(shape) !== pixels.length)
    throw new DasError("BAD_PARAMETER", `${pixels.length} values for an image of ${shape.join(" x ")}`);
  return {
    bitpix: bitpixOf(pixels),
    shape,
    async read(region = wholeOf(shape)) {
      checkRegion(shape, region);
      return copyRegion(pixels, shape, region);
    },
  };
}

/** The values of a region as an array of their own. */
function copyRegion(pixels: PixelArray, shape: readonly number[], region: Region): PixelArray {
  const size = pixels.BYTES_PER_ELEMENT;
  const from = new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  const bytes = new Uint8Array(countOf(region.size) * size);
  eachRun(shape, region, (at, to, count) =>
    bytes.set(from.subarray(at * size, (at + count) * size), to * size),
  );
  // The same kind of array over the bytes just copied.
  return new (pixels.constructor as new (buffer: ArrayBuffer) => PixelArray)(bytes.buffer);
}

/** Errors: FITS_TOO_LARGE where a region has more bytes than may be read at once. */
export function checkArrayBytes(bitpix: Bitpix, region: Region, limits: FitsLimits): void {
  const bytes = countOf(region.size) * pixelBytes(bitpix);
  if (bytes > limits.maxArrayBytes)
    throw new DasError(
      "FITS_TOO_LARGE",
      `${bytes} bytes of an image at once, expected at most ${limits.maxArrayBytes}: read it by regions`,
    );
}
