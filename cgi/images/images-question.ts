import type { DataSource } from "../../dsdf/data-source.js";
import { dateOrTime } from "../../dsdf/flex/source-interface.js";
import { validRangeNow } from "../../dsdf/valid-range.js";
import { addSeconds, type Time, type TimeRange } from "../../stream/time.js";
import { queryOf } from "../../stream/url-text.js";
import { checkOrder, timeWord } from "../data/data-words.js";
import type { QueryWords } from "../query-words.js";
import { LOOK_NAMES, type LookWords, readLookWords } from "./look-words.js";

/** What the page of images is asked for, typed and checked. */
export interface ImagesQuestion {
  /** Missing: that of the source's first example. */
  readonly range?: TimeRange;
  readonly time?: Time;
  readonly channel?: string;
  readonly look: LookWords;
  /** Of the words that say how pictures look, those that are given, as they were given. */
  readonly lookTexts: Readonly<Record<string, string>>;
}

/** A day, where nothing says which range is worth a look, seconds. */
const DAY_S = 86_400;

/** Reads the words of the page of images. Errors: BAD_TIME, BAD_PARAMETER, also for one bound without the other. */
export function readImagesQuestion(words: QueryWords): ImagesQuestion {
  const channel = words.get("channel");
  const texts = LOOK_NAMES.flatMap((name) => {
    const text = words.get(name);
    return text === undefined ? [] : [[name, text] as const];
  });
  const range = rangeOf(words);
  return {
    ...(range === undefined ? {} : { range }),
    ...(words.has("time") ? { time: timeWord(words, ["time"]).time } : {}),
    ...(channel === undefined ? {} : { channel }),
    look: readLookWords(words),
    lookTexts: Object.fromEntries(texts),
  };
}

function rangeOf(words: QueryWords): TimeRange | undefined {
  if (!words.has("begin") && !words.has("end")) return undefined;
  const begin = timeWord(words, ["begin"]);
  const end = timeWord(words, ["end"]);
  checkOrder(begin, end);
  return { begin: begin.time, end: end.time };
}

/** The range that a source is shown with where none is asked for: its first example, its test, or the last day that is valid. */
export function usualRange({ examples, test, validRange }: DataSource, now: Date): TimeRange {
  const known = examples[0] ?? test;
  if (known !== undefined) return { begin: known.begin, end: known.end };
  const end = validRangeNow(validRange, now)?.end ?? today(now);
  return { begin: addSeconds(end, -DAY_S), end };
}

function today(now: Date): Time {
  return addSeconds({ day: 0, ns: 0 }, Math.floor(now.getTime() / 86_400_000 - 10_957) * DAY_S);
}

/** The words of a page of images as a query; times as short as may be. */
export function imagesQuery(
  id: string,
  { begin, end }: TimeRange,
  more: Readonly<Record<string, string | undefined>>,
): string {
  return queryOf({ source: id, begin: dateOrTime(begin), end: dateOrTime(end), ...more });
}
