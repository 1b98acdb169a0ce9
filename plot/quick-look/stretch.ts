/** How values between the ends of a range are spread over the colours. */
export type Stretch = "linear" | "log" | "asinh";

/** All of {@link Stretch}. */
export const STRETCHES: readonly Stretch[] = ["linear", "log", "asinh"];

/** Below this part of the range asinh is linear: a faint corona and a flare are both seen. */
const ASINH_KNEE = 0.02;
/** What a part is multiplied with before its logarithm is taken; it needs no values above 0. As astropy's `LogStretch`. */
const LOG_STEEPNESS = 1000;

/** The part of the colours, 0 to 1, that a part of the range from 0 to 1 has; both ends keep their place. */
export function stretchedPart(part: number, stretch: Stretch): number {
  switch (stretch) {
    case "linear":
      return part;
    case "log":
      return Math.log1p(LOG_STEEPNESS * part) / Math.log1p(LOG_STEEPNESS);
    case "asinh":
      return Math.asinh(part / ASINH_KNEE) / Math.asinh(1 / ASINH_KNEE);
    default:
      return stretch satisfies never;
  }
}

/** Numbers of the colours of values are 1 to this; 0 is that of a missing pixel. */
const LAST_COLOUR = 255;

/**
 * Numbers of colours for values: 1 for the low end of the range and all below, 255 for the high end and all above, 0 for NaN.
 *
 * @param range two numbers, the smaller one first; two equal ones are a step
 */
export function colourNumbers(
  values: ArrayLike<number>,
  [low, high]: readonly [number, number],
  stretch: Stretch,
): Uint8Array {
  const numbers = new Uint8Array(values.length);
  const width = high - low;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    const part = width > 0 ? (value - low) / width : value < low ? 0 : 1;
    const inside = part < 0 ? 0 : part > 1 ? 1 : part;
    numbers[i] = 1 + Math.round((LAST_COLOUR - 1) * stretchedPart(inside, stretch));
  }
  return numbers;
}
