import { DasError } from "../errors/das-error.js";
import { type Column, readColumns } from "./column.js";
import type { Dithering } from "./dither.js";
import type { Hdu } from "./fits-file.js";
import type { Header } from "./header.js";
import { type Heap, heapOf } from "./heap.js";
import type { FitsLimits } from "./limits.js";
import { pixelBytes } from "./pixels.js";
import { countOf } from "./region.js";
import { RICE_CODES } from "./rice-decode.js";
import { type Bitpix, product, readAxes, readBitpix, required } from "./structure.js";
import type { Algorithm, TileCodec } from "./tile-codec.js";
import { type TileGrid, tileGrid } from "./tile-grid.js";

/** Where a number of each tile comes from: a column, else one keyword for all. */
export interface TileNumber {
  readonly column?: Column;
  readonly value?: number;
}

/** What the header of a compressed image says. */
export interface CompressedLayout {
  readonly codec: TileCodec;
  readonly grid: TileGrid;
  /** Columns of the tiles' bytes. */
  readonly compressed: Column;
  readonly gzip?: Column;
  readonly plain?: Column;
  /** Present for floats that were turned into integers. */
  readonly quantised?: {
    readonly scale: TileNumber;
    readonly zero: TileNumber;
    readonly blank: TileNumber;
    readonly dithering: Dithering;
    /** `ZDITHER0` less 1. */
    readonly seed: number;
  };
  readonly rowBytes: number;
  readonly heap: Heap;
}

/** Widest row that is read for a tile; usual ones have 8 to 64 bytes. */
const MAX_ROW_BYTES = 1 << 16;

/**
 * Reads the keywords of a compressed image.
 *
 * Errors: FITS_UNSUPPORTED for a compression not read here (HCOMPRESS_1, PLIO_1) by its name, BAD_FITS_HEADER for keywords that
 * contradict each other, FITS_TOO_LARGE for tiles or rows beyond the limits. Source: FITS 4.0, 10.1.
 */
export function readCompressedLayout(hdu: Hdu, limits: FitsLimits): CompressedLayout {
  const { header, index, structure } = hdu;
  const algorithm = readAlgorithm(header, index);
  const bitpix = readBitpix(header, "ZBITPIX", index);
  const shape = readAxes(header, "ZNAXIS", index, limits);
  product(shape, index);
  const grid = tileGrid(shape, readTile(header, shape, bitpix, index, limits));
  const [rowBytes = 0, rows = 0] = structure.axes;
  if (rowBytes > MAX_ROW_BYTES)
    throw new DasError(
      "FITS_TOO_LARGE",
      `NAXIS1 = ${rowBytes} of compressed unit ${index}, expected at most ${MAX_ROW_BYTES}`,
    );
  if (grid.tiles > rows)
    throw new DasError(
      "BAD_FITS_HEADER",
      `NAXIS2 = ${rows} in unit ${index}, its image has ${grid.tiles} tiles`,
    );
  const columns = readColumns(header, index, limits);
  const bytesColumn = (name: string): Column | undefined => {
    const column = columns.find((one) => one.name.toUpperCase() === name);
    if (column !== undefined && column.descriptor === undefined)
      throw new DasError(
        "BAD_FITS_HEADER",
        `TFORM${column.number} of ${name}, expected a variable-length array`,
      );
    return column?.width === 0 ? undefined : column;
  };
  const gzip = bytesColumn("GZIP_COMPRESSED_DATA");
  const plain = bytesColumn("UNCOMPRESSED_DATA");
  const quantised = bitpix < 0 ? readQuantised(header, columns) : undefined;
  return {
    codec: { algorithm, bitpix, ...readRice(header, bitpix) },
    grid,
    compressed: required(bytesColumn("COMPRESSED_DATA") ?? plain, "COMPRESSED_DATA", index),
    ...(gzip === undefined ? {} : { gzip }),
    ...(plain === undefined ? {} : { plain }),
    ...(quantised === undefined ? {} : { quantised }),
    rowBytes,
    heap: heapOf(hdu),
  };
}

/** Longest Rice block; the usual ones have 16 or 32 pixels. */
const MAX_BLOCK = 4096;

/**
 * The most pixels that one byte can stand for: a Rice block of equal pixels takes 3 to 5 bits, and deflate at most 1032 bytes a byte.
 * So a small file cannot ask for much memory.
 */
