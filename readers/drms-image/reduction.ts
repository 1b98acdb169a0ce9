import type { Region } from "../../fits/region.js";

/** Makes the numbers of one product out of the pixels of one image, which come in bands: memory does not grow with the image. */
export interface Reduction {
  /** The part of the image that is needed; two axes. */
  readonly region: Region;
  /**
   * Takes the next rows of the region.
   *
   * @param values physical values, row by row, NaN where a pixel is missing; they may be changed, and are gone after that
   * @param y the first of the rows in the image, from 0
   */
  add(values: Float64Array, y: number): void;
  /** The numbers, NaN where no pixel gave one. */
  result(): Float64Array;
}

/** An image of two axes, NAXIS1 and NAXIS2. */
export type ImageShape = readonly [number, number];
