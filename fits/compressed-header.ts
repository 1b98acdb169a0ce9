import { DasError } from "../errors/das-error.js";
import { Header } from "./header.js";
import type { PixelSource } from "./image.js";
import { describingCards } from "./image-header.js";
import { pixelBytes } from "./pixels.js";
import type { TileCodec } from "./tile-codec.js";
import { type TileGrid, tileGrid } from "./tile-grid.js";

/** How an image is compressed. */
export interface CompressionChoice {
  /** `RICE_1` by default; floats and 64-bit integers take `GZIP_1` or `GZIP_2` only, without loss. */
  readonly algorithm?: TileCodec["algorithm"];
  /** Lengths of a tile, lowest axis first; a row by default, missing ones 1. */
  readonly tile?: readonly number[];
  /** Pixels of a Rice block, 32 by default. */
  readonly blockSize?: number;
}

/** Their descriptors are held until the end: 512 MiB. */
const MAX_TILES = 2 ** 26;

/** Checks a choice against an image. Errors: FITS_UNSUPPORTED, BAD_PARAMETER. */
export function planCompression(
  { bitpix, shape }: PixelSource,
  { algorithm = "RICE_1", tile, blockSize = 32 }: CompressionChoice,
): { codec: TileCodec; grid: TileGrid } {
  if (shape.length === 0 || shape.includes(0))
    throw new DasError("BAD_PARAMETER", `an image of ${shape.join(" x ")} pixels cannot be compressed`);
  if (algorithm === "RICE_1" && (bitpix < 0 || bitpix === 64))
    throw new DasError("FITS_UNSUPPORTED", `RICE_1 of an image of BITPIX = ${bitpix}, expected 8, 16 or 32`);
  if (!Number.isInteger(blockSize) || blockSize < 1 || blockSize > 4096)
    throw new DasError("BAD_PARAMETER", `Rice blocks of ${blockSize} pixels, expected 1 to 4096`);
  const lengths = shape.map((length, i) => tile?.[i] ?? (i === 0 && tile === undefined ? length : 1));
  if ((tile?.length ?? 0) > shape.length || !lengths.every((one) => Number.isInteger(one) && one >= 1))
    throw new DasError("BAD_PARAMETER", `tiles of ${tile?.join(" x ")} of an image of ${shape.join(" x ")}`);
  const grid = tileGrid(
    shape,
    lengths.map((length, i) => Math.min(length, shape[i]!)),
  );
  if (grid.tiles > MAX_TILES)
    throw new DasError(
      "BAD_PARAMETER",
      `${grid.tiles} tiles of an image of ${shape.join(" x ")}, expected at most ${MAX_TILES}`,
    );
  const bytePix = algorithm === "RICE_1" ? pixelBytes(bitpix) : 4;
  return { codec: { algorithm, bitpix, blockSize, bytePix }, grid };
}

/**
 * The header of the table of an image's tiles: one column of bytes. `header` is the image's, plain or compressed before.
 * Source: FITS 4.0, 10.1; the order of cards is that of the usual programs.
 */
export function compressedHeader(
  header: Header,
  codec: TileCodec,
  grid: TileGrid,
  heapBytes: number,
  longest: number,
): Header {
  const { algorithm, bitpix } = codec;
  const out = new Header()
    .set("XTENSION", "BINTABLE", "binary table extension")
    .set("BITPIX", 8, "8-bit bytes")
    .set("NAXIS", 2, "2-dimensional binary table")
    .set("NAXIS1", 8, "width of table in bytes")
    .set("NAXIS2", grid.tiles, "number of rows in table")
    .set("PCOUNT", heapBytes, "size of special data area")
    .set("GCOUNT", 1, "one data group (required keyword)")
    .set("TFIELDS", 1, "number of fields in each row")
    .set("TTYPE1", "COMPRESSED_DATA", "label for field   1")
    .set("TFORM1", `1PB(${longest})`, "data format of field: variable length array")
    .set("ZIMAGE", true, "extension contains compressed image");
  for (const [i, length] of grid.tile.entries())
    out.set(`ZTILE${i + 1}`, length, "size of tiles to be compressed");
  out.set("ZCMPTYPE", algorithm, "compression algorithm");
  if (algorithm === "RICE_1")
    out
      .set("ZNAME1", "BLOCKSIZE", "compression block size")
      .set("ZVAL1", codec.blockSize, "pixels per block")
      .set("ZNAME2", "BYTEPIX", "bytes per pixel (1, 2, 4, or 8)")
      .set("ZVAL2", codec.bytePix, "bytes per pixel (1, 2, 4, or 8)");
  // Programs that unpack need to know where the image stood, in the order of the plain image's cards.
  const extension = header.has("ZTENSION") || (header.has("XTENSION") && !header.has("ZIMAGE"));
  if (extension) out.set("ZTENSION", "IMAGE");
  else out.set("ZSIMPLE", true);
  out.set("ZBITPIX", bitpix).set("ZNAXIS", grid.shape.length);
  for (const [i, length] of grid.shape.entries()) out.set(`ZNAXIS${i + 1}`, length);
  if (extension) out.set("ZPCOUNT", 0).set("ZGCOUNT", 1);
  else out.set("ZEXTEND", true);
  if (bitpix < 0) out.set("ZQUANTIZ", "NONE", "Lossless compression without quantization");
  const cards = describingCards(header, bitpix);
  if (!cards.some(({ keyword }) => keyword === "EXTNAME")) out.set("EXTNAME", "COMPRESSED_IMAGE");
  return out.insert(cards);
}
