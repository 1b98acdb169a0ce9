import { shortTime } from "../stream/short-time.js";
import { formatTime, timeToUs2000, us2000ToTime } from "../stream/time.js";
import { FIRST_TIME, LAST_TIME } from "../stream/time-limits.js";

/** A range of time, us2000, whole microseconds; `end` is excluded and after `begin`. */
export interface Span {
  readonly begin: number;
  readonly end: number;
}

/** Everything that has a text. */
export const ALL_TIME: Span = {
  begin: timeToUs2000(FIRST_TIME),
  // The last whole second: us2000 of the last nanosecond is that of year 10000.
  end: Math.ceil(timeToUs2000(LAST_TIME) / 1e6) * 1e6 - 1e6,
};

/** us2000 tells microseconds apart, and not much less: narrower ranges could not be drawn truly. */
export const NARROWEST_US = 100;

/** Length in microseconds. */
export function spanLength({ begin, end }: Span): number {
  return end - begin;
}

/** Whether they are the same. */
export function isSameSpan(a: Span, b: Span): boolean {
  return a.begin === b.begin && a.end === b.end;
}

/** What is in both; `undefined` for nothing. */
export function intersection(a: Span, b: Span): Span | undefined {
  const begin = Math.max(a.begin, b.begin);
  const end = Math.min(a.end, b.end);
  return begin < end ? { begin, end } : undefined;
}

/** What is left of a range without others, ascending. */
export function without(span: Span, others: readonly Span[]): readonly Span[] {
  let left: readonly Span[] = [span];
  for (const other of others)
    left = left.flatMap((part) => {
      if (other.end <= part.begin || other.begin >= part.end) return [part];
      return [
        { begin: part.begin, end: other.begin },
        { begin: other.end, end: part.end },
      ].filter(({ begin, end }) => begin < end);
    });
  return left;
}

/** The least range that holds all of them; `undefined` for none. */
export function hull(spans: readonly Span[]): Span | undefined {
  if (spans.length === 0) return undefined;
  return {
    begin: Math.min(...spans.map(({ begin }) => begin)),
    end: Math.max(...spans.map(({ end }) => end)),
  };
}

/** The range moved by a part of its length; as far as there is time to show. */
export function moved(span: Span, part: number, limits: Span = ALL_TIME): Span {
  return fitted(
    { begin: span.begin + part * spanLength(span), end: span.end + part * spanLength(span) },
    limits,
  );
}

/** So many records are seen at least: closer there would be nothing but the line between two of them. */
const FEWEST_RECORDS = 4;

/** The narrowest range that shows something of records at a distance, microseconds; where that is not known, what us2000 can tell. */
export function narrowestOf(cadenceUs: number | undefined): number {
  return Math.max(NARROWEST_US, FEWEST_RECORDS * (cadenceUs ?? 0));
}

/**
 * The range made `factor` times as long; the instant at part `at` of it (0 its begin, 1 its end) stays where it is on the screen, unless
 * there is no time to show there.
 * @param narrowest it becomes no shorter than this, microseconds, but does not grow where it is shorter already
 */
export function zoomed(
  span: Span,
  factor: number,
  at = 0.5,
  {
    limits = ALL_TIME,
    narrowest = NARROWEST_US,
  }: { readonly limits?: Span; readonly narrowest?: number } = {},
): Span {
  const fixed = span.begin + at * spanLength(span);
  const least = Math.min(Math.max(narrowest, NARROWEST_US), Math.max(spanLength(span), NARROWEST_US));
  const length = Math.min(Math.max(spanLength(span) * factor, least), spanLength(limits));
  return fitted({ begin: fixed - at * length, end: fixed + (1 - at) * length }, limits);
}

/** A range of whole microseconds and of at least {@link NARROWEST_US} inside of limits, moved rather than cut. */
export function fitted({ begin, end }: Span, limits: Span = ALL_TIME): Span {
  const length = Math.min(Math.max(Math.round(end - begin), NARROWEST_US), spanLength(limits));
  const from = Math.round(Math.min(Math.max(begin, limits.begin), limits.end - length));
  return { begin: from, end: from + length };
}

/** Steps that times are rounded to, microseconds: parts of a second by ten, then what clocks and calendars have. */
const STEPS_US = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 6e7, 6e8, 36e8, 864e8];
/** No screen has so many columns: what is rounded to a part like this is not seen to move. */
const UNSEEN_PARTS = 5000;

/** The range with both ends at times that are short to write, moved by less than a screen shows. */
export function tidied(span: Span, limits: Span = ALL_TIME): Span {
  const step = STEPS_US.findLast((one) => one * UNSEEN_PARTS <= spanLength(span)) ?? 1;
  const begin = Math.round(span.begin / step) * step;
  return fitted({ begin, end: begin + Math.max(step, Math.round(spanLength(span) / step) * step) }, limits);
}

/** A time with no more digits than it needs: `2021-06-30`, `2021-06-30T12:00`, `2021-06-30T12:00:01.5`. */
export function timeWord(us: number): string {
  return shortTime(formatTime(us2000ToTime(us), 6));
}

/** The words that say a range. */
export function spanText({ begin, end }: Span): { readonly begin: string; readonly end: string } {
  return { begin: timeWord(begin), end: timeWord(end) };
}
