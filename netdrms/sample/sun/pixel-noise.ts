import type { Disk } from "./disk.js";
import { RandomStream } from "./random.js";

/** What a pixel takes over from its left and its upper neighbour; the norm keeps the variance at 1. */
const SHARE = 0.35;
const NORM = 1 / Math.sqrt(1 + 2 * SHARE * SHARE);

/** A sequence of its own for one picture: by its time (0.1 s) and what it is for. */
export function imageRandom(seed: number, time: number, purpose: number): RandomStream {
  const tenths = Math.round(time * 10);
  return new RandomStream(seed ^ Math.floor(tenths / 2 ** 31), tenths, purpose);
}

/** Normal noise of variance 1 on the pixels of a disk, a little alike in neighbours, as the optics make it. */
export function diskNoise(disk: Disk, random: RandomStream): Float32Array {
  const { index, rowStart, rowX, size } = disk;
  const white = random.fillNormal(new Float32Array(index.length + 1));
  const noise = new Float32Array(index.length);
  for (let row = 0; row < size; row++) {
    const from = rowStart[row]!;
    const to = rowStart[row + 1]!;
    // Where the row above is shorter, its end stands for its neighbour.
    const above = row === 0 ? 0 : rowStart[row - 1]! - rowX[row - 1]! + rowX[row]! - from;
    for (let i = from; i < to; i++)
      noise[i] = NORM * (white[i]! + SHARE * (white[i + 1]! + white[Math.max(0, i + above)]!));
  }
  return noise;
}
