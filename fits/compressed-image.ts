import { DasError } from "../errors/das-error.js";
import { pixelsPerByte, readCompressedLayout } from "./compressed-layout.js";
import type { FitsFile, Hdu } from "./fits-file.js";
import { checkArrayBytes, type FitsImage } from "./image.js";
import { newPixels, type PixelArray, pixelBytes } from "./pixels.js";
import { checkRegion, copyBox, countOf, type Region, wholeOf } from "./region.js";
import { readScaling } from "./scaling.js";
import { TILES_HERE, type TileWorkers } from "./tile-codec.js";
import { intersection, tileRegion, tilesOf, within } from "./tile-grid.js";
import { readTiles } from "./tile-reader.js";

/** Decoded bytes of a batch: enough to outweigh a message to a thread, little enough to stay in the processor's cache. */
const BATCH_BYTES = 1 << 20;
const BATCH_TILES = 4096;

/**
 * The image of a table of compressed tiles. A region costs the tiles it touches, in batches of about a megabyte.
 * Errors: those of {@link readCompressedLayout}; reading: BAD_FITS_DATA for damaged tiles.
 */
export function compressedImage(file: FitsFile, hdu: Hdu, workers: TileWorkers = TILES_HERE): FitsImage {
  const layout = readCompressedLayout(hdu, file.limits);
  const { codec, grid } = layout;
  const { bitpix } = codec;
  const { shape, tile } = grid;

  async function decodeBatch(tiles: readonly number[], region: Region, out: PixelArray): Promise<void> {
    const coded = await readTiles(file, hdu, layout, tiles);
    const pixels = await workers.decode({ codec, tiles: coded });
    let at = 0;
    for (const index of tiles) {
      const place = tileRegion(grid, index);
      const count = countOf(place.size);
      const shared = intersection(place, region);
      copyBox(
        pixels.subarray(at, at + count) as PixelArray, // the same kind
        { shape: place.size, start: within(shared, place).start },
        out,
        { shape: region.size, start: within(shared, region).start },
        shared.size,
      );
      at += count;
    }
  }

  async function read(region: Region = wholeOf(shape)): Promise<PixelArray> {
    checkRegion(shape, region);
    checkArrayBytes(bitpix, region, file.limits);
    const count = countOf(region.size);
    if (count > layout.heap.byteLength * pixelsPerByte(codec))
      throw new DasError(
        "BAD_FITS_DATA",
        `unit ${hdu.index} declares ${count} pixels in ${layout.heap.byteLength} compressed bytes, which cannot hold them`,
      );
    const out = newPixels(bitpix, count);
    const most = Math.max(
      1,
      Math.min(BATCH_TILES, Math.floor(BATCH_BYTES / (countOf(tile) * pixelBytes(bitpix)))),
    );
    const batches = inBatches(tilesOf(grid, region), most);
    // Each of these takes the next batch when its last is done; the first failure ends all, since none takes more.
    let failed = false;
    const worker = async (): Promise<void> => {
      for (const batch of batches) {
        if (failed) return;
        try {
          await decodeBatch(batch, region, out);
        } catch (error) {
          failed = true;
          throw error;
        }
      }
    };
    const done = await Promise.allSettled(Array.from({ length: workers.parallel }, worker));
    const failure = done.find((one) => one.status === "rejected");
    if (failure !== undefined) throw failure.reason;
    return out;
  }

  const blankKeyword = hdu.header.has("ZBLANK") ? "ZBLANK" : "BLANK";
  return {
    hdu,
    bitpix,
    shape,
    tile,
    compression: codec.algorithm,
    scaling: readScaling(hdu.header, bitpix, blankKeyword),
    read,
  };
}

/** One iterator for several takers: leaving one loop must not end it for the others. */
function inBatches(tiles: Iterator<number>, most: number): Iterable<number[]> {
  const next = (): IteratorResult<number[], undefined> => {
    const batch: number[] = [];
    while (batch.length < most) {
      const { value, done } = tiles.next();
      if (done === true) break;
      batch.push(value);
    }
    return batch.length === 0 ? { done: true, value: undefined } : { done: false, value: batch };
  };
  return { [Symbol.iterator]: () => ({ next }) };
}
