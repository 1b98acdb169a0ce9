import type { BinStatistic, DataQuery, OutputForm } from "../../dsdf/data-query.js";
import { DasError } from "../../errors/das-error.js";
import type { Time } from "../../stream/time.js";
import { compareTimes } from "../../stream/time.js";
import { hasText, hasYearSign, TIME_LIMITS_TEXT } from "../../stream/time-limits.js";
import { scanTime } from "../../stream/time-text.js";
import type { QueryWords } from "../query-words.js";
import { readFormat, type Serial } from "./format-words.js";
import { quoted } from "./quoted.js";

/** Widest bin that may be asked for, seconds; das2-server 2.7. */
const MAX_RESOLUTION_S = 1e11;
/** Instants are exact to the nanosecond: a bin below that can hold no two of them, so it is the same as none. */
export const FINEST_RESOLUTION_S = 1e-9;
const REAL = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;

/** A time of a request, with the text that it was read from. */
export interface TimeWord {
  readonly text: string;
  readonly time: Time;
}

/** The words of a data request, parsed but not yet seen in the light of a source. Source: das2-server 2.7. */
export interface DataWords {
  /** Without a trailing `.dsdf`. */
  readonly id: string;
  readonly begin: Time;
  /** Excluded. */
  readonly end: Time;
  /** As sent: the file name is made from them. */
  readonly beginText: string;
  readonly endText: string;
  /** Seconds, > 0; missing: intrinsic. */
  readonly resolution?: number;
  /** Bins of exactly that width, that begin at the same times whatever the range; missing: as good or better (das2-server 2.7). */
  readonly fixedBins?: true;
  /** As sent; only sources that need it look at it. */
  readonly intervalText?: string;
  /** As sent, one text. */
  readonly params?: string;
  /** What bins tell besides their averages. */
  readonly statistics?: readonly BinStatistic[];
  /** Power spectra instead of waveforms. */
  readonly spectrum?: DataQuery["spectrum"];
  /** Values for the commands of a definition under other names than the request has. */
  readonly values?: Readonly<Record<string, string>>;
  readonly output: OutputForm;
  /** Missing: the usual one of the form. */
  readonly serial?: Serial;
  /** Words for the program that makes the form; none of them is text of the request. */
  readonly formatArgs?: readonly string[];
  /** The word of `format` where it names no form of this server; a file of that extension may still be meant. */
  readonly unknownFormat?: string;
}

/** A decimal real number, finite; `undefined` for any other text (`NaN`, `Infinity`, `0x10`, `1e999`). */
export function readDecimal(text: string): number | undefined {
  const trimmed = text.trim();
  if (!REAL.test(trimmed)) return undefined;
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : undefined;
}

/**
 * A bin width in seconds; `undefined` for none, 0 or anything finer than a nanosecond.
 * Errors: BAD_PARAMETER for text that is not a finite number, for negative ones and those above 1e11.
 */
export function readResolution(text: string | undefined, name = "resolution"): number | undefined {
  if (text === undefined) return undefined;
  const value = readDecimal(text);
  if (value === undefined || value < 0 || value > MAX_RESOLUTION_S)
    throw new DasError("BAD_PARAMETER", `${name}=${quoted(text)}, expected seconds from 0 to 1e11`);
  return value < FINEST_RESOLUTION_S ? undefined : value;
}

/**
 * The distance of computed points in seconds, for a source that needs one.
 * Errors: BAD_PARAMETER where it is missing or not a positive number up to 1e11. Source: das2-server 2.7 step 8.
 */
export function readInterval(text: string | undefined): number {
  if (text === undefined)
    throw new DasError(
      "BAD_PARAMETER",
      "interval is missing: this source computes points at a distance given in seconds",
    );
  const value = readDecimal(text);
  if (value === undefined || value < FINEST_RESOLUTION_S || value > MAX_RESOLUTION_S)
    throw new DasError("BAD_PARAMETER", `interval=${quoted(text)}, expected seconds above 0, at most 1e11`);
  return value;
}

function parsed(name: string, text: string): Time {
  const found = scanTime(text, { bareYear: true });
  if (typeof found !== "string") return found;
  throw new DasError(
    "BAD_TIME",
    `${name}=${quoted(text)} is not a time (${found}), expected for example 2021-06-30T12:00`,
  );
}

/** One bound of the range, under any of its names. Errors: BAD_TIME, BAD_PARAMETER where it is missing. */
export function timeWord(words: QueryWords, names: readonly string[]): TimeWord {
  for (const name of names) {
    const text = words.get(name);
    if (text === undefined) continue;
    const time = parsed(name, text);
    if (!hasText(time) || hasYearSign(text))
      throw new DasError(
        "BAD_TIME",
        `${name}=${quoted(text)} is outside the years 1 to 9999, expected a time from ${TIME_LIMITS_TEXT}`,
      );
    return { text, time };
  }
  throw new DasError(
    "BAD_PARAMETER",
    `${names[0]} is missing, expected a time, for example 2021-06-30T12:00`,
  );
}

/** Errors: BAD_PARAMETER where a range has no length, also where the times are told apart by less than a nanosecond. */
export function checkOrder(begin: TimeWord, end: TimeWord): void {
  const order = compareTimes(end.time, begin.time);
  if (order > 0) return;
  throw new DasError(
    "BAD_PARAMETER",
    order < 0
      ? `the end ${quoted(end.text)} is before the begin ${quoted(begin.text)}`
      : `the begin ${quoted(begin.text)} and the end ${quoted(end.text)} are the same nanosecond, expected an end after the begin`,
  );
}

/** Whether `ascii` asks for text; das2-server 2.7, 22. */
export function asksForText(words: QueryWords): boolean {
  return /^(?:1|true|yes)$/i.test(words.get("ascii") ?? "");
}

/** The id of `dataset=`, a trailing `.dsdf` removed. Errors: BAD_PARAMETER where it is missing or cannot be an id. */
export function datasetWord(words: QueryWords): string {
  const given = words.get("dataset");
  if (given === undefined)
    throw new DasError("BAD_PARAMETER", "dataset is missing, expected the id of a source");
  const id = given.endsWith(".dsdf") ? given.slice(0, -".dsdf".length) : given;
  if (id.includes("\\") || id.split("/").some((element) => element === ".."))
    throw new DasError("BAD_PARAMETER", `dataset=${quoted(given)} is not the id of a source`);
  return id;
}

/** Reads the words of a das2.2 data request, in the order of das2-server 2.7. Errors: BAD_PARAMETER, BAD_TIME. */
export function readDataWords(words: QueryWords): DataWords {
  const id = datasetWord(words);
  const resolution = readResolution(words.get("resolution"));
  const begin = timeWord(words, ["start_time", "time.min", "start"]);
  const end = timeWord(words, ["end_time", "time.max", "stop"]);
  checkOrder(begin, end);
  const intervalText = words.get("interval");
  const params = words.get("params");
  const { unknown, ...format } = readFormat(words, asksForText(words), { begin: begin.time, end: end.time });
  return {
    id,
    begin: begin.time,
    end: end.time,
    beginText: begin.text,
    endText: end.text,
    ...(resolution === undefined ? {} : { resolution }),
    ...(intervalText === undefined ? {} : { intervalText }),
    ...(params === undefined ? {} : { params }),
    ...format,
    ...(unknown === undefined ? {} : { unknownFormat: unknown }),
  };
}
