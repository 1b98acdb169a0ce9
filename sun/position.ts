/** The Sun as seen from the centre of the Earth. Angles in degrees. */
export interface SunPosition {
  /** Apparent right ascension, 0 to 360. */
  readonly rightAscension: number;
  /** Apparent declination. */
  readonly declination: number;
  /** Distance, astronomical units. */
  readonly distance: number;
  /** Position angle of the north end of the axis of rotation, eastward from north. */
  readonly p: number;
  /** Heliographic latitude of the centre of the disk. */
  readonly b0: number;
  /** Carrington longitude of the centre of the disk, 0 to 360. */
  readonly l0: number;
}

const J2000 = 2_451_545;
const DAYS_PER_CENTURY = 36_525;
const DEGREE = Math.PI / 180;
/** Inclination of the solar equator to the ecliptic (Carrington). */
const INCLINATION = 7.25;
/** Sidereal rotation of Carrington's coordinates, days. */
const ROTATION_DAYS = 25.38;

const sin = (degrees: number): number => Math.sin(degrees * DEGREE);
const cos = (degrees: number): number => Math.cos(degrees * DEGREE);
const tan = (degrees: number): number => Math.tan(degrees * DEGREE);
const turn = (degrees: number): number => degrees - 360 * Math.floor(degrees / 360);

/**
 * Position and orientation of the Sun by the formulae of low accuracy: about 0.01 degree, 0.00002 au, within a few thousand
 * years of 2000.
 *
 * @param jde Julian Ephemeris Day, TT
 * Source: J. Meeus, Astronomical Algorithms, 2nd ed., chapters 22, 25 and 29.
 */
export function sunPosition(jde: number): SunPosition {
  const t = (jde - J2000) / DAYS_PER_CENTURY;
  const { longitude, distance } = geometricSun(t);
  const node = 125.04 - 1934.136 * t;
  const nutation = (-17.2 / 3600) * sin(node);
  const obliquity = 23.439_291_1 + (-46.815 * t - 0.000_59 * t * t + 0.001_813 * t ** 3) / 3600;
  const apparent = longitude - 0.005_69 - 0.004_78 * sin(node);
  const slant = obliquity + 0.002_56 * cos(node);
  return {
    rightAscension: turn(Math.atan2(cos(slant) * sin(apparent), cos(apparent)) / DEGREE),
    declination: Math.asin(sin(slant) * sin(apparent)) / DEGREE,
    distance,
    ...orientation(jde, longitude - 20.4898 / 3600 / distance, nutation, slant),
  };
}

/** True longitude (mean equinox of date, degrees) and radius vector (au): chapter 25. */
function geometricSun(t: number): { longitude: number; distance: number } {
  const mean = 280.466_46 + 36_000.769_83 * t + 0.000_303_2 * t * t;
  const anomaly = 357.529_11 + 35_999.050_29 * t - 0.000_153_7 * t * t;
  const eccentricity = 0.016_708_634 - 0.000_042_037 * t - 0.000_000_126_7 * t * t;
  const centre =
    (1.914_602 - 0.004_817 * t - 0.000_014 * t * t) * sin(anomaly) +
    (0.019_993 - 0.000_101 * t) * sin(2 * anomaly) +
    0.000_289 * sin(3 * anomaly);
  const distance = (1.000_001_018 * (1 - eccentricity ** 2)) / (1 + eccentricity * cos(anomaly + centre));
  return { longitude: turn(mean + centre), distance };
}

/**
 * P, B0 and L0: chapter 29.
 *
 * @param longitude of the Sun, aberration included, nutation not
 */
function orientation(
  jde: number,
  longitude: number,
  nutation: number,
  obliquity: number,
): { p: number; b0: number; l0: number } {
  const theta = ((jde - 2_398_220) * 360) / ROTATION_DAYS;
  const node = 73.6667 + (1.395_833_3 * (jde - 2_396_758)) / DAYS_PER_CENTURY;
  const x = Math.atan(-cos(longitude + nutation) * tan(obliquity)) / DEGREE;
  const y = Math.atan(-cos(longitude - node) * tan(INCLINATION)) / DEGREE;
  const b0 = Math.asin(sin(longitude - node) * sin(INCLINATION)) / DEGREE;
  const eta = Math.atan2(-sin(longitude - node) * cos(INCLINATION), -cos(longitude - node)) / DEGREE;
  return { p: x + y, b0, l0: turn(eta - theta) };
}
