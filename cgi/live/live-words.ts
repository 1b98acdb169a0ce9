import type { DataSource } from "../../dsdf/data-source.js";
import { timeText } from "../../dsdf/stages.js";
import { DasError } from "../../errors/das-error.js";
import { addSeconds, compareTimes, parseTime, type Time, us2000ToTime } from "../../stream/time.js";
import type { DataWords } from "../data/data-words.js";
import { flexWords, readFlexWords } from "../flex/flex-words.js";
import type { QueryWords } from "../query-words.js";
import type { Site } from "../site.js";
import { nowUs } from "./live-reading.js";

/** A request that may go on beyond now. */
export interface LiveWords {
  /** As of any request for data; without an end, the range reaches a second into the future. */
  readonly words: DataWords;
  /** Whether new records are to be given when the past has been. */
  readonly follows: boolean;
  /** Where the stream ends, excluded; missing: never. */
  readonly until?: Time;
}

/** A source whose new records are given as they come. */
export function isLive({ realTime, liveReader, form }: DataSource): boolean {
  return (realTime || liveReader !== undefined) && form !== "file" && form !== "qstream";
}

/**
 * Reads the words of a request, those of the path-style interface or of das2.2; `now` and `forever` are times. A live source is given
 * from now on and for ever, where the request does not say.
 * Errors: those of {@link readFlexWords}; BAD_PARAMETER for `forever` where nothing new comes. Source: das2-server 7.3, 10.
 */
export function readLiveWords(given: QueryWords, source: DataSource, site: Site): LiveWords {
  const words = new Map(flexWords(given));
  const now = us2000ToTime(nowUs(site));
  const live = isLive(source);
  if (live && !words.has("read.time.min")) words.set("read.time.min", "now");
  if (live && !words.has("read.time.max")) words.set("read.time.max", "forever");
  if (isWord(words, "read.time.min", "now")) words.set("read.time.min", timeText(now));
  const isEndless = isWord(words, "read.time.max", "forever");
  if (isEndless && !live)
    throw new DasError("BAD_PARAMETER", "read.time.max=forever, but this source has no live data");
  if (isWord(words, "read.time.max", "now")) words.set("read.time.max", timeText(now));
  if (!isEndless) {
    const read = readFlexWords(words, source);
    const follows = live && compareTimes(read.end, now) > 0;
    return { words: read, follows, ...(follows ? { until: read.end } : {}) };
  }
  const begin = timeOf(words.get("read.time.min") ?? "");
  const latest = begin !== undefined && compareTimes(begin, now) > 0 ? begin : now;
  words.set("read.time.max", timeText(addSeconds(latest, 1)));
  return { words: readFlexWords(words, source), follows: true };
}

function isWord(words: QueryWords, name: string, word: string): boolean {
  return words.get(name)?.trim().toLowerCase() === word;
}

/** The time, where it is one; what is wrong with it is told when it is read in earnest. */
function timeOf(text: string): Time | undefined {
  try {
    return parseTime(text, { bareYear: true });
  } catch {
    return undefined;
  }
}
