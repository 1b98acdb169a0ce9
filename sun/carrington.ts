/** Begin of rotation 0 by the mean motion, JDE; J. Meeus, Astronomical Algorithms, 2nd ed., chapter 29. */
const ROTATION_ZERO = 2_398_140.227;
/** Mean synodic rotation, days; chapter 29. */
const SYNODIC_DAYS = 27.275_231_6;

/**
 * Number of Carrington's rotation that an observer sees. It grows by one when the longitude of the centre of the disk falls
 * through 0 to 360.
 *
 * @param jde Julian Ephemeris Day, TT
 * @param longitude Carrington longitude of the centre of the disk, 0 to 360 degrees; it decides near the change
 */
export function carringtonRotation(jde: number, longitude: number): number {
  const elapsed = 1 - longitude / 360;
  return Math.round((jde - ROTATION_ZERO) / SYNODIC_DAYS - elapsed);
}
