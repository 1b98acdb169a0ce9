import { isDasError } from "../../errors/das-error.js";
import type { QueryContext } from "../query.js";
import { recordLook } from "./image-look.js";
import type { FoundImage } from "./image-records.js";
import type { ImageSeries } from "./image-source.js";
import type { LookWords } from "./look-words.js";
import { pictureOfRecord } from "./picture-of-record.js";

/** Side of the pictures that are made to find it: that of thumbnails, which are wanted anyhow. */
export const THUMBNAIL_SIZE = 160;
/** Digits: nobody sees more of a colour, and addresses stay short. */
const DIGITS = 3;

/**
 * One range of values for the pictures of a strip, so that what changes is the Sun and not the scale: from the lowest to the highest end
 * that some of the images have by themselves. What cannot be read has no say; `undefined` where nothing can be.
 */
export async function commonRange(
  context: Pick<QueryContext, "request" | "site">,
  images: ImageSeries,
  some: readonly FoundImage[],
  look: LookWords,
): Promise<readonly [number, number] | undefined> {
  const ranges = await Promise.all(some.map((found) => ownRange(context, images, found, look)));
  const known = ranges.filter((range) => range !== undefined);
  if (known.length === 0) return undefined;
  const low = Math.min(...known.map(([one]) => one));
  const high = Math.max(...known.map(([, one]) => one));
  const rounded = [Number(low.toPrecision(DIGITS)), Number(high.toPrecision(DIGITS))] as const;
  if (rounded[0] < rounded[1]) return rounded;
  return low < high ? [low, high] : undefined;
}

async function ownRange(
  context: Pick<QueryContext, "request" | "site">,
  images: ImageSeries,
  found: FoundImage,
  look: LookWords,
): Promise<readonly [number, number] | undefined> {
  try {
    const how = recordLook(found, look, images.look, THUMBNAIL_SIZE);
    return (await pictureOfRecord(context, images, found, how)).range;
  } catch (error) {
    if (isDasError(error) && error.code !== "CANCELLED" && error.code !== "ARCHIVE_AWAY") return undefined;
    throw error;
  }
}
