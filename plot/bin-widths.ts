/** Seconds of a day: bins whose width divides it begin at the same times whatever range is asked for (das2-server 13.2). */
const DAY_S = 86_400;
/** Parts of a second that divide it, from one power of ten to the next, descending. */
const PARTS = [1, 0.8, 0.5, 0.4, 0.25, 0.2, 0.16, 0.125];

const DIVISORS = Array.from({ length: DAY_S }, (_, i) => i + 1).filter((n) => DAY_S % n === 0);

/**
 * The width of bins for a picture: the least that is not narrower than a column of pixels, so that no more is asked for than the screen can
 * show, and of those that divide the day (above a day: whole days), so that pieces of different requests fit together.
 *
 * @param columnS seconds of a column of pixels, above 0
 * @returns seconds; at most a third wider than the column, but for widths of few seconds or days
 */
export function binWidth(columnS: number): number {
  if (columnS > DAY_S) return Math.ceil(columnS / DAY_S - 1e-9) * DAY_S;
  if (columnS > 1) return DIVISORS.find((n) => n >= columnS * (1 - 1e-9)) ?? DAY_S;
  const power = 10 ** Math.ceil(Math.log10(columnS) - 1e-9);
  const part = PARTS.findLast((one) => one * power >= columnS * (1 - 1e-9)) ?? 1;
  return Number((part * power).toPrecision(6));
}
