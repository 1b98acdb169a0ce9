import { DasError } from "../../../errors/das-error.js";
import { nameList } from "../../../netdrms/programs/show-info/keyword-columns.js";
import type { RecordSetQuery } from "../../../netdrms/query/record-set-query.js";
import type { Series } from "../../../netdrms/series/model.js";
import type { QueryWords } from "../../query-words.js";
import { isSet, wholeNumber } from "../words.js";
import { namedKeywords } from "./named-keywords.js";
import { pseudoKeyOf } from "./pseudo-keys.js";

/** Names as they were given; `all` where the series has to say which. */
export type AskedNames = readonly string[] | "all";

/** What of each record is asked for. */
export interface AskedList {
  /** Missing: not asked for, so the answer has no such member. */
  readonly keywords?: AskedNames;
  readonly segments?: AskedNames;
  readonly links?: AskedNames;
  /** The first or, negative, the last so many records of each set; 0: all. */
  readonly limit: number;
  /** `R=1`: specification and state of each record. */
  readonly hasRecordInfo: boolean;
  /** `f=1`: an object for each record, in the words of FITS. */
  readonly isFits: boolean;
  /** Bit patterns, all digits. */
  readonly printing: { readonly B: boolean; readonly M: boolean };
}

/**
 * What `rs_list` is asked for.
 * Errors: BAD_PARAMETER where neither keywords, segments nor links are named. Source: netdrms-export B5.
 */
export function readAskedList(words: QueryWords): AskedList {
  const names = ["key", "seg", "link"].map((word) => words.get(word));
  if (names.every((text) => text === undefined))
    throw new DasError(
      "BAD_PARAMETER",
      "expected names of keywords (key=), segments (seg=) or links (link=)",
    );
  const [keywords, segments, links] = names.map((text) =>
    text === undefined ? undefined : askedNames(text),
  );
  return {
    ...(keywords === undefined ? {} : { keywords }),
    ...(segments === undefined ? {} : { segments }),
    ...(links === undefined ? {} : { links }),
    limit: wholeNumber(words, "n"),
    hasRecordInfo: isSet(words, "R"),
    isFits: isSet(words, "f"),
    printing: { B: isSet(words, "B"), M: isSet(words, "M") },
  };
}

/** Whether something of storage units is asked for. */
export function asksForUnits({ keywords, segments, hasRecordInfo }: AskedList): boolean {
  const ofUnits = keywords !== undefined && keywords !== "all" && keywords.some(isOfUnit);
  return ofUnits || hasRecordInfo || segments === "all" || (segments !== undefined && segments.length > 0);
}

function isOfUnit(name: string): boolean {
  const key = pseudoKeyOf(name);
  return key !== undefined && key !== "recnum" && key !== "sunum" && key !== "spec";
}

function askedNames(text: string): AskedNames {
  const names = nameList(text);
  if (names.some((name) => name.toUpperCase() === "**ALL**")) return "all";
  return names.filter((name) => name.toUpperCase() !== "**NONE**");
}

/** Names of what is listed of each record. */
export interface ListedNames {
  readonly keywords?: readonly string[];
  readonly segments?: readonly string[];
  readonly links?: readonly string[];
}

/**
 * The names for these sets: what the series have where all is asked for. The common name of per-segment keywords stays where it means one
 * of them, and becomes their own names where it means several.
 * Errors: BAD_PARAMETER for sets of several series, of which `**ALL**` has no one meaning. Source: netdrms-export B5.
 */
export function listedNames(asked: AskedList, sets: readonly RecordSetQuery[]): ListedNames {
  const { keywords, segments, links } = asked;
  const [first] = sets;
  if (first === undefined) return {};
  if ([keywords, segments, links].includes("all"))
    for (const { series } of sets)
      if (series.name.toLowerCase() !== first.series.name.toLowerCase())
        throw new DasError("BAD_PARAMETER", "record sets of several series, expected one with **ALL**");
  const { series } = first;
  return {
    ...(keywords === undefined
      ? {}
      : { keywords: keywords === "all" ? keywordNames(series) : perSegment(keywords, first, asked) }),
    ...(segments === undefined
      ? {}
      : {
          segments:
            segments === "all" ? (first.segments ?? series.segments).map(({ name }) => name) : segments,
        }),
    ...(links === undefined ? {} : { links: links === "all" ? series.links.map(({ name }) => name) : links }),
  };
}

function keywordNames({ keywords }: Series): readonly string[] {
  return keywords.filter(({ implicit }) => !implicit).map(({ name }) => name);
}

function perSegment(names: readonly string[], set: RecordSetQuery, asked: AskedList): readonly string[] {
  return names.flatMap((name) => {
    const meant = namedKeywords(name, set, asked);
    return meant.length > 1 ? meant.map((keyword) => keyword.name) : [name];
  });
}
