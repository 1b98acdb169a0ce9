import { DasError } from "../errors/das-error.js";
import type { FitsValue } from "./card-value.js";
import type { Header } from "./header.js";
import type { PixelArray } from "./pixels.js";
import type { Bitpix } from "./structure.js";

/** How stored values become physical ones: `bzero + bscale * stored`; a stored integer equal to `blank` is missing. */
export interface Scaling {
  readonly bzero: number;
  readonly bscale: number;
  readonly blank?: number | bigint;
}

/** Integers as they are meant, exactly: the unsigned convention taken off. */
export type ExactIntegers =
  | Int8Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>
  | BigUint64Array<ArrayBuffer>;

/**
 * `BZERO`, `BSCALE` and, for integers, `BLANK` (or `ZBLANK`). Errors: BAD_FITS_HEADER for a BSCALE of 0 or a value of another kind.
 * Source: FITS 4.0, 4.4.2.5.
 */
export function readScaling(header: Header, bitpix: Bitpix, blankKeyword = "BLANK"): Scaling {
  const bscale = header.real("BSCALE") ?? 1;
  if (bscale === 0) throw new DasError("BAD_FITS_HEADER", "BSCALE = 0, expected another number");
  const bzero = header.real("BZERO") ?? 0;
  const blank = bitpix > 0 ? wholeNumber(header.get(blankKeyword)) : undefined;
  return blank === undefined ? { bzero, bscale } : { bzero, bscale, blank };
}

/** A blank that is no whole number marks nothing. */
export function wholeNumber(value: FitsValue | undefined): number | bigint | undefined {
  if (value?.kind === "integer") return value.value;
  return value?.kind === "real" && Number.isSafeInteger(value.value) ? value.value : undefined;
}

/**
 * Physical values as doubles: missing pixels are NaN. 64-bit integers beyond 2**53 are rounded; {@link exactIntegers} gives them
 * exactly.
 *
 * @param out takes the values, one for each pixel
 * @returns `out`
 */
export function physicalValues(
  pixels: PixelArray,
  scaling: Scaling,
  out: Float64Array<ArrayBuffer> = new Float64Array(pixels.length),
): Float64Array<ArrayBuffer> {
  const { bzero, bscale } = scaling;
  if (pixels instanceof BigInt64Array) {
    const blank = scaling.blank === undefined ? undefined : BigInt(scaling.blank);
    // The sum is exact for the unsigned convention, which the multiplication of doubles would round twice.
    const offset = bscale === 1 && Number.isInteger(bzero) ? BigInt(bzero) : undefined;
    for (let i = 0; i < pixels.length; i++) {
      const stored = pixels[i]!;
      if (stored === blank) out[i] = Number.NaN;
      else out[i] = offset === undefined ? bzero + bscale * Number(stored) : Number(stored + offset);
    }
    return out;
  }
  const blank = scaling.blank === undefined ? Number.NaN : Number(scaling.blank);
  for (let i = 0; i < pixels.length; i++) {
    const stored = pixels[i]!;
    out[i] = stored === blank ? Number.NaN : bzero + bscale * stored;
  }
  return out;
}

/**
 * Integers without rounding, where the scaling is none or the unsigned convention (`BSCALE` 1 and `BZERO` the half of the range,
 * -128 for bytes); `undefined` for every other scaling and for floating point. Missing pixels stay the integer they are.
 * Source: FITS 4.0, 4.4.2.5, table 11.
 */
export function exactIntegers(pixels: PixelArray, { bzero, bscale }: Scaling): ExactIntegers | undefined {
  if (bscale !== 1 || pixels instanceof Float32Array || pixels instanceof Float64Array) return undefined;
  if (bzero === 0) return pixels;
  const half = pixels instanceof Uint8Array ? -128 : 2 ** (8 * pixels.BYTES_PER_ELEMENT - 1);
  if (bzero !== half) return undefined;
  const copy = pixels.slice().buffer;
  if (pixels instanceof BigInt64Array) {
    const values = new BigUint64Array(copy);
    for (let i = 0; i < values.length; i++) values[i] = values[i]! ^ (1n << 63n);
    return values;
  }
  const values =
    pixels instanceof Uint8Array
      ? new Int8Array(copy)
      : pixels instanceof Int16Array
        ? new Uint16Array(copy)
        : new Uint32Array(copy);
  // Adding half the range is turning the highest bit.
  const top = 2 ** (8 * values.BYTES_PER_ELEMENT - 1);
  for (let i = 0; i < values.length; i++) values[i] = values[i]! ^ top;
  return values;
}