export function pixelsPerByte({ algorithm, bitpix, blockSize, bytePix }: TileCodec): number {
  switch (algorithm) {
    case "RICE_1":
      // Tiles may be stored by gzip instead.
      return Math.max((blockSize * 8) / RICE_CODES[bytePix]!.fsBits, 1032 / pixelBytes(bitpix));
    case "GZIP_1":
    case "GZIP_2":
      return 1032;
    case "NOCOMPRESS":
      return Math.max(1, 1032 / pixelBytes(bitpix));
    default:
      return algorithm satisfies never;
  }
}

function readAlgorithm(header: Header, unit: number): Algorithm {
  const name = required(header.text("ZCMPTYPE"), "ZCMPTYPE", unit).toUpperCase();
  switch (name) {
    case "RICE_1":
    case "RICE_ONE":
      return "RICE_1";
    case "GZIP_1":
    case "GZIP_2":
    case "NOCOMPRESS":
      return name;
    default:
      throw new DasError(
        "FITS_UNSUPPORTED",
        `ZCMPTYPE = '${name.slice(0, 30)}' in unit ${unit} is not read here, only RICE_1, GZIP_1 and GZIP_2`,
      );
  }
}

function readTile(
  header: Header,
  shape: readonly number[],
  bitpix: Bitpix,
  unit: number,
  limits: FitsLimits,
): number[] {
  // By default a tile is a row.
  const tile = shape.map((length, i) => {
    const declared = header.integer(`ZTILE${i + 1}`, 1) ?? (i === 0 ? length : 1);
    return Math.max(1, Math.min(declared, length));
  });
  const bytes = countOf(tile) * Math.max(4, pixelBytes(bitpix));
  if (bytes > limits.maxTileBytes)
    throw new DasError(
      "FITS_TOO_LARGE",
      `tiles of ${tile.join(" x ")} pixels in unit ${unit}, expected at most ${limits.maxTileBytes} bytes`,
    );
  return tile;
}

/** `BLOCKSIZE` and `BYTEPIX` among the parameters `ZNAMEn`, `ZVALn`; 32 and 4 where they are not given (table 37). */
function readRice(header: Header, bitpix: Bitpix): { blockSize: number; bytePix: number } {
  let blockSize = 32;
  let bytePix = bitpix === 8 || bitpix === 16 ? bitpix / 8 : 4;
  for (let i = 1; header.has(`ZNAME${i}`); i++) {
    const name = header.text(`ZNAME${i}`)?.toUpperCase();
    if (name === "BLOCKSIZE") blockSize = header.integer(`ZVAL${i}`, 1, MAX_BLOCK) ?? blockSize;
    if (name === "BYTEPIX") bytePix = header.integer(`ZVAL${i}`, 1, 8) ?? bytePix;
  }
  if (bytePix !== 1 && bytePix !== 2 && bytePix !== 4)
    throw new DasError("BAD_FITS_HEADER", `BYTEPIX = ${bytePix}, expected 1, 2 or 4`);
  return { blockSize, bytePix };
}

function readQuantised(header: Header, columns: readonly Column[]): CompressedLayout["quantised"] {
  const number = (name: string): TileNumber => {
    const column = columns.find((one) => one.name.toUpperCase() === name);
    if (column !== undefined) {
      if (!"IJED".includes(column.type) || column.repeat !== 1 || column.descriptor !== undefined)
        throw new DasError("BAD_FITS_HEADER", `TFORM${column.number} of ${name}, expected one number`);
      return { column };
    }
    const value = header.real(name);
    return value === undefined ? {} : { value };
  };
  const scale = number("ZSCALE");
  const how = header.text("ZQUANTIZ")?.toUpperCase() ?? "NO_DITHER";
  if ((scale.column === undefined && scale.value === undefined) || how === "NONE") return undefined;
  if (how !== "NO_DITHER" && how !== "SUBTRACTIVE_DITHER_1" && how !== "SUBTRACTIVE_DITHER_2")
    throw new DasError("FITS_UNSUPPORTED", `ZQUANTIZ = '${how.slice(0, 40)}' is not read here`);
  return {
    scale,
    zero: number("ZZERO"),
    blank: number("ZBLANK"),
    dithering: how,
    seed: (header.integer("ZDITHER0", 0, 2 ** 31) ?? 1) - 1,
  };
}
