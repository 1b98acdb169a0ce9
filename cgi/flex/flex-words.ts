import type { BinStatistic, DataQuery } from "../../dsdf/data-query.js";
import type { DataSource } from "../../dsdf/data-source.js";
import { DasError } from "../../errors/das-error.js";
import { checkOrder, type DataWords, readResolution, timeWord } from "../data/data-words.js";
import { quoted } from "../data/quoted.js";
import type { QueryWords } from "../query-words.js";
import { readFlexFormat } from "./flex-format.js";

/** Samples of a segment of a spectrum; das2-server 7.3. The longest is prepared, and one of it transformed, within some turns of the event loop: nothing else runs meanwhile. */
const SEGMENT = { least: 16, most: 65_536 } as const;
/** Each sample is transformed, and half of it written, as many times. */
const MOST_SLIDE = 64;

/** Names of the path-style interface by those of das2.2, which are taken as well. Source: das2-server 7.3. */
const FLEX_NAMES: ReadonlyMap<string, string> = new Map([
  ["start_time", "read.time.min"],
  ["start", "read.time.min"],
  ["time.min", "read.time.min"],
  ["end_time", "read.time.max"],
  ["stop", "read.time.max"],
  ["time.max", "read.time.max"],
  ["resolution", "bin.time.max"],
  ["time.res", "bin.time.max"],
  ["interval", "read.time.inter"],
  ["time.int", "read.time.inter"],
  ["params", "read.opts"],
]);
/** What says where the data are, and not which. */
const DROPPED: ReadonlySet<string> = new Set(["server", "dataset"]);

/**
 * The words of a request under the names of the path-style interface; those that it has already win.
 * @param own names that a definition translates itself, `null` for those that it drops
 * Source: das2-server 7.3, 8.4.
 */
export function flexWords(
  given: QueryWords,
  own: ReadonlyMap<string, string | null> = new Map(),
): QueryWords {
  const translated = new Map<string, string>();
  const words = new Map<string, string>();
  for (const [name, value] of given) {
    const target = own.get(name);
    if (target === undefined) words.set(name, value);
    else if (target !== null) translated.set(target, value);
  }
  for (const [name, value] of words)
    if (!DROPPED.has(name) && !FLEX_NAMES.has(name) && name !== "ascii" && name !== "text")
      translated.set(name, value);
  for (const [older, name] of FLEX_NAMES) {
    const value = words.get(older);
    if (value !== undefined && !translated.has(name)) translated.set(name, value);
  }
  const isText = [words.get("ascii"), words.get("text")].some((text) => /^(?:1|true|yes)$/i.test(text ?? ""));
  if (isText && !translated.has("format.serial")) translated.set("format.serial", "text");
  return translated;
}

/**
 * The words of a request for the data of a source, from {@link flexWords}. Errors: BAD_PARAMETER, BAD_TIME, NOT_IMPLEMENTED.
 * Source: das2-server 7.3.
 */
export function readFlexWords(words: QueryWords, source: DataSource): DataWords {
  const range = readRangeWords(words, source.id);
  const intervalText = words.get("read.time.inter");
  const statistics = readStatistics(words.get("bin.stats"));
  const spectrum = readSpectrum(words);
  return {
    ...range,
    ...(intervalText === undefined ? {} : { intervalText }),
    // Without bins there is nothing that they could tell.
    ...(range.resolution === undefined || statistics.length === 0 ? {} : { statistics }),
    ...(spectrum === undefined ? {} : { spectrum }),
    ...readFlexFormat(words, source, range),
  };
}

/** Those that every source has: range, bins, parameters of the reader. Errors: BAD_PARAMETER, BAD_TIME. */
export function readRangeWords(words: QueryWords, id: string): Omit<DataWords, "output"> {
  const resolution = readResolution(words.get("bin.time.max"), "bin.time.max");
  const begin = timeWord(words, ["read.time.min"]);
  const end = timeWord(words, ["read.time.max"]);
  checkOrder(begin, end);
  const params = words.get("read.opts");
  return {
    id,
    begin: begin.time,
    end: end.time,
    beginText: begin.text,
    endText: end.text,
    ...(resolution === undefined ? {} : { resolution }),
    ...(params === undefined ? {} : { params }),
    values: Object.fromEntries(words),
  };
}

function readStatistics(text: string | undefined): BinStatistic[] {
  const wanted = (text ?? "")
    .split(",")
    .map((word) => word.trim().toLowerCase())
    .filter((word) => word !== "");
  return wanted.map((word) => {
    if (word !== "min" && word !== "max" && word !== "stddev")
      throw new DasError("BAD_PARAMETER", `bin.stats=${quoted(word)}, expected any of min, max, stddev`);
    return word;
  });
}

function readSpectrum(words: QueryWords): DataQuery["spectrum"] {
  const length = words.get("dft.length");
  const slide = words.get("dft.slide");
  if (length === undefined) return undefined;
  const samples = /^[0-9]{1,7}$/.test(length.trim()) ? Number(length) : 0;
  if (samples < SEGMENT.least || samples > SEGMENT.most || samples % 2 !== 0)
    throw new DasError(
      "BAD_PARAMETER",
      `dft.length=${quoted(length)}, expected an even number of samples from ${SEGMENT.least} to ${SEGMENT.most}`,
    );
  const parts = slide === undefined ? 1 : /^[0-9]{1,4}$/.test(slide.trim()) ? Number(slide) : 0;
  const mostParts = Math.min(MOST_SLIDE, samples - 1);
  if (parts < 1 || parts > mostParts)
    throw new DasError("BAD_PARAMETER", `dft.slide=${quoted(slide ?? "")}, expected 1 to ${mostParts}`);
  return { length: samples, slide: parts };
}
