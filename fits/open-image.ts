import { DasError } from "../errors/das-error.js";
import { compressedImage } from "./compressed-image.js";
import type { FitsFile, Hdu } from "./fits-file.js";
import type { FitsImage } from "./image.js";
import { plainImage } from "./plain-image.js";
import type { TileWorkers } from "./tile-codec.js";

/** The first unit with an image of at least one axis, plain or compressed: the one that is meant by "the image" (netdrms-export A2). */
export function firstImageHdu(file: FitsFile): Hdu | undefined {
  return file.hdus.find(
    ({ structure }) =>
      structure.kind === "compressed image" || (structure.kind === "image" && structure.axes.length > 0),
  );
}

/**
 * Opens the image of a unit, of the first with one by default.
 *
 * @param workers who decodes tiles; this thread by default
 * Errors: BAD_FITS_DATA where there is no image; those of the header of a compressed image.
 */
export function openImage(file: FitsFile, hdu = firstImageHdu(file), workers?: TileWorkers): FitsImage {
  if (hdu === undefined) throw new DasError("BAD_FITS_DATA", "the FITS file has no image");
  switch (hdu.structure.kind) {
    case "image":
      return plainImage(file, hdu);
    case "compressed image":
      return compressedImage(file, hdu, workers);
    default:
      throw new DasError("BAD_FITS_DATA", `unit ${hdu.index} holds no image but: ${hdu.structure.kind}`);
  }
}
