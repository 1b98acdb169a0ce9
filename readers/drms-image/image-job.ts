import { join } from "node:path";
import { handleSource } from "../../fits/file-source.js";
import { openFitsFile } from "../../fits/fits-file.js";
import type { FitsImage, PixelSource } from "../../fits/image.js";
import { openImage } from "../../fits/open-image.js";
import type { Scaling } from "../../fits/scaling.js";
import { imageOfSlot } from "../../netdrms/export/image-of-slot.js";
import { openMember } from "../../netdrms/sums/open-file.js";
import { DRMS_TYPES } from "../../netdrms/values/drms-type.js";
import { type ImageNumbers, type ImageTask, reduceImage } from "./reduce-image.js";
import type { StoredImage } from "./stored-image.js";

/** What is to be made of one stored image; plain values that can be sent to a thread. */
export interface ImageJob extends StoredImage {
  readonly task: ImageTask;
}

/**
 * Opens the file, makes the numbers and closes it.
 * Errors: those of {@link withStoredImage} and of {@link reduceImage}.
 */
export function runImageJob({ task, ...stored }: ImageJob): Promise<ImageNumbers> {
  return withStoredImage(stored, (pixels, scaling) => reduceImage(pixels, scaling, task));
}

/**
 * Opens the file, does the work with its image and closes it.
 * Errors: BAD_FILE, ARCHIVE_FAILED as `openMember`; those of FITS and of the work.
 */
export async function withStoredImage<T>(
  { member, slot, ...scale }: StoredImage,
  work: (pixels: PixelSource, scaling: Scaling) => Promise<T>,
): Promise<T> {
  const source = await handleSource(await openMember(member), join(member.folder, member.path));
  try {
    const image = openImage(await openFitsFile(source));
    const pixels: PixelSource = slot === undefined ? image : imageOfSlot(image, slot);
    return await work(pixels, storedScaling(image, scale));
  } finally {
    await source.close();
  }
}

/**
 * The scaling of the header; of the database where the header has none. Without BLANK the missing value of the type is missing all the
 * same. Source: netdrms 1.7.
 */
function storedScaling(
  { hdu: { header }, bitpix, scaling }: FitsImage,
  { bzero, bscale }: Pick<StoredImage, "bzero" | "bscale">,
): Scaling {
  const own = header.has("BZERO") || header.has("BSCALE") ? scaling : { ...scaling, bzero, bscale };
  if (own.blank !== undefined || bitpix < 16) return own;
  const type = bitpix === 16 ? "short" : bitpix === 32 ? "int" : "longlong";
  return { ...own, blank: DRMS_TYPES[type].missing };
}
