import type { FitsFile, Hdu } from "./fits-file.js";
import { checkArrayBytes, type FitsImage } from "./image.js";
import { pixelBytes, pixelsOver, swapToHost } from "./pixels.js";
import { checkRegion, countOf, eachRun, type Region, wholeOf } from "./region.js";
import { readScaling } from "./scaling.js";

/** Runs nearer to each other than this are read by one call, the bytes between them dropped. */
const GAP_BYTES = 4096;
/** Bytes of one call: with more, the copy falls out of the processor's cache. */
const CALL_BYTES = 1 << 20;

/** An image without compression: a region is read from its own bytes of the file. */
export function plainImage(file: FitsFile, hdu: Hdu): FitsImage {
  const { bitpix, axes: shape } = hdu.structure;
  const size = pixelBytes(bitpix);

  async function read(region: Region = wholeOf(shape)) {
    checkRegion(shape, region);
    checkArrayBytes(bitpix, region, file.limits);
    const bytes = new Uint8Array(countOf(region.size) * size);
    const runs: { at: number; to: number; length: number }[] = [];
    eachRun(shape, region, (at, to, count) => {
      // Long runs in pieces, so that a read never holds the image twice.
      for (let done = 0; done < count * size; done += CALL_BYTES)
        runs.push({
          at: at * size + done,
          to: to * size + done,
          length: Math.min(CALL_BYTES, count * size - done),
        });
    });
    for (let i = 0; i < runs.length; ) {
      const first = runs[i]!;
      let next = i + 1;
      let end = first.at + first.length;
      while (next < runs.length && runs[next]!.at - end <= GAP_BYTES) {
        const further = runs[next]!.at + runs[next]!.length;
        if (further - first.at > CALL_BYTES) break;
        end = further;
        next++;
      }
      const piece = await file.source.read(hdu.dataOffset + first.at, end - first.at);
      for (; i < next; i++) {
        const { at, to, length } = runs[i]!;
        bytes.set(piece.subarray(at - first.at, at - first.at + length), to);
      }
    }
    swapToHost(bytes, size);
    return pixelsOver(bitpix, bytes.buffer);
  }

  return { hdu, bitpix, shape, scaling: readScaling(hdu.header, bitpix), read };
}
