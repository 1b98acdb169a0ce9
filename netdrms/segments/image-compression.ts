import { DasError } from "../../errors/das-error.js";
import type { Algorithm } from "../../fits/tile-codec.js";

/** How an image is stored: plain, or in tiles. */
export type ImageCompression =
  | { readonly kind: "none" }
  | {
      readonly kind: "tiles";
      readonly algorithm: Algorithm;
      /** Lengths of a tile, lowest axis first; absent: those of the stored file, else a row. */
      readonly tile?: readonly number[];
    };

const NONE: ImageCompression = { kind: "none" };
const MAX_AXES = 16;

/** First letters of the algorithms in a bracket body, as CFITSIO takes them, and the words of streaming exports. */
const WORDS: Readonly<Record<string, Algorithm | "unsupported">> = {
  rice: "RICE_1",
  r: "RICE_1",
  gzip: "GZIP_1",
  gzip1: "GZIP_1",
  g: "GZIP_1",
  gzip2: "GZIP_2",
  plio: "unsupported",
  p: "unsupported",
  hcompress: "unsupported",
  h: "unsupported",
};

/**
 * Reads a compression string: empty or `none` or `**NONE**`; a bracket body such as `compress Rice 128,192;4`, whose noise bits mean nothing
 * for integers; or a word such as `rice` and `gzip2`.
 * Errors: FITS_UNSUPPORTED for PLIO and HCOMPRESS, BAD_PARAMETER for anything else. Source: netdrms 1.7, export A8.
 */
export function readCompression(text: string): ImageCompression {
  const trimmed = text.trim();
  if (/^(|none|\*\*none\*\*)$/i.test(trimmed)) return NONE;
  const body = /^(?:compress\b\s*)?([a-z0-9]*)\s*([\d\s,]*)(?:;.*)?$/i.exec(trimmed);
  const word = body?.[1]?.toLowerCase() || "rice";
  if (body === null || !Object.hasOwn(WORDS, word))
    throw new DasError(
      "BAD_PARAMETER",
      `compression "${trimmed.slice(0, 60)}", expected none, rice, gzip1, gzip2 or "compress …"`,
    );
  const algorithm = WORDS[word]!;
  if (algorithm === "unsupported")
    throw new DasError(
      "FITS_UNSUPPORTED",
      `compression "${trimmed.slice(0, 60)}" is not written here, expected none, rice, gzip1 or gzip2`,
    );
  const lengths = (body[2] ?? "").split(/[\s,]+/).filter((one) => one !== "");
  const tile = lengths.map(Number);
  if (tile.length > MAX_AXES || tile.some((length) => !Number.isSafeInteger(length) || length < 1))
    throw new DasError(
      "BAD_PARAMETER",
      `compression "${trimmed.slice(0, 60)}", expected tiles of 1 pixel or more`,
    );
  return { kind: "tiles", algorithm, ...(tile.length === 0 ? {} : { tile }) };
}

/**
 * What is done of a wish: images of reals and of 64-bit integers stay uncompressed.
 * @returns with a note where the wish was not followed
 * Source: netdrms 1.7, export A8.
 */
export function compressionChoice(
  wanted: ImageCompression,
  bitpix: number,
): { readonly choice: ImageCompression; readonly note?: string } {
  if (wanted.kind === "none" || (bitpix > 0 && bitpix < 64)) return { choice: wanted };
  return {
    choice: NONE,
    note: `written uncompressed: pixels of BITPIX ${bitpix} are not compressed in archives`,
  };
}
