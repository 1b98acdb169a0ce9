import { createHash } from "node:crypto";
import { packageVersion } from "../../config/package-root.js";
import { DasError } from "../../errors/das-error.js";
import { heldRecords } from "../../netdrms/segments/held-records.js";
import { segmentFilePath } from "../../netdrms/sums/unit-path.js";
import { storedImage } from "../../readers/drms-image/stored-image.js";
import type { QueryContext } from "../query.js";
import type { RecordLook } from "./image-look.js";
import type { FoundImage } from "./image-records.js";
import type { ImageSeries } from "./image-source.js";
import { keptPictures } from "./kept-pictures.js";
import { withImages } from "./open-images.js";
import type { QuickLook } from "./quick-look-job.js";
import { makeQuickLook } from "./quick-look-pool.js";

/** Digits of a key. */
const DIGITS = 32;

/** The name of the stored file of a record below its storage unit, with the number of that; empty where there is none. */
export function storedFileName({ segment, row }: FoundImage): string {
  const sunum = segment.sunum[row]!;
  if (sunum < 0n) return "";
  const { name, protocol } = segment.source;
  const path = segmentFilePath({
    segment: name,
    protocol,
    slot: segment.slot[row]!,
    file: segment.file[row]!,
  });
  return `D${sunum}/${path}`;
}

/**
 * 32 hexadecimal digits for all that the picture of a record is made of: which stored file, its scale in the database, and the look.
 * A stored file never changes, so the same digits mean the same picture.
 */
export function pictureKey(found: FoundImage, { look, factor }: RecordLook): string {
  const { segment, row, recnum, series } = found;
  const text = JSON.stringify([
    packageVersion(),
    [series.name, segment.sourceSeries.name, segment.source.name, String(recnum), storedFileName(found)],
    [segment.bzero[row], segment.bscale[row], factor],
    look,
  ]);
  return createHash("sha256").update(text).digest("hex").slice(0, DIGITS);
}

/**
 * The picture of a record: a kept one, or one that is made while its storage unit is held.
 * Errors: UNIT_AWAY, BROKEN_LINK, BAD_FILE, those of FITS and of the database.
 */
export async function pictureOfRecord(
  context: Pick<QueryContext, "request" | "site">,
  images: ImageSeries,
  found: FoundImage,
  how: RecordLook,
): Promise<QuickLook> {
  const kept = keptPictures(context.site);
  const key = pictureKey(found, how);
  const known = kept.find(key);
  if (known !== undefined) return known;
  const picture = await withImages(context, images, "opened", async (archive) => {
    for await (const { units } of heldRecords(await archive.units(), found.batch, [found.row]))
      return await makeQuickLook({
        ...storedImage(found.segment, found.row, units),
        factor: how.factor,
        look: how.look,
      });
    throw new DasError("INTERNAL", "a record was not held");
  });
  kept.keep(key, picture);
  return picture;
}
