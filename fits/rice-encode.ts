import { swapToHost } from "./pixels.js";
import { RICE_CODES, type RicePixels } from "./rice-decode.js";

/** Scratch memory of usual tiles; larger ones take their own, which is not kept. */
const KEPT_WORDS = 1 << 18;
const scratch = new Int32Array(KEPT_WORDS);
let codes = new Int32Array(64);

/**
 * Encodes one tile as `RICE_1`; the layout is described at {@link decodeRice}. The bits split off are chosen as the usual
 * programs choose them (from the mean of a block), so that the bytes are the same.
 *
 * @returns the compressed bytes, a copy; may be longer than the pixels where these are noise of full width
 * Source: FITS 4.0, 10.4.1.
 */
export function encodeRice(pixels: RicePixels, blockSize: number): Uint8Array<ArrayBuffer> {
  const size = pixels.BYTES_PER_ELEMENT;
  const { fsBits, fsMax } = RICE_CODES[size]!; // the element widths of RicePixels
  const fullBits = 8 * size;
  const count = pixels.length;
  // No difference needs more than its full width on average: fs is taken from the mean, and above fsMax they are plain.
  const most = Math.ceil((fullBits + count * (fullBits + 2) + Math.ceil(count / blockSize) * 8) / 32) + 4;
  const w = most <= KEPT_WORDS ? scratch : new Int32Array(most);
  if (codes.length < blockSize) codes = new Int32Array(blockSize);
  const c = codes;
  const narrow = 32 - fullBits;
  // `open` holds the bits not yet stored at its upper end, `free` counts the places left in it (1 to 32).
  let open = 0;
  let free = 32;
  let at = 0;
  let last = count === 0 ? 0 : pixels[0]!;
  if (count > 0) {
    open = last << narrow;
    free -= fullBits;
    if (free === 0) {
      w[at++] = open;
      open = 0;
      free = 32;
    }
  }
  for (let i = 0; i < count; i += blockSize) {
    const length = Math.min(blockSize, count - i);
    let sum = 0;
    for (let j = 0; j < length; j++) {
      const next = pixels[i + j]!;
      // The difference modulo the width, with sign; then folded to 2d or -2d - 1.
      const difference = ((next - last) << narrow) >> narrow;
      const code = (difference << 1) ^ (difference >> 31);
      c[j] = code;
      sum += code >>> 0;
      last = next;
    }
    // From the mean; the halves are those of the usual programs.
    const mean = (sum - (length >> 1) - 1) / length;
    const half = mean < 0 ? 0 : Math.floor(mean) >>> 1;
    const fs = 32 - Math.clz32(half);
    const high = fs >= fsMax;
    const none = !high && fs === 0 && sum === 0;
    // Bits of the block's code, then of each difference below its unary part.
    const head = high ? fsMax + 1 : none ? 0 : fs + 1;
    if (free > fsBits) {
      free -= fsBits;
      open |= head << free;
    } else {
      const over = fsBits - free;
      w[at++] = open | (head >>> over);
      free = 32 - over;
      open = over === 0 ? 0 : head << free;
    }
    if (none) continue;
    if (high) {
      for (let j = 0; j < length; j++) {
        const code = fullBits === 32 ? c[j]! : c[j]! & ((1 << fullBits) - 1);
        if (free > fullBits) {
          free -= fullBits;
          open |= code << free;
        } else {
          const over = fullBits - free;
          w[at++] = open | (over === 32 ? 0 : code >>> over);
          free = 32 - over;
          open = over === 0 ? 0 : code << free;
        }
      }
      continue;
    }
    const mask = (1 << fs) - 1;
    for (let j = 0; j < length; j++) {
      const code = c[j]!;
      let zeros = code >>> fs;
      // The unary part: zeros, then 1; together with the lower bits it nearly always fits the open word.
      while (zeros >= free) {
        w[at++] = open;
        open = 0;
        zeros -= free;
        free = 32;
      }
      const tail = (1 << fs) | (code & mask);
      const bits = fs + 1;
      free -= zeros;
      if (free > bits) {
        free -= bits;
        open |= tail << free;
      } else {
        const over = bits - free;
        w[at++] = open | (tail >>> over);
        free = 32 - over;
        open = over === 0 ? 0 : tail << free;
      }
    }
  }
  const byteLength = at * 4 + ((32 - free + 7) >>> 3);
  if (free < 32) w[at++] = open;
  const bytes = new Uint8Array(at * 4);
  bytes.set(new Uint8Array(w.buffer, 0, at * 4));
  swapToHost(bytes, 4);
  return bytes.slice(0, byteLength);
}
