import { packageVersion } from "../../config/package-root.js";
import { DasError } from "../../errors/das-error.js";
import { timeWord } from "../data/data-words.js";
import { quoted } from "../data/quoted.js";
import { findSource } from "../find-source.js";
import { EMPTY_BODY, type HeaderLine, type Response } from "../http.js";
import { askImages, imageTimeText, instantRange } from "../images/asked-images.js";
import { imageAt } from "../images/image-at.js";
import { recordLook } from "../images/image-look.js";
import type { FoundImage } from "../images/image-records.js";
import { readLookWords, readSize } from "../images/look-words.js";
import { pictureKey, storedFileName } from "../images/picture-key.js";
import { pictureOfRecord } from "../images/picture-of-record.js";
import type { QuickLook } from "../images/quick-look-job.js";
import type { Query, QueryContext } from "../query.js";
import { isTagKnown } from "../resource-file.js";
import { dictionaryField } from "../structured-field.js";

/** How long a picture whose version the request names is good without asking, seconds: values of its header may be edited. */
const KNOWN_VERSION_S = 3600;

/**
 * `/quicklook/ID?time=…`: the image of the record of that time as a PNG, with the words of a look, `size`, and `channel` where a series
 * has several images of a time. `recnum`, the version that is meant, lets the client keep the picture.
 *
 * Errors: BAD_PARAMETER, BAD_TIME, NO_SUCH_SOURCE, NOT_IMPLEMENTED for a source without images, NEEDS_LOGIN; NOTHING_FOUND where there
 * is no record of that time; UNIT_AWAY where its file is not on line; those of reading it.
 */
export const quickLook: Query = async (context) => {
  const { words, path, trace, request } = context;
  const { time } = timeWord(words, ["time"]);
  const look = readLookWords(words);
  const size = readSize(words);
  checkVersion(words.get("recnum"));
  const source = await findSource(context, path.slice("/quicklook/".length));
  const { us2000, ...instant } = instantRange(time);
  const asked = await askImages(context, source, instant);
  if ("elsewhere" in asked) return asked.elsewhere;
  const { images } = asked;
  const found = await imageAt(context, asked, us2000);
  const how = recordLook(found, look, images.look, size);
  const etag = `"${pictureKey(context.site.config, images, found, how)}"`;
  const validators = validatorsOf(etag, found, context, source.access.length > 0);
  if (isTagKnown(request, etag) === true) return { status: 304, headers: validators, body: EMPTY_BODY };
  const fileName = pictureName(found);
  trace.fileName = fileName;
  const headers: HeaderLine[] = [
    ["Content-Type", "image/png"],
    ["Content-Disposition", `inline; filename="${fileName}"`],
    ["X-Content-Type-Options", "nosniff"],
    ...validators,
  ];
  const provenance = (picture?: QuickLook): HeaderLine => [
    "Heliostream-Provenance",
    dictionaryField({
      source: source.id,
      record: found.specification,
      recnum: String(found.recnum),
      segment: found.segment.segment.name,
      file: storedFileName(found),
      scale: how.look.scale,
      map: how.look.map,
      range: picture?.range.join(","),
      unit: how.unit === "" ? undefined : how.unit,
      server: `heliostream ${packageVersion()}`,
    }),
  ];
  if (request.method === "HEAD")
    return { status: 200, headers: [...headers, provenance()], body: EMPTY_BODY };
  const picture = await pictureOfRecord(context, images, found, how);
  return { status: 200, headers: [...headers, provenance(picture)], body: picture.png } satisfies Response;
};

/** Errors: BAD_PARAMETER for what is no number of a record. */
function checkVersion(text: string | undefined): void {
  if (text !== undefined && !/^[0-9]{1,19}$/.test(text))
    throw new DasError("BAD_PARAMETER", `recnum=${quoted(text)}, expected the number of a record`);
}

function validatorsOf(
  etag: string,
  { recnum }: FoundImage,
  { words }: QueryContext,
  isProtected: boolean,
): readonly HeaderLine[] {
  const whose = isProtected ? "private, " : "";
  const howLong = words.get("recnum") === String(recnum) ? `max-age=${KNOWN_VERSION_S}` : "no-cache";
  return [
    ["ETag", etag],
    ["Cache-Control", `${whose}${howLong}`],
  ];
}

/** A name to save a picture under, of letters that every system takes. */
function pictureName({ series, us2000, channel, segment }: FoundImage): string {
  const parts = [series.name, imageTimeText(us2000).replaceAll(":", ""), channel, segment.segment.name];
  return `${parts
    .map((part) => part.replaceAll(/[^A-Za-z0-9._-]+/g, "-"))
    .filter((part) => part !== "")
    .join(".")}.png`;
}
