/**
 * The first of some times that is not in the future: what a file says of its own change may be (a clock that was wrong, a copy that kept
 * such a time), and blocks built before that are all there will be for long. `undefined` where all are.
 * @param now milliseconds since 1970, as are the times
 */
export function pastTime(times: readonly number[], now: number): number | undefined {
  // Files have fractions of the millisecond that is now.
  return times.find((time) => time < now + 1);
}
