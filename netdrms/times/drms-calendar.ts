import { type CalendarDate, dateOfDay, dayNumber } from "../../stream/calendar.js";

// The calendar of DRMS: Gregorian from 1582.10.15 on, Julian before; the day after 1582.10.04 is 1582.10.15. Year 0 exists.
// Days are counted as everywhere in the house, from 2000-01-01. Source: netdrms 5.3.

/** The first day of the Gregorian calendar, 1582.10.15. */
const FIRST_GREGORIAN = dayNumber(1582, 10, 15);

/** Days from 2000-01-01 to 1977.01.01, on which DRMS times begin. Source: netdrms 5.1. */
export const DRMS_EPOCH_DAY = dayNumber(1977, 1, 1);

/**
 * Days from 2000-01-01 to a date of the mixed calendar. A day beyond the end of its month is carried into the next; the ten
 * dates that the reform left out are read as Julian ones.
 *
 * @param month 1 to 12
 */
export function drmsDayNumber(year: number, month: number, day: number): number {
  const gregorian = year !== 1582 ? year > 1582 : month !== 10 ? month > 10 : day >= 15;
  return gregorian ? dayNumber(year, month, day) : julianDayNumber(year, month, day);
}

/** The date of a day counted from 2000-01-01; the reverse of {@link drmsDayNumber}. */
export function drmsDateOfDay(day: number): CalendarDate {
  return day >= FIRST_GREGORIAN ? dateOfDay(day) : julianDateOfDay(day);
}

function julianDayNumber(year: number, month: number, day: number): number {
  // Years that begin in March put the leap day last; the Julian 0000-03-01 lies two days before the Gregorian one.
  const y = month > 2 ? year : year - 1;
  const m = month > 2 ? month - 3 : month + 9;
  return 365 * y + Math.floor(y / 4) + Math.floor((153 * m + 2) / 5) + day - 730_428;
}

function julianDateOfDay(day: number): CalendarDate {
  const shifted = day + 730_427;
  const cycle = Math.floor(shifted / 1461);
  const ofCycle = shifted - cycle * 1461;
  const yearOfCycle = Math.min(3, Math.floor(ofCycle / 365));
  const ofYear = ofCycle - 365 * yearOfCycle;
  const m = Math.floor((5 * ofYear + 2) / 153);
  const month = m < 10 ? m + 3 : m - 9;
  return {
    year: cycle * 4 + yearOfCycle + (month <= 2 ? 1 : 0),
    month,
    day: ofYear - Math.floor((153 * m + 2) / 5) + 1,
  };
}
