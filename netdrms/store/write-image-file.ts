import { writeFile } from "node:fs/promises";
import { createFileSink, memorySink } from "../../fits/byte-sink.js";
import { Header } from "../../fits/header.js";
import type { TileWorkers } from "../../fits/tile-codec.js";
import { compressionChoice, readCompression } from "../segments/image-compression.js";
import { writeImageUnits } from "../segments/write-image-units.js";
import type { Segment } from "../series/model.js";
import { storageError } from "../sums/storage-error.js";
import type { SegmentContent } from "./new-record.js";
import { CHAR_OFFSET } from "./placed-image.js";

/** An image that is to become the file of a segment. */
export type ImageContent = Extract<SegmentContent, { readonly kind: "image" }>;

/** Files up to this size are put together in memory, where writing one is one call; bytes. */
const IN_MEMORY_BYTES = 16 << 20;

/**
 * Writes an image as a new FITS file: compressed as its segment says, with `BLANK`, `BZERO`, `BSCALE` and sums. Reals and 64-bit integers are
 * never compressed with loss but stay plain. The caller has the disk keep the file.
 *
 * Errors: BAD_PARAMETER for a compression that is none; DISK_FULL, ARCHIVE_FAILED; those of reading the image.
 * Source: netdrms 1.7, export A2.
 */
export async function writeImageFile(
  path: string,
  segment: Segment,
  content: ImageContent,
  workers?: TileWorkers,
): Promise<void> {
  const { image } = content;
  const { choice } = compressionChoice(
    readCompression(content.compression ?? segment.compression),
    image.bitpix,
  );
  const header = headerOf(segment, content);
  const bytes = image.shape.reduce((all, length) => all * length, Math.abs(image.bitpix) / 8);
  try {
    if (bytes <= IN_MEMORY_BYTES) {
      const sink = memorySink();
      await writeImageUnits(sink, image, header, choice, workers);
      await writeFile(path, sink.bytes(), { flag: "wx", mode: 0o664 });
      return;
    }
    const sink = await createFileSink(path);
    try {
      await writeImageUnits(sink, image, header, choice, workers);
    } finally {
      await sink.close();
    }
  } catch (error) {
    throw storageError(error, `the file of segment ${segment.name} cannot be written`);
  }
}

/** The given cards, and those that say what stored values mean. */
function headerOf(segment: Segment, content: ImageContent): Header {
  const header = (content.header ?? new Header()).clone();
  const { bitpix } = content.image;
  const bscale = content.bscale ?? segment.bscale;
  const bzero = content.bzero ?? segment.bzero;
  if (bitpix < 0) {
    // What reals are scaled with would be refused; here it shows what was asked for.
    if (bzero !== 0 || bscale !== 1) header.set("BZERO", bzero).set("BSCALE", bscale);
    return header.remove("BLANK");
  }
  if (!header.has("BLANK")) header.set("BLANK", blankOf(bitpix), "stored value of missing pixels");
  return header.set("BZERO", bitpix === 8 ? bzero - CHAR_OFFSET * bscale : bzero).set("BSCALE", bscale);
}

/** The missing value of the type, which is its least; stored bytes have no sign. Source: netdrms 1.3, 1.7. */
function blankOf(bitpix: number): number | bigint {
  if (bitpix === 8) return 0;
  return bitpix === 64 ? -(1n << 63n) : -(2 ** (bitpix - 1));
}
