import { DasError } from "../errors/das-error.js";
import { dequantise, type Quantised } from "./dither.js";
import { gunzipTile, gzipTile, shuffle, unshuffle } from "./gzip-tile.js";
import { encodePixels, newPixels, type PixelArray, pixelBytes, pixelsOver, swapToHost } from "./pixels.js";
import { decodeRice, type RicePixels } from "./rice-decode.js";
import { encodeRice } from "./rice-encode.js";
import type { Bitpix } from "./structure.js";

/** Compressions that are read and written, by their names in `ZCMPTYPE`. */
export type Algorithm = "RICE_1" | "GZIP_1" | "GZIP_2" | "NOCOMPRESS";

/** What is the same for all tiles of an image. */
export interface TileCodec {
  readonly algorithm: Algorithm;
  readonly bitpix: Bitpix;
  /** Of Rice: pixels of a block, and bytes of a pixel (1, 2, 4). */
  readonly blockSize: number;
  readonly bytePix: number;
}

/** One tile as it stands in the file. */
export interface CodedTile {
  readonly bytes: Uint8Array;
  readonly pixels: number;
  /** Which column it stands in: the usual one, or one for tiles that could not be compressed by the image's algorithm. */
  readonly stored: "compressed" | "gzip" | "plain";
  readonly quantised?: Quantised;
}

/** Tiles to be decoded together; plain values that can be sent to a thread. */
export interface DecodeJob {
  readonly codec: TileCodec;
  readonly tiles: readonly CodedTile[];
}

/** Tiles to be encoded together: `pixels` holds them one after another, `counts` the pixels of each. */
export interface EncodeJob {
  readonly codec: TileCodec;
  readonly pixels: PixelArray;
  readonly counts: readonly number[];
}

/** Who does the work: this thread ({@link TILES_HERE}) or a pool of threads. */
export interface TileWorkers {
  /** The pixels of all tiles of a job, one tile after another. */
  decode(job: DecodeJob): PixelArray | Promise<PixelArray>;
  /** The bytes of each tile of a job. */
  encode(job: EncodeJob): Uint8Array[] | Promise<Uint8Array[]>;
  /** Jobs worth having under way at once; each holds some megabytes. */
  readonly parallel: number;
}

/** Work in the calling thread. */
export const TILES_HERE: TileWorkers = { decode: decodeTiles, encode: encodeTiles, parallel: 1 };

/** Decodes tiles one after another into one array. Errors: BAD_FITS_DATA for damaged tiles. */
export function decodeTiles({ codec, tiles }: DecodeJob): PixelArray {
  const out = newPixels(
    codec.bitpix,
    tiles.reduce((all, tile) => all + tile.pixels, 0),
  );
  let at = 0;
  for (const tile of tiles) {
    // A view of the same kind; the type of a union's method is lost.
    decodeTile(codec, tile, out.subarray(at, at + tile.pixels) as PixelArray);
    at += tile.pixels;
  }
  return out;
}

function decodeTile(codec: TileCodec, tile: CodedTile, out: PixelArray): void {
  const { quantised } = tile;
  if (quantised !== undefined && tile.stored === "compressed" && isFloat(out)) {
    const codes = new Int32Array(out.length);
    decodeIntegers(codec, tile, codes);
    dequantise(codes, out, quantised);
  } else if (tile.stored === "compressed" && codec.algorithm === "RICE_1") {
    if (isFloat(out)) throw new DasError("BAD_FITS_DATA", "a RICE_1 tile of floats without ZSCALE");
    decodeIntegers(codec, tile, out);
  } else {
    setValues(unpack(codec, tile), out, tile.pixels);
  }
}

function isFloat(out: PixelArray): out is Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> {
  return out instanceof Float32Array || out instanceof Float64Array;
}

type IntegerArray = Exclude<PixelArray, Float32Array | Float64Array>;

function decodeIntegers(codec: TileCodec, tile: CodedTile, out: IntegerArray): void {
  if (codec.algorithm !== "RICE_1") {
    setValues(unpack(codec, tile), out, tile.pixels);
    return;
  }
  if (out.BYTES_PER_ELEMENT === codec.bytePix && !(out instanceof BigInt64Array)) {
    decodeRice(tile.bytes, out, codec.blockSize);
    return;
  }
  const scratch = ricePixels(codec.bytePix, out.length);
  decodeRice(tile.bytes, scratch, codec.blockSize);
  convert(scratch, out);
}

function ricePixels(bytePix: number, count: number): RicePixels {
  if (bytePix === 1) return new Uint8Array(count);
  return bytePix === 2 ? new Int16Array(count) : new Int32Array(count);
}

/** The big-endian bytes of the values of a tile that is not Rice. */
function unpack({ algorithm }: TileCodec, { bytes, stored, pixels }: CodedTile): Uint8Array {
  if (stored === "plain" || (stored === "compressed" && algorithm === "NOCOMPRESS")) return bytes;
  const unpacked = gunzipTile(bytes, pixels * 8);
  if (stored === "gzip" || algorithm !== "GZIP_2" || pixels === 0 || unpacked.length % pixels !== 0)
    return unpacked;
  return unshuffle(unpacked, unpacked.length / pixels);
}

/** The width of the values is told by the length alone: some programs keep 16-bit pixels as 32-bit ones. */
function setValues(bytes: Uint8Array, out: PixelArray, pixels: number): void {
  const width = bytes.length / pixels;
  if (pixels === 0 && bytes.length === 0) return;
  const own = Uint8Array.from(bytes);
  if (width === out.BYTES_PER_ELEMENT) {
    swapToHost(own, width);
    new Uint8Array(out.buffer, out.byteOffset, out.byteLength).set(own);
    return;
  }
  if (isFloat(out) || (width !== 1 && width !== 2 && width !== 4))
    throw new DasError(
      "BAD_FITS_DATA",
      `a tile of ${pixels} values of ${out.BYTES_PER_ELEMENT} bytes has ${bytes.length} bytes`,
    );
  swapToHost(own, width);
  convert(pixelsOver(width === 1 ? 8 : width === 2 ? 16 : 32, own.buffer), out);
}

function convert(from: PixelArray, out: PixelArray): void {
  if (out instanceof BigInt64Array || from instanceof BigInt64Array) {
    for (let i = 0; i < out.length; i++) (out as BigInt64Array)[i] = BigInt(from[i]!);
    return;
  }
  out.set(from);
}

/** Encodes tiles. Errors: FITS_UNSUPPORTED for pixels that the algorithm does not take. */
export function encodeTiles({ codec, pixels, counts }: EncodeJob): Uint8Array[] {
  let at = 0;
  return counts.map((count) => {
    const tile = pixels.subarray(at, at + count) as PixelArray; // the same kind
    at += count;
    return encodeTile(codec, tile);
  });
}

function encodeTile({ algorithm, blockSize, bitpix }: TileCodec, tile: PixelArray): Uint8Array {
  switch (algorithm) {
    case "RICE_1":
      if (isFloat(tile) || tile instanceof BigInt64Array)
        throw new DasError(
          "FITS_UNSUPPORTED",
          `RICE_1 of an image of BITPIX = ${bitpix}, expected 8, 16 or 32`,
        );
      return encodeRice(tile, blockSize);
    case "GZIP_1":
      return gzipTile(encodePixels(tile));
    case "GZIP_2":
      return gzipTile(shuffle(encodePixels(tile), pixelBytes(bitpix)));
    case "NOCOMPRESS":
      return encodePixels(tile);
    default:
      return algorithm satisfies never;
  }
}
