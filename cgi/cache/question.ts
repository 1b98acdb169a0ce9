import { DasError } from "../../errors/das-error.js";
import { shortTime } from "../../stream/short-time.js";
import { compareTimes, parseTime, type Time, type TimeRange } from "../../stream/time.js";
import { REFRESH_SECONDS } from "../pages/refresh.js";
import type { QueryWords } from "../query-words.js";

/** What is asked of the status page. */
export interface CacheQuestion {
  /** One source alone, by its id. */
  readonly source?: string;
  /** Part of the id of sources, without case; empty: any. */
  readonly find: string;
  /** From 1. */
  readonly page: number;
  /** The range that bars show; missing: that of each source. `end` may be missing too: now. */
  readonly range?: { readonly begin: Time; readonly end: Time };
  /** As given, for links and forms. */
  readonly beginText: string;
  readonly endText: string;
  /** Seconds; one of `REFRESH_SECONDS`. */
  readonly refresh: number;
}

const MAX_PAGE = 100_000;

function bad(name: string, value: string, expected: string): never {
  throw new DasError("BAD_PARAMETER", `${name}=${value.slice(0, 60)} is not known, expected ${expected}`);
}

function readRange(begin: string, end: string, now: Time): TimeRange | undefined {
  if (begin === "" && end === "") return undefined;
  if (begin === "")
    throw new DasError("BAD_PARAMETER", "end is given without begin, expected both or begin alone");
  const range = {
    begin: parseTime(begin, { bareYear: true }),
    end: end === "" ? now : parseTime(end, { bareYear: true }),
  };
  if (compareTimes(range.begin, range.end) >= 0)
    throw new DasError("BAD_PARAMETER", `begin=${begin.slice(0, 60)} is not before the end of the range`);
  return range;
}

/** Reads the parameters of the status page. Errors: BAD_PARAMETER, BAD_TIME. */
export function readQuestion(words: QueryWords, now: Time): CacheQuestion {
  const pageText = words.get("page") ?? "1";
  const page = /^\d{1,6}$/.test(pageText) ? Number(pageText) : 0;
  if (page < 1 || page > MAX_PAGE) bad("page", pageText, `a number from 1 to ${MAX_PAGE}`);
  const refreshText = words.get("refresh") ?? "0";
  const refresh = REFRESH_SECONDS.find((seconds) => String(seconds) === refreshText);
  if (refresh === undefined) bad("refresh", refreshText, REFRESH_SECONDS.join(", "));
  const beginText = words.get("begin") ?? "";
  const endText = words.get("end") ?? "";
  const range = readRange(beginText, endText, now);
  const source = words.get("source");
  return {
    ...(source === undefined ? {} : { source }),
    find: words.get("find") ?? "",
    page,
    ...(range === undefined ? {} : { range }),
    beginText: shortTime(beginText),
    endText: shortTime(endText),
    refresh,
  };
}

/** The query string that {@link readQuestion} reads as this question, with its `?`; empty for none. */
export function questionQuery(question: Partial<Omit<CacheQuestion, "range">>): string {
  const { source, find = "", page = 1, beginText = "", endText = "", refresh = 0 } = question;
  const words = new URLSearchParams();
  if (source !== undefined) words.set("source", source);
  if (find !== "") words.set("find", find);
  if (page !== 1) words.set("page", String(page));
  if (beginText !== "") words.set("begin", beginText);
  if (endText !== "") words.set("end", endText);
  if (refresh !== 0) words.set("refresh", String(refresh));
  const text = words.toString();
  return text === "" ? "" : `?${text}`;
}
