// The shortest decimals that read back as the same number, appended as ASCII.

/** Most bytes that {@link appendShortest} writes: `-1.2345678901234567e-308`. */
export const SHORTEST_BYTES = 25;

const ZERO = 0x30;
const MINUS = 0x2d;
const MAX_PLAIN = 1e9;

/**
 * Writes a finite `value` to `to[at...]` and gives the end. Source: reducers 11.
 */
export function appendShortest(to: Uint8Array, at: number, value: number): number {
  const whole = value | 0;
  if (whole === value && value < MAX_PLAIN && value > -MAX_PLAIN && (whole !== 0 || 1 / value > 0))
    return appendWhole(to, at, whole);
  if (value === 0) {
    to[at] = MINUS;
    to[at + 1] = ZERO;
    return at + 2;
  }
  const text = String(value);
  for (let i = 0; i < text.length; i++) to[at + i] = text.charCodeAt(i);
  return at + text.length;
}

function appendWhole(to: Uint8Array, at: number, whole: number): number {
  let n = whole;
  if (n < 0) {
    to[at++] = MINUS;
    n = -n;
  }
  let digits = 1;
  for (let power = 10; n >= power; power *= 10) digits++;
  for (let i = at + digits - 1; i >= at; i--) {
    const tens = (n / 10) | 0;
    to[i] = ZERO + n - tens * 10;
    n = tens;
  }
  return at + digits;
}

const POWERS: readonly number[] = Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));

/**
 * The binary64 nearest to the shortest decimal that reads back as the binary32 `value`: its own shortest decimal is that one.
 * Where several are as short it is the nearest to the value. Values that are too large or small for whole arithmetic, zeros and
 * what is no number are given as they are.
 */
export function shortestOfReal4(value: number): number {
  const size = Math.abs(value);
  if (!(size >= 1e-12 && size < 1e12)) return value;
  // Nine digits tell all binary32 apart: begin there and leave out digits while the decimal still reads back.
  const places = 8 - Math.floor(Math.log10(size));
  const scaled = places >= 0 ? size * POWERS[places]! : size / POWERS[-places]!;
  let best = decimalOf(Math.round(scaled), places);
  if (Math.fround(best) !== size) return value;
  for (let step = 10; step <= 1e9; step *= 10) {
    const nearest = Math.round(scaled / step) * step;
    let decimal = decimalOf(nearest, places);
    if (Math.fround(decimal) !== size) {
      // Above a power of two there is twice the room of below.
      decimal = decimalOf(nearest < scaled ? nearest + step : nearest - step, places);
      if (Math.fround(decimal) !== size) break;
    }
    best = decimal;
  }
  return value < 0 ? -best : best;
}

/** n * 10**-places, rounded once: both are whole numbers that binary64 holds. */
function decimalOf(n: number, places: number): number {
  return places >= 0 ? n / POWERS[places]! : n * POWERS[-places]!;
}
