import { SocketAddress } from "node:net";
import { DasError } from "../../errors/das-error.js";
import { REFRESH_SECONDS } from "../pages/refresh.js";
import type { QueryWords } from "../query-words.js";
import type { LogFilter } from "./filter.js";
import { isDay } from "./log-files.js";
import { placeText, readPlace } from "./place.js";
import { CACHE_RESULTS, OUTCOMES } from "./read-record.js";
import { readTime } from "./time-words.js";

/** Longest id of a record. */
const MOST_ID = 64;

/** The usual form of an address, `undefined` for other text. */
function address(text: string): string | undefined {
  try {
    return new SocketAddress({ address: text, family: text.includes(":") ? "ipv6" : "ipv4" }).address;
  } catch {
    return undefined;
  }
}

function bad(name: string, value: string, expected: string): never {
  throw new DasError("BAD_PARAMETER", `${name}=${value.slice(0, 60)} is not known, expected ${expected}`);
}

function readClient(text: string | undefined, own: string): string | undefined {
  if (text === "*" || text === "all") return undefined;
  if (text === undefined) return address(own) ?? own;
  return address(text) ?? bad("ip", text, "an address, or * for all");
}

/** The value of a word that `read` understands; `undefined` where it is not given. */
function readWord<T>(
  words: QueryWords,
  name: string,
  read: (text: string) => T | undefined,
  expected: string,
): T | undefined {
  const text = words.get(name);
  return text === undefined ? undefined : (read(text) ?? bad(name, text, expected));
}

/** One of the texts of a closed set. */
function oneOf<T extends string | number>(known: readonly T[]): (text: string) => T | undefined {
  return (text) => known.find((one) => String(one) === text);
}

/** A duration in ms: `500`, `500ms`, `1.5s`. */
function readDuration(text: string): number | undefined {
  const [, number, unit] = /^(\d{1,9}(?:\.\d{1,6})?)(ms|s)?$/.exec(text) ?? [];
  return number === undefined ? undefined : Number(number) * (unit === "s" ? 1000 : 1);
}

function readStatus(text: string): string | undefined {
  return /^(?:[1-5]xx|[1-5]\d\d|0)$/.test(text) ? text : undefined;
}

const TIME = "a time as 2021-06-30T10:15 (UTC), -6h, -7d or now";

/** Range in ms: the day, or begin and end, which have the word before it. */
function readRange(words: QueryWords, now: Date): Pick<LogFilter, "day" | "begin" | "end" | "from" | "to"> {
  const day = readWord(words, "day", (text) => (isDay(text) ? text : undefined), "a date as 2021-06-30");
  const from = readWord(words, "begin", (text) => readTime(text, now), TIME);
  const to = readWord(words, "end", (text) => readTime(text, now), TIME);
  if (from !== undefined && to !== undefined && from >= to)
    bad("end", words.get("end") ?? "", "a time behind begin");
  if (from === undefined && to === undefined) return day === undefined ? {} : { day, ...dayRange(day) };
  if (from !== undefined && to !== undefined) {
    const whole = new Date(from).toISOString().slice(0, 10);
    const range = dayRange(whole);
    if (from === range.from && to === range.to) return { day: whole, ...range };
  }
  return defined({ begin: words.get("begin"), end: words.get("end"), from, to });
}

/** A day (UTC, `yyyy-mm-dd`) as a range, ms since 1970. */
export function dayRange(day: string): { readonly from: number; readonly to: number } {
  const from = Date.parse(`${day}T00:00:00Z`);
  return { from, to: from + 86_400_000 };
}

/** The fields that have a value. */
function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const kept = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  return kept as { [K in keyof T]?: Exclude<T[K], undefined> }; // the others were just left out
}

/**
 * Reads the parameters of the viewer. `ip` is the client's own address where neither it nor an id is given; `type` has one value only.
 * @param now from which times back are counted
 * Errors: BAD_PARAMETER. Source: das2-server 18.2.
 */
export function readFilter(words: QueryWords, ownAddress: string, now = new Date()): LogFilter {
  readWord(words, "type", oneOf(["das2"]), "das2");
  const id = words.get("id");
  const ip = words.get("ip");
  return {
    outcome:
      readWord(
        words,
        "outcome",
        oneOf(["any", "problems", ...OUTCOMES]),
        `any, problems, ${OUTCOMES.join(", ")}`,
      ) ?? "any",
    source: words.get("source") ?? "",
    text: words.get("text") ?? "",
    refresh: readWord(words, "refresh", oneOf(REFRESH_SECONDS), REFRESH_SECONDS.join(", ")) ?? 0,
    ...readRange(words, now),
    ...defined({
      client: id !== undefined && ip === undefined ? undefined : readClient(ip, ownAddress),
      id: id?.slice(0, MOST_ID),
      status: readWord(words, "status", readStatus, "a status as 404, or 4xx"),
      slower: readWord(words, "slower", readDuration, "a duration as 500ms or 1.5s"),
      faster: readWord(words, "faster", readDuration, "a duration as 500ms or 1.5s"),
      cache: readWord(words, "cache", oneOf(CACHE_RESULTS), CACHE_RESULTS.join(", ")),
      before: readWord(words, "before", readPlace, "an offset, or a day and an offset as 2021-06-30:1234"),
    }),
  };
}

/** The query string that {@link readFilter} reads as this filter. */
export function filterQuery(filter: LogFilter): string {
  const words = new URLSearchParams({ ip: filter.client ?? "*" });
  const { day, begin, end, id, outcome, status, cache, slower, faster, source, text, before, refresh } =
    filter;
  if (day !== undefined) words.set("day", day);
  if (begin !== undefined) words.set("begin", begin);
  if (end !== undefined) words.set("end", end);
  if (outcome !== "any") words.set("outcome", outcome);
  if (status !== undefined) words.set("status", status);
  if (cache !== undefined) words.set("cache", cache);
  if (slower !== undefined) words.set("slower", `${slower}ms`);
  if (faster !== undefined) words.set("faster", `${faster}ms`);
  if (source !== "") words.set("source", source);
  if (text !== "") words.set("text", text);
  if (id !== undefined) words.set("id", id);
  if (before !== undefined) words.set("before", placeText(before));
  if (refresh !== 0) words.set("refresh", String(refresh));
  return words.toString();
}
