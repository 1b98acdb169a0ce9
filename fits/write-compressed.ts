import { DasError } from "../errors/das-error.js";
import type { PatchableSink } from "./byte-sink.js";
import { DataSum } from "./checksum.js";
import { type CompressionChoice, compressedHeader, planCompression } from "./compressed-header.js";
import { reserveSums, setSums } from "./hdu-sums.js";
import { BLOCK_BYTES, type Header } from "./header.js";
import type { PixelSource } from "./image.js";
import { bitpixOf, newPixels, type PixelArray, pixelBytes } from "./pixels.js";
import { copyBox, countOf, type Region } from "./region.js";
import { TILES_HERE, type TileCodec, type TileWorkers } from "./tile-codec.js";
import { type TileGrid, tileGrid, tileRegion, tilesOf, within } from "./tile-grid.js";

/** How a compressed image is written. */
export interface WriteCompressedOptions extends CompressionChoice {
  readonly checksum?: boolean;
  /** Who encodes tiles; this thread by default. */
  readonly workers?: TileWorkers;
}

/** Pixels read at once; also the memory of one batch. */
const SLAB_BYTES = 1 << 20;

/**
 * Writes an image as a table of compressed tiles. Header and descriptors go first with their room reserved, then the heap as it comes,
 * then both are patched: memory is the descriptors (8 bytes a tile) and some batches, whatever the size of the image.
 *
 * Errors: FITS_UNSUPPORTED for pixels that the algorithm does not take (RICE_1 of floats or 64-bit integers);
 * BAD_PARAMETER for tiles that do not fit; FITS_TOO_LARGE for more than 2**32 compressed bytes.
 * Source: FITS 4.0, 10.1; netdrms-export A2, A8.
 */
export async function writeCompressedImage(
  sink: PatchableSink,
  image: PixelSource,
  header: Header,
  options: WriteCompressedOptions = {},
): Promise<void> {
  const { codec, grid } = planCompression(image, options);
  const descriptors = new Uint8Array(grid.tiles * 8);
  const headerAt = sink.byteLength;
  const build = (heapBytes: number, longest: number): Header => {
    const whole = compressedHeader(header, codec, grid, heapBytes, longest);
    if (options.checksum === true) reserveSums(whole);
    else whole.remove("CHECKSUM").remove("DATASUM");
    return whole;
  };
  await sink.write(build(0, 0).bytes());
  const dataAt = sink.byteLength;
  await sink.write(descriptors);

  const sum = new DataSum();
  const view = new DataView(descriptors.buffer);
  let heapBytes = 0;
  let longest = 0;
  let number = 0;
  const store = async (tiles: readonly Uint8Array[]): Promise<void> => {
    for (const { length } of tiles) {
      if (heapBytes + length >= 2 ** 32)
        throw new DasError("FITS_TOO_LARGE", "a compressed image of more than 2**32 bytes");
      view.setUint32(8 * number, length);
      view.setUint32(8 * number++ + 4, heapBytes);
      heapBytes += length;
      longest = Math.max(longest, length);
    }
    const piece = tiles.length === 1 ? tiles[0]! : Buffer.concat(tiles);
    // The descriptors before the heap are whole words, so both sums can be taken apart.
    if (options.checksum === true) sum.add(piece);
    await sink.write(piece);
  };
  await eachBatch(image, grid, codec, options.workers ?? TILES_HERE, store);

  const padding = (BLOCK_BYTES - ((descriptors.length + heapBytes) % BLOCK_BYTES)) % BLOCK_BYTES;
  await sink.write(new Uint8Array(padding));
  await sink.patch(dataAt, descriptors);
  const final = build(heapBytes, longest);
  if (options.checksum === true) setSums(final, new DataSum(sum.value).add(descriptors).value);
  await sink.patch(headerAt, final.bytes());
}

/** Encodes all tiles in their order, some batches at once. */
async function eachBatch(
  image: PixelSource,
  grid: TileGrid,
  codec: TileCodec,
  workers: TileWorkers,
  store: (tiles: readonly Uint8Array[]) => Promise<void>,
): Promise<void> {
  const pending: Promise<readonly Uint8Array[]>[] = [];
  try {
    for await (const { pixels, counts } of tileBatches(image, grid)) {
      if (pending.length >= workers.parallel) await store(await pending.shift()!);
      const encoded = Promise.resolve(workers.encode({ codec, pixels, counts }));
      // A failure is met when its turn comes; until then it must not count as unhandled.
      encoded.catch(() => {});
      pending.push(encoded);
    }
    while (pending.length > 0) await store(await pending.shift()!);
  } finally {
    await Promise.allSettled(pending);
  }
}

/** The pixels of consecutive tiles, each tile's together. */
async function* tileBatches(
  image: PixelSource,
  grid: TileGrid,
): AsyncGenerator<{ pixels: PixelArray; counts: number[] }> {
  const slabs = slabGrid(grid, pixelBytes(image.bitpix));
  for (let slab = 0; slab < slabs.tiles; slab++) {
    const region = tileRegion(slabs, slab);
    const pixels = await image.read(region);
    const places = [...tilesOf(grid, region)].map((index) => tileRegion(grid, index));
    const counts = places.map(({ size }) => countOf(size));
    // Tiles that are whole in all axes below the slab's highest stand one after another already.
    const top = region.size.findLastIndex((length) => length > 1);
    const inOrder = top < 0 || grid.tile.every((length, i) => i >= top || length === grid.shape[i]);
    yield { pixels: inOrder ? pixels : cutTiles(pixels, region, places, counts), counts };
  }
}

/**
 * A division into slabs, each some whole tiles that follow one another: axes below the cut whole, tiles of one pixel above it. Of
 * the cuts that are possible the highest whose slabs are small enough.
 */
function slabGrid({ shape, tile }: TileGrid, pixelSize: number): TileGrid {
  const most = SLAB_BYTES / pixelSize;
  const width = (cut: number): number => countOf([...shape.slice(0, cut), tile[cut]!]);
  let cut = shape.length - 1;
  while (cut > 0 && tile[cut] === 1 && width(cut) > most) cut--;
  const tiles = Math.max(1, Math.floor(most / width(cut)));
  return tileGrid(
    shape,
    shape.map((length, i) => (i < cut ? length : i === cut ? Math.min(length, tile[i]! * tiles) : 1)),
  );
}

function cutTiles(
  pixels: PixelArray,
  region: Region,
  places: readonly Region[],
  counts: readonly number[],
): PixelArray {
  const joined = newPixels(bitpixOf(pixels), pixels.length);
  let at = 0;
  for (const [i, place] of places.entries()) {
    copyBox(
      pixels,
      { shape: region.size, start: within(place, region).start },
      joined.subarray(at, at + counts[i]!) as PixelArray, // the same kind
      { shape: place.size, start: place.size.map(() => 0) },
      place.size,
    );
    at += counts[i]!;
  }
  return joined;
}
