/**
 * An instant of UTC, exact to the nanosecond. Days are counted from 2000-01-01 (negative before); `ns` are
 * nanoseconds since midnight, 0 to 86400e9 excluded, or to 86401e9 excluded inside a leap second.
 */
export interface Time {
  readonly day: number;
  readonly ns: number;
}

/** A range of time, `end` excluded. */
export interface TimeRange {
  readonly begin: Time;
  readonly end: Time;
}
