import { DasError } from "../../errors/das-error.js";
import type { QueryContext } from "../query.js";
import { type AskedImages, imageTimeText } from "./asked-images.js";
import { type FoundImage, findImage } from "./image-records.js";
import { withImages } from "./open-images.js";

/**
 * The image of the record of a time, us2000, of the channel that the request names.
 * Errors: NOTHING_FOUND where there is none, or the time is not valid; those of the archive.
 */
export async function imageAt(
  context: QueryContext,
  { images, range }: AskedImages,
  us2000: number,
): Promise<FoundImage> {
  const found =
    range === undefined
      ? undefined
      : await withImages(context, images, "none", (archive) =>
          findImage(archive, images, us2000, context.words.get("channel")),
        );
  if (found === undefined)
    throw new DasError("NOTHING_FOUND", `There is no image of ${imageTimeText(us2000)}`);
  return found;
}
