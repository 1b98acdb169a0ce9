import { DasError } from "../../errors/das-error.js";
import type { PixelSource } from "../../fits/image.js";
import type { Scaling } from "../../fits/scaling.js";
import { paletteFile } from "../../formats/png/png-file.js";
import { BlockAverage, blockSide, type PictureShape } from "../../plot/quick-look/block-average.js";
import { type MapName, palette } from "../../plot/quick-look/palettes.js";
import { type RobustEnds, robustRange, sampleStep } from "../../plot/quick-look/robust-range.js";
import { colourNumbers, type Stretch } from "../../plot/quick-look/stretch.js";
import { northUp, type Roll, topDown } from "../../plot/quick-look/turn.js";
import { withStoredImage } from "../../readers/drms-image/image-job.js";
import { physicalRows, planeOf } from "../../readers/drms-image/physical-rows.js";
import type { StoredImage } from "../../readers/drms-image/stored-image.js";

/** How a picture of an image looks. */
export interface Look {
  /** Longest side, pixels. */
  readonly size: number;
  readonly scale: Stretch;
  readonly map: MapName;
  /** Values at the ends of the colours; missing: those that `ends` finds. */
  readonly range?: readonly [number, number];
  readonly ends: RobustEnds;
  /** Missing: as it is stored. */
  readonly roll?: Roll;
}

/** A picture that is to be made of a stored image; plain values that can be sent to a thread. */
export interface QuickLookJob extends StoredImage {
  /** What values are multiplied with. */
  readonly factor: number;
  readonly look: Look;
}

/** A picture, and what is to be known of it. */
export interface QuickLook {
  /** A PNG file; missing pixels are transparent. */
  readonly png: Uint8Array;
  readonly picture: PictureShape;
  readonly image: PictureShape;
  /** Values at the ends of the colours. */
  readonly range: readonly [number, number];
}

/** Pixels of an image that is looked at: 16384 x 16384, the largest of the Sun. */
const MAX_PIXELS = 2 ** 28;

/**
 * Opens the file, makes the picture and closes it. Errors: those of `withStoredImage` and of {@link drawImage}.
 */
export function runQuickLookJob({ factor, look, ...stored }: QuickLookJob): Promise<QuickLook> {
  return withStoredImage(stored, (pixels, scaling) => drawImage(pixels, scaling, factor, look));
}

/**
 * Averages an image down to the size of a picture, band by band, and gives its values colours. Memory is that of the picture and some
 * megabytes whatever the size of the image. Percentiles are those of single pixels, so all sizes of a picture look the same.
 *
 * Errors: BAD_FITS_DATA for an image that has not two axes, FITS_TOO_LARGE; those of reading it.
 */
export async function drawImage(
  pixels: PixelSource,
  scaling: Scaling,
  factor: number,
  { size, scale, map, range: given, ends, roll }: Look,
): Promise<QuickLook> {
  const [width, height] = planeOf(pixels.shape);
  if (width * height > MAX_PIXELS)
    throw new DasError(
      "FITS_TOO_LARGE",
      `an image of ${width} x ${height} pixels, expected at most ${MAX_PIXELS} of them`,
    );
  const image = { width, height };
  const average = new BlockAverage(image, blockSide(image, size));
  const sample = given === undefined ? new PixelSample(image) : undefined;
  await physicalRows(pixels, scaling, { start: [0, 0], size: [width, height] }, (values, y) => {
    if (factor !== 1) for (let i = 0; i < values.length; i++) values[i]! *= factor;
    sample?.add(values, y);
    average.add(values);
  });
  // An image of no values has no colours either.
  const range = given ?? robustRange(sample?.values ?? new Float64Array(), ends) ?? [0, 1];
  const turned = roll === undefined ? average : northUp(average, roll);
  const numbers = topDown(colourNumbers(turned.values, range, scale), average.shape);
  return {
    png: paletteFile({ ...average.shape, numbers, colours: palette(map) }),
    picture: average.shape,
    image,
    range,
  };
}

/** Some of the pixels of an image, evenly over it. */
class PixelSample {
  readonly values: Float64Array;
  readonly #width: number;
  readonly #step: number;
  #count = 0;

  constructor({ width, height }: PictureShape) {
    this.#width = width;
    this.#step = sampleStep(width, height);
    this.values = new Float64Array(Math.ceil(width / this.#step) * Math.ceil(height / this.#step));
  }

  add(values: Float64Array, y: number): void {
    for (let at = 0; at < values.length; at += this.#width, y++) {
      if (y % this.#step !== 0) continue;
      for (let x = 0; x < this.#width; x += this.#step) this.values[this.#count++] = values[at + x]!;
    }
  }
}
