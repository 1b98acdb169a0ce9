import type { ByteSink } from "./byte-sink.js";
import { HduWriter, type WriteOptions } from "./hdu-writer.js";
import type { Header } from "./header.js";
import { imageBands, type PixelSource } from "./image.js";
import { describingCards, imageHeader } from "./image-header.js";
import { encodePixels, pixelBytes } from "./pixels.js";
import { countOf } from "./region.js";

/** How a plain image is written. */
export interface WriteImageOptions extends WriteOptions {
  /** As the primary unit (the default) or as an extension. */
  readonly primary?: boolean;
  /** Bytes held at once. */
  readonly bandBytes?: number;
}

/**
 * Writes a plain image band by band; `header` gives what is not structural (a header of a compressed image too), the pixels are
 * stored values and never rescaled. Source: FITS 4.0, 3.3; netdrms-export A8.
 */
export async function writeImage(
  sink: ByteSink,
  image: PixelSource,
  header: Header,
  options: WriteImageOptions = {},
): Promise<void> {
  const { bitpix, shape } = image;
  const whole = imageHeader(
    { bitpix, shape, primary: options.primary ?? true },
    describingCards(header, bitpix),
  );
  const writer = await HduWriter.begin(sink, whole, countOf(shape) * pixelBytes(bitpix), options);
  for await (const { pixels } of imageBands(image, options.bandBytes))
    await writer.write(encodePixels(pixels));
  await writer.end();
}
