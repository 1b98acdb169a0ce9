import { DasError } from "../../errors/das-error.js";
import type { PixelSource } from "../../fits/image.js";

/**
 * The slice of one slot of an image whose slowest axis counts the slots of a storage unit.
 * Errors: BAD_FITS_DATA where the image has one axis only or fewer slots. Source: netdrms 1.7 (protocol `tas`), export A1.
 */
export function imageOfSlot(image: PixelSource, slot: number): PixelSource {
  const shape = image.shape.slice(0, -1);
  const slots = image.shape.at(-1) ?? 0;
  if (shape.length === 0 || !(slot >= 0 && slot < slots))
    throw new DasError(
      "BAD_FITS_DATA",
      `slot ${slot} of an image of ${image.shape.join(" x ")}, whose last axis counts slots`,
    );
  return {
    bitpix: image.bitpix,
    shape,
    read: ({ start, size } = { start: shape.map(() => 0), size: shape }) =>
      image.read({ start: [...start, slot], size: [...size, 1] }),
  };
}
