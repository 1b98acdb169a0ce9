import type { ElementType } from "./column.js";
import { swapToHost } from "./pixels.js";

/**
 * Elements of a column by its kind. `L`: 1, 0, or -1 where neither T nor F is stored; `X`: a bit each; `C`, `M`: real and imaginary part
 * in turn; integers and floats as stored.
 */
export type ElementArray =
  | Int8Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

/** Bytes of one number of an element, for the change of byte order. */
export const NUMBER_BYTES: Readonly<Record<Exclude<ElementType, "A">, number>> = {
  L: 1,
  X: 1,
  B: 1,
  I: 2,
  J: 4,
  K: 8,
  E: 4,
  D: 8,
  C: 4,
  M: 8,
};

/** Elements out of big-endian bytes, as a copy; for `X`, `bits` of each `stride` bytes. */
export function decodeElements(
  type: Exclude<ElementType, "A">,
  bytes: Uint8Array,
  bits = bytes.length * 8,
  stride = bytes.length,
): ElementArray {
  if (type === "X") return decodeBits(bytes, bits, stride);
  if (type === "L") return Int8Array.from(bytes, (byte) => (byte === 0x54 ? 1 : byte === 0x46 ? 0 : -1));
  const own = Uint8Array.from(bytes);
  swapToHost(own, NUMBER_BYTES[type]);
  switch (type) {
    case "B":
      return own;
    case "I":
      return new Int16Array(own.buffer);
    case "J":
      return new Int32Array(own.buffer);
    case "K":
      return new BigInt64Array(own.buffer);
    case "E":
    case "C":
      return new Float32Array(own.buffer);
    case "D":
    case "M":
      return new Float64Array(own.buffer);
    default:
      return type satisfies never;
  }
}

/** The highest bit of a byte comes first. Source: FITS 4.0, 7.3.3.1. */
function decodeBits(bytes: Uint8Array, bits: number, stride: number): Uint8Array<ArrayBuffer> {
  const rows = stride === 0 ? 0 : bytes.length / stride;
  const out = new Uint8Array(rows * bits);
  for (let row = 0, to = 0; row < rows; row++)
    for (let bit = 0; bit < bits; bit++)
      out[to++] = (bytes[row * stride + (bit >>> 3)]! >>> (7 - (bit & 7))) & 1;
  return out;
}

/** Big-endian bytes of elements; of bits, `bits` to each `stride` bytes. */
export function encodeElements(
  type: Exclude<ElementType, "A">,
  values: ElementArray,
  bits = values.length,
  stride = Math.ceil(values.length / 8),
): Uint8Array<ArrayBuffer> {
  if (type === "L")
    return Uint8Array.from(values as Int8Array, (value) => (value === 1 ? 0x54 : value === 0 ? 0x46 : 0)); // by the caller
  if (type === "X") {
    const rows = bits === 0 ? 0 : values.length / bits;
    const out = new Uint8Array(rows * stride);
    for (let row = 0, at = 0; row < rows; row++)
      for (let bit = 0; bit < bits; bit++, at++)
        if (values[at] === 1) out[row * stride + (bit >>> 3)]! |= 0x80 >>> (bit & 7);
    return out;
  }
  const own = new Uint8Array(values.byteLength);
  own.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  swapToHost(own, NUMBER_BYTES[type]);
  return own;
}

/** Text up to a NUL, without blanks at its end. Source: FITS 4.0, 7.3.3.1. */
export function decodeText(bytes: Uint8Array): string {
  const nul = bytes.indexOf(0);
  const used = nul < 0 ? bytes : bytes.subarray(0, nul);
  return Buffer.from(used.buffer, used.byteOffset, used.byteLength).toString("latin1").trimEnd();
}
