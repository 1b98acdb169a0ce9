import { DasError } from "../../errors/das-error.js";
import { diskCentre, type SunFrame, tangentPlane } from "../../sun/sun-frame.js";
import { histogram } from "./histogram.js";
import { type ImageProduct, needsSun, type PixelTreatment } from "./image-product.js";
import { imageLine } from "./line.js";
import { meridionalMeans } from "./meridional.js";
import { powerSpectrum } from "./power.js";
import { radialMeans, radialPixelMeans } from "./radial.js";
import type { ImageShape, Reduction } from "./reduction.js";
import { scalarValues } from "./scalars.js";
import { zonalMeans } from "./zonal.js";

/**
 * The reduction that makes a product out of an image of a shape.
 *
 * @param frame how the Sun lies in it; may be missing where `needsSun` says no
 * Errors: BAD_FITS_DATA where the image has not what is asked for.
 */
export function startReduction(
  product: ImageProduct,
  treatment: PixelTreatment,
  shape: ImageShape,
  frame: SunFrame | undefined,
): Reduction {
  switch (product.kind) {
    case "zonal":
      return zonalMeans(product, treatment, shape, expected(frame));
    case "meridional":
      return meridionalMeans(product, treatment, shape, expected(frame));
    case "row":
    case "column":
      return imageLine(product, shape);
    case "radial":
      return radialMeans(product, shape, expected(frame));
    case "radial pixels":
      return radialPixelMeans(shape, expected(frame));
    case "histogram":
      return histogram(product, shape);
    case "power":
      return powerSpectrum(product, shape, centreOf(shape, frame));
    case "scalars":
      return scalarValues(
        product,
        treatment,
        shape,
        needsSun(product, treatment) ? expected(frame) : undefined,
      );
    default:
      return product satisfies never;
  }
}

function centreOf([width, height]: ImageShape, frame: SunFrame | undefined): readonly [number, number] {
  return frame === undefined ? [(width - 1) / 2, (height - 1) / 2] : diskCentre(tangentPlane(frame));
}

function expected(frame: SunFrame | undefined): SunFrame {
  if (frame === undefined)
    throw new DasError("INTERNAL", "an image without the frame that its product needs");
  return frame;
}
