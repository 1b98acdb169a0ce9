// Times of the sample Sun are DRMS times: seconds since 1977-01-01T00:00:00 TAI (netdrms 5).

/** 1977-01-01T00:00:00 TAI as a Julian Day of TAI. */
const EPOCH_JD = 2_443_144.5;
/** TT - TAI, s. */
const TT_MINUS_TAI = 32.184;

/** Seconds of a day. */
export const DAY = 86_400;
/** Seconds of a Julian year. */
export const YEAR = 365.25 * DAY;

/** Julian Ephemeris Day (TT) of a DRMS time. */
export function julianEphemerisDay(time: number): number {
  return EPOCH_JD + (time + TT_MINUS_TAI) / DAY;
}

/** DRMS time of a year with fraction: 2014.5 is the middle of 2014. */
export function timeOfYear(year: number): number {
  return (2_451_545 - EPOCH_JD) * DAY + (year - 2000) * YEAR;
}
