import { DasError } from "../errors/das-error.js";
import { swapToHost } from "./pixels.js";

/** Integers that Rice coding works on; the width of an element is its BYTEPIX. */
export type RicePixels = Uint8Array<ArrayBuffer> | Int16Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

/** Bits of the code of a block, and the greatest number of bits split off, by bytes of a pixel. */
export const RICE_CODES: Readonly<Record<number, { readonly fsBits: number; readonly fsMax: number }>> = {
  1: { fsBits: 3, fsMax: 6 },
  2: { fsBits: 4, fsMax: 14 },
  4: { fsBits: 5, fsMax: 25 },
};

/** Scratch memory of usual tiles; larger ones take their own, which is not kept. */
const KEPT_WORDS = 1 << 18;
const scratch = new Int32Array(KEPT_WORDS);

/** The tile as big-endian words that the machine reads as they are, and two words of zeros behind it. */
function loadWords(bytes: Uint8Array): Int32Array {
  const count = (bytes.length >>> 2) + 4;
  const words = count <= KEPT_WORDS ? scratch : new Int32Array(count);
  words.fill(0, count - 4, count);
  const view = new Uint8Array(words.buffer, 0, count * 4);
  view.set(bytes);
  swapToHost(view, 4);
  return words;
}

/**
 * Decodes one tile of `RICE_1` into `out`, whose length is the number of pixels and whose element width is BYTEPIX.
 *
 * Layout: the first pixel plain; then blocks of `blockSize` differences to the pixel before, each block begun by a code of 3, 4 or 5
 * bits. Code 0: all differences are 0. Code fsMax + 1: differences of full width. Else fs = code - 1: a difference is `zeros, 1`
 * in unary for its upper part, then fs bits. A difference d is kept as 2d or, negative, -2d - 1.
 *
 * Errors: BAD_FITS_DATA where the tile ends before its pixels, or a code does not exist. Source: FITS 4.0, 10.4.1.
 */
export function decodeRice(bytes: Uint8Array, out: RicePixels, blockSize: number): void {
  const size = out.BYTES_PER_ELEMENT;
  const { fsBits, fsMax } = RICE_CODES[size]!; // the element widths of RicePixels
  const count = out.length;
  if (count === 0) return;
  if (bytes.length < size) throw endsBefore(0, count);
  const w = loadWords(bytes);
  const fullBits = 8 * size;
  const endBit = bytes.length * 8;
  let last = w[0]! >> (32 - fullBits);
  let p = fullBits;
  for (let i = 0; i < count; ) {
    const blockEnd = Math.min(i + blockSize, count);
    let k = p >>> 5;
    let s = p & 31;
    // 32 bits from bit p on; a shift by 31 - s after one by 1 gives 0 for s = 0.
    let window = (w[k]! << s) | ((w[k + 1]! >>> 1) >>> (31 - s));
    const fs = (window >>> (32 - fsBits)) - 1;
    p += fsBits;
    if (fs < 0) {
      out.fill(last, i, blockEnd);
      i = blockEnd;
    } else if (fs === fsMax) {
      for (; i < blockEnd && p <= endBit; i++) {
        k = p >>> 5;
        s = p & 31;
        window = (w[k]! << s) | ((w[k + 1]! >>> 1) >>> (31 - s));
        const code = window >>> (32 - fullBits);
        p += fullBits;
        last = (last + ((code >>> 1) ^ -(code & 1))) | 0;
        out[i] = last;
      }
    } else if (fs > fsMax) {
      throw new DasError("BAD_FITS_DATA", `Rice code ${fs + 1} of a block, expected at most ${fsMax + 1}`);
    } else {
      for (; i < blockEnd && p <= endBit; i++) {
        k = p >>> 5;
        s = p & 31;
        window = (w[k]! << s) | ((w[k + 1]! >>> 1) >>> (31 - s));
        let zeros = Math.clz32(window);
        let code: number;
        if (zeros + fs < 31) {
          // Upper and lower part lie in the window; the double shift gives 0 for fs = 0.
          code = (zeros << fs) | ((((window << zeros) << 1) >>> 1) >>> (31 - fs));
          p += zeros + 1 + fs;
        } else {
          while (window === 0 && p <= endBit) {
            p += 32;
            k = p >>> 5;
            s = p & 31;
            window = (w[k]! << s) | ((w[k + 1]! >>> 1) >>> (31 - s));
            if (window === 0) zeros += 32;
            else zeros += Math.clz32(window);
          }
          p += Math.clz32(window) + 1;
          k = p >>> 5;
          s = p & 31;
          window = (w[k]! << s) | ((w[k + 1]! >>> 1) >>> (31 - s));
          code = (zeros << fs) | ((window >>> 1) >>> (31 - fs));
          p += fs;
        }
        last = (last + ((code >>> 1) ^ -(code & 1))) | 0;
        out[i] = last;
      }
    }
    if (p > endBit) throw endsBefore(i, count);
  }
}

function endsBefore(at: number, count: number): DasError {
  return new DasError("BAD_FITS_DATA", `a Rice tile ends at pixel ${at} of ${count}`);
}
