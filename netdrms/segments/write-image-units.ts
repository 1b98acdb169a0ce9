import type { PatchableSink } from "../../fits/byte-sink.js";
import { HduWriter } from "../../fits/hdu-writer.js";
import type { Header } from "../../fits/header.js";
import type { PixelSource } from "../../fits/image.js";
import { emptyPrimary } from "../../fits/image-header.js";
import type { TileWorkers } from "../../fits/tile-codec.js";
import { writeCompressedImage } from "../../fits/write-compressed.js";
import { writeImage } from "../../fits/write-image.js";
import type { ImageCompression } from "./image-compression.js";

/**
 * Writes a file of one image with sums: a plain image in the primary unit, a compressed one in the extension behind an empty primary
 * unit; `header` stands with the image. Errors: those of `writeImage` and `writeCompressedImage`. Source: export A2, A8.
 */
export async function writeImageUnits(
  sink: PatchableSink,
  image: PixelSource,
  header: Header,
  choice: ImageCompression,
  workers?: TileWorkers,
): Promise<void> {
  if (choice.kind === "none") {
    await writeImage(sink, image, header, { checksum: true });
    return;
  }
  await (await HduWriter.begin(sink, emptyPrimary(), 0)).end();
  await writeCompressedImage(sink, image, header, {
    algorithm: choice.algorithm,
    ...(choice.tile === undefined ? {} : { tile: choice.tile }),
    ...(workers === undefined ? {} : { workers }),
    checksum: true,
  });
}
