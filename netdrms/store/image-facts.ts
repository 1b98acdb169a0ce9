import { openFileSource } from "../../fits/file-source.js";
import { openFitsFile } from "../../fits/fits-file.js";
import type { FitsImage } from "../../fits/image.js";
import { openImage } from "../../fits/open-image.js";

/** What a stored FITS file says of its image. */
export interface ImageFacts {
  readonly bitpix: number;
  /** Fastest first. */
  readonly axes: readonly number[];
  /** Of the values as FITS stores them. */
  readonly bzero: number;
  readonly bscale: number;
  /** As a compression string of the archive; empty for none. */
  readonly compression: string;
}

/**
 * Reads the headers of a FITS file.
 * Errors: BAD_FILE for what is no FITS file or is cut; BAD_FITS_HEADER, BAD_FITS_DATA where it has no image; FITS_UNSUPPORTED.
 */
export async function readImageFacts(path: string): Promise<ImageFacts> {
  const source = await openFileSource(path);
  try {
    const image = openImage(await openFitsFile(source));
    const { bzero, bscale } = image.scaling;
    return { bitpix: image.bitpix, axes: image.shape, bzero, bscale, compression: compressionText(image) };
  } finally {
    await source.close();
  }
}

const WORDS: Readonly<Record<string, string>> = {
  RICE_1: "compress Rice",
  GZIP_1: "compress GZIP1",
  GZIP_2: "compress GZIP2",
};

/** Tiles of one row, which are usual, are not told. Source: netdrms 1.7. */
function compressionText({ compression, tile = [], shape }: FitsImage): string {
  if (compression === undefined) return "";
  const word = WORDS[compression] ?? `compress ${compression}`;
  const isRow = tile.every((length, axis) => length === (axis === 0 ? shape[0] : 1));
  return isRow ? word : `${word} ${tile.join(",")}`;
}
