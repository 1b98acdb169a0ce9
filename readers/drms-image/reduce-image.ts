import type { PixelSource } from "../../fits/image.js";
import type { Scaling } from "../../fits/scaling.js";
import type { SunFrame } from "../../sun/sun-frame.js";
import type { ImageProduct, PixelTreatment } from "./image-product.js";
import { physicalRows, planeOf } from "./physical-rows.js";
import type { ImageShape } from "./reduction.js";
import { startReduction } from "./start-reduction.js";

/** What is made of one image. */
export interface ImageTask {
  readonly product: ImageProduct;
  readonly treatment: PixelTreatment;
  /** How the Sun lies in the image, where it is known. */
  readonly frame?: SunFrame;
}

/** The numbers of one image. */
export interface ImageNumbers {
  readonly shape: ImageShape;
  /** NaN where no pixel gave a value. */
  readonly values: Float64Array;
}

/**
 * Makes a product out of an image, band by band: memory is some megabytes whatever its size.
 *
 * Errors: BAD_FITS_DATA for an image that has not two axes, or not what is asked for; FITS_TOO_LARGE for more than 32768 pixels a
 * side; those of reading it.
 */
export async function reduceImage(
  image: PixelSource,
  scaling: Scaling,
  { product, treatment, frame }: ImageTask,
): Promise<ImageNumbers> {
  const shape = planeOf(image.shape);
  const reduction = startReduction(product, treatment, shape, frame);
  await physicalRows(image, scaling, reduction.region, (values, y) => {
    if (treatment.unsigned) for (let i = 0; i < values.length; i++) values[i] = Math.abs(values[i]!);
    reduction.add(values, y);
  });
  return { shape, values: reduction.result() };
}
