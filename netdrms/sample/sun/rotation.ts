const DEGREE = Math.PI / 180;
const DAY = 86_400;

/** Rotation of Carrington's coordinates, radians a second: 360 degrees in 25.38 days, sidereal. */
export const CARRINGTON_RATE = (2 * Math.PI) / (25.38 * DAY);

/** Sidereal rates a + b sin^2 + c sin^4 of the latitude, radians a second. */
interface RotationLaw {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/**
 * Magnetic features: 14.42 - 2.00 sin^2 - 2.09 sin^4 degrees a day.
 * Source: R. Komm, R. Howard and J. Harvey, Solar Physics 145 (1993) 1.
 */
const MAGNETIC: RotationLaw = {
  a: (14.42 * DEGREE) / DAY,
  b: (-2.0 * DEGREE) / DAY,
  c: (-2.09 * DEGREE) / DAY,
};

/**
 * The gas of the photosphere as the Doppler effect shows it: 2.851 - 0.343 sin^2 - 0.474 sin^4 microradians a second.
 * Source: H. Snodgrass and R. Ulrich, Astrophysical Journal 351 (1990) 309, spectroscopic.
 */
const PLASMA: RotationLaw = { a: 2.851e-6, b: -0.343e-6, c: -0.474e-6 };

const rate = (law: RotationLaw, sinLatitude: number): number => {
  const s2 = sinLatitude * sinLatitude;
  return law.a + s2 * (law.b + s2 * law.c);
};

/** Sidereal rotation of the photospheric gas, radians a second. */
export function plasmaRate(sinLatitude: number): number {
  return rate(PLASMA, sinLatitude);
}

/** How fast magnetic features move in Carrington longitude, radians a second westward; about 0 at 16 degrees. */
export function carringtonDrift(sinLatitude: number): number {
  return rate(MAGNETIC, sinLatitude) - CARRINGTON_RATE;
}
