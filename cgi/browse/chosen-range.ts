import type { DataSource, Example } from "../../dsdf/data-source.js";
import { dateOrTime, exampleSeconds } from "../../dsdf/flex/source-interface.js";
import { tomorrow, validRangeNow } from "../../dsdf/valid-range.js";
import { addSeconds, compareTimes, type TimeRange } from "../../stream/time.js";

/** What a page of a source asks for in its form, its picture and its lines for clients. */
export interface Chosen {
  readonly range: TimeRange;
  /** As short as may be: `2021-06-30`, `2021-06-30T12:00:00`. */
  readonly begin: string;
  readonly end: string;
  /** Seconds; missing where the source has no bins. */
  readonly resolution?: number;
  /** Seconds between points; for interval sources alone. */
  readonly interval?: number;
  readonly params?: string;
  /** Parameters for path-style clients alone. */
  readonly query?: ReadonlyMap<string, string>;
  /** The number of the example that this is; missing where it is none. */
  readonly example?: number;
}

/** What is asked of a source that names no range, seconds. */
const DAY_S = 86_400;

/**
 * The example of that number, else the first; of a source without examples the range of its test, else the last day that it has.
 *
 * @param hasBins whether a resolution may be asked for
 */
export function chosenRange(
  source: DataSource,
  asked: string | undefined,
  hasBins: boolean,
  now: Date,
): Chosen {
  const { examples, test } = source;
  const example = examples.find(({ number }) => String(number) === asked) ?? examples[0];
  if (example !== undefined) return ofExample(source, example, hasBins);
  const range = test ?? lastDay(source, now);
  return ofExample(source, { ...range, number: -1 }, hasBins);
}

function ofExample(source: DataSource, example: Example, hasBins: boolean): Chosen {
  const { begin, end, interval, params, query, number } = example;
  return {
    range: { begin, end },
    begin: dateOrTime(begin),
    end: dateOrTime(end),
    ...(hasBins && !source.requiresInterval ? { resolution: exampleSeconds(example) } : {}),
    ...(source.requiresInterval ? { interval: interval ?? exampleSeconds(example) } : {}),
    ...(params === undefined ? {} : { params }),
    ...(query === undefined ? {} : { query }),
    ...(number < 0 ? {} : { example: number }),
  };
}

function lastDay({ validRange }: DataSource, now: Date): TimeRange {
  const today = addSeconds(tomorrow(now), -DAY_S);
  const valid = validRangeNow(validRange, now);
  const end = valid === undefined || compareTimes(today, valid.end) < 0 ? today : valid.end;
  const begin = addSeconds(end, -DAY_S);
  if (valid === undefined || compareTimes(begin, valid.begin) >= 0) return { begin, end };
  return compareTimes(valid.begin, end) < 0 ? { begin: valid.begin, end } : valid;
}
