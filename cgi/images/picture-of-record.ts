import { DasError } from "../../errors/das-error.js";
import { heldRecords } from "../../netdrms/segments/held-records.js";
import { storedImage } from "../../readers/drms-image/stored-image.js";
import type { QueryContext } from "../query.js";
import type { RecordLook } from "./image-look.js";
import type { FoundImage } from "./image-records.js";
import type { ImageSeries } from "./image-source.js";
import { keptPictures } from "./kept-pictures.js";
import { withImages } from "./open-images.js";
import { PictureFiles } from "./picture-files.js";
import { pictureKey } from "./picture-key.js";
import type { QuickLook } from "./quick-look-job.js";
import { makeQuickLook } from "./quick-look-pool.js";

/**
 * The picture of a record: one that is kept in memory or on the disk, or one that is made while its storage unit is held.
 * Errors: UNIT_AWAY, BROKEN_LINK, BAD_FILE, those of FITS and of the database.
 */
export async function pictureOfRecord(
  context: Pick<QueryContext, "request" | "site">,
  images: ImageSeries,
  found: FoundImage,
  how: RecordLook,
): Promise<QuickLook> {
  const { config } = context.site;
  const inMemory = keptPictures(context.site);
  const files = PictureFiles.of(config);
  const key = pictureKey(config, images, found, how);
  const held = inMemory.find(key);
  if (held !== undefined) return held;
  const known = await files?.find(key);
  const picture = known ?? (await madePicture(context, images, found, how));
  inMemory.keep(key, picture);
  if (known === undefined) await files?.keep(key, picture);
  return picture;
}

async function madePicture(
  context: Pick<QueryContext, "request" | "site">,
  images: ImageSeries,
  found: FoundImage,
  { factor, look }: RecordLook,
): Promise<QuickLook> {
  return await withImages(context, images, "opened", async (archive) => {
    for await (const { units } of heldRecords(await archive.units(), found.batch, [found.row]))
      return await makeQuickLook({ ...storedImage(found.segment, found.row, units), factor, look });
    throw new DasError("INTERNAL", "a record was not held");
  });
}
