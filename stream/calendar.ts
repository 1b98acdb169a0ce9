/** The day on which all day counts of the house begin is 2000-01-01; proleptic Gregorian calendar throughout. */

/** Nanoseconds of a day without leap second. */
export const NS_PER_DAY = 86_400e9;

/** A calendar date; month and day begin with 1. */
export interface CalendarDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/**
 * Days from 2000-01-01 to a date. Month and day may lie outside their ranges and are carried: month 13 is January
 * of the next year, day 0 the last of the month before.
 */
export function dayNumber(year: number, month: number, day: number): number {
  if (month < 1 || month > 12) {
    const carry = Math.floor((month - 1) / 12);
    return dayNumber(year + carry, month - 12 * carry, day);
  }
  // Years that begin in March put the leap day last; 730425 days lie between 0000-03-01 and 2000-01-01 less one.
  const y = month > 2 ? year : year - 1;
  const m = month > 2 ? month - 3 : month + 9;
  const leapDays = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  return 365 * y + leapDays + Math.floor((153 * m + 2) / 5) + day - 730_426;
}

/** The date that lies `day` days after 2000-01-01; the reverse of {@link dayNumber}. */
export function dateOfDay(day: number): CalendarDate {
  // Days since 0000-03-01, in eras of 400 years.
  const shifted = day + 730_425;
  const era = Math.floor(shifted / 146_097);
  const ofEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const m = Math.floor((5 * ofYear + 2) / 153);
  const month = m < 10 ? m + 3 : m - 9;
  return {
    year: era * 400 + yearOfEra + (month <= 2 ? 1 : 0),
    month,
    day: ofYear - Math.floor((153 * m + 2) / 5) + 1,
  };
}

/** Whether a year of the Gregorian calendar has 366 days. */
export function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}
