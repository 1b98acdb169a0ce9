/** How quantised floats were dithered. */
export type Dithering = "NO_DITHER" | "SUBTRACTIVE_DITHER_1" | "SUBTRACTIVE_DITHER_2";

/** The integer that stands for exactly 0 in SUBTRACTIVE_DITHER_2. Source: FITS 4.0, 10.2.1. */
const ZERO_CODE = -2147483646;
const COUNT = 10_000;

let table: Float32Array | undefined;

/** The standard's table of random numbers: Park and Miller's sequence, seed 1. Source: FITS 4.0, appendix I. */
function ditherTable(): Float32Array {
  if (table !== undefined) return table;
  const numbers = new Float32Array(COUNT);
  let seed = 1;
  for (let i = 0; i < COUNT; i++) {
    // The products stay below 2**53.
    seed = (16807 * seed) % 2147483647;
    numbers[i] = seed / 2147483647;
  }
  table = numbers;
  return numbers;
}

/** Scale of the quantised floats of one tile. */
export interface Quantised {
  readonly scale: number;
  readonly zero: number;
  /** The integer of a missing value, which becomes NaN. */
  readonly blank?: number;
  readonly dithering: Dithering;
  /** Number of the tile from 0 plus `ZDITHER0` less 1: chooses the place in the table. */
  readonly ditherRow: number;
}

/** Floats from quantised integers: `(code - random + 0.5) * scale + zero`, without the middle part where nothing was dithered. */
export function dequantise(
  codes: Int32Array,
  out: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>,
  { scale, zero, blank, dithering, ditherRow }: Quantised,
): void {
  if (dithering === "NO_DITHER") {
    for (let i = 0; i < out.length; i++) {
      const code = codes[i]!;
      out[i] = code === blank ? Number.NaN : code * scale + zero;
    }
    return;
  }
  const random = ditherTable();
  const zeros = dithering === "SUBTRACTIVE_DITHER_2";
  let seed = ditherRow % COUNT;
  let next = Math.trunc(random[seed]! * 500);
  for (let i = 0; i < out.length; i++) {
    const code = codes[i]!;
    if (code === blank) out[i] = Number.NaN;
    else if (zeros && code === ZERO_CODE) out[i] = 0;
    else out[i] = (code - random[next]! + 0.5) * scale + zero;
    if (++next === COUNT) {
      seed = (seed + 1) % COUNT;
      next = Math.trunc(random[seed]! * 500);
    }
  }
}
