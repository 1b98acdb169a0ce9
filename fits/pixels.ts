import type { Bitpix } from "./structure.js";

/** Stored values of an image: the type says BITPIX (8 is unsigned). */
export type PixelArray =
  | Uint8Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

/** Bytes of one value. */
export function pixelBytes(bitpix: Bitpix): number {
  return Math.abs(bitpix) / 8;
}

/** A zeroed array for `count` values of BITPIX. */
export function newPixels(bitpix: Bitpix, count: number): PixelArray {
  return pixelsOver(bitpix, new ArrayBuffer(count * pixelBytes(bitpix)));
}

/** An array of BITPIX over a whole buffer in the byte order of this machine. */
export function pixelsOver(bitpix: Bitpix, buffer: ArrayBuffer): PixelArray {
  switch (bitpix) {
    case 8:
      return new Uint8Array(buffer);
    case 16:
      return new Int16Array(buffer);
    case 32:
      return new Int32Array(buffer);
    case 64:
      return new BigInt64Array(buffer);
    case -32:
      return new Float32Array(buffer);
    case -64:
      return new Float64Array(buffer);
    default:
      return bitpix satisfies never;
  }
}

/** The BITPIX of an array. */
export function bitpixOf(pixels: PixelArray): Bitpix {
  if (pixels instanceof Uint8Array) return 8;
  if (pixels instanceof Int16Array) return 16;
  if (pixels instanceof Int32Array) return 32;
  if (pixels instanceof BigInt64Array) return 64;
  return pixels instanceof Float32Array ? -32 : -64;
}

const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Big-endian bytes of values, as a copy. */
export function encodePixels(pixels: PixelArray): Uint8Array<ArrayBuffer> {
  const own = new Uint8Array(pixels.byteLength);
  own.set(new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength));
  swapToHost(own, pixels.BYTES_PER_ELEMENT);
  return own;
}

/** Turns values of `size` bytes from big-endian into the order of this machine, in place, or back. */
export function swapToHost(bytes: Uint8Array<ArrayBuffer>, size: number): void {
  if (!LITTLE_ENDIAN || size === 1) return;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (size === 2) buffer.swap16();
  else if (size === 4) buffer.swap32();
  else buffer.swap64();
}
