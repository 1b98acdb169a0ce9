import { DasError, isDasError } from "../../errors/das-error.js";
import { readDescription } from "../../netdrms/export/keyword-description.js";
import { followKeyword } from "../../netdrms/series/link-target.js";
import { findNamed, type Keyword, type Series } from "../../netdrms/series/model.js";
import type { SeriesCatalog } from "../../netdrms/series/series-cache.js";
import { intervalFactor } from "../../netdrms/times/intervals.js";
import { type PlaneSpec, yPlane } from "../../stream/packet-header.js";
import { LE_REAL4, LE_REAL8 } from "../../stream/value-type.js";
import { labelWithUnit, planeUnit } from "../archive/unit-text.js";
import { fillProperty, property } from "../stream-parts.js";

/** A keyword that becomes a plane. */
export interface PlaneKeyword {
  readonly keyword: Keyword;
  /** The keyword at the end of its links, whose type, unit and format count. */
  readonly source: Keyword;
}

/** Planes of a packet besides x. Source: das2-stream A17. */
const MAX_PLANES = 99;

/** Which keywords are wanted; none named means all. */
export interface WantedNames {
  /** Of the administrator. */
  readonly key: readonly string[];
  /** Of the request. */
  readonly show: readonly string[];
}

/**
 * The keywords that are shown: those named, a per-segment one standing for one of each segment, or all whose values are numbers of
 * their records; of these the ones that the request wants.
 *
 * @param time keyword of x, which is no plane unless it is named
 * Errors: USAGE for a name that the series has not, a keyword of text, more than 99; BAD_PARAMETER where the request wants another.
 */
export async function shownKeywords(
  catalog: SeriesCatalog,
  series: Series,
  { key, show }: WantedNames,
  time: Keyword,
): Promise<{ readonly shown: readonly PlaneKeyword[]; readonly leftOut: number }> {
  const offered =
    key.length === 0
      ? await numbersOfRecords(catalog, series, time)
      : await namedNumbers(catalog, series, key);
  const wanted = show.length === 0 ? offered : chosen(series, offered, show);
  if (key.length > 0 && wanted.length > MAX_PLANES)
    throw new DasError("USAGE", `key: ${wanted.length} keywords, expected at most ${MAX_PLANES}`);
  return { shown: wanted.slice(0, MAX_PLANES), leftOut: Math.max(0, wanted.length - MAX_PLANES) };
}

async function numbersOfRecords(
  catalog: SeriesCatalog,
  series: Series,
  time: Keyword,
): Promise<readonly PlaneKeyword[]> {
  const own = series.keywords.filter(
    (keyword) => keyword !== time && !keyword.implicit && keyword.class !== "constant",
  );
  const found: PlaneKeyword[] = [];
  for (const keyword of own) {
    const number = await numberKeyword(catalog, series, keyword);
    if (number !== undefined) found.push(number);
  }
  if (found.length === 0)
    throw new DasError("USAGE", `${series.name} has no keyword whose values are numbers of its records`);
  return found;
}

async function namedNumbers(
  catalog: SeriesCatalog,
  series: Series,
  names: readonly string[],
): Promise<readonly PlaneKeyword[]> {
  const found: PlaneKeyword[] = [];
  for (const keyword of new Set(names.flatMap((name) => namedKeywords(series, name)))) {
    const { member } = await followKeyword(catalog, series, keyword);
    if (member.type === "string")
      throw new DasError("USAGE", `key: ${keyword.name} of ${series.name} is text, expected numbers`);
    found.push({ keyword, source: member });
  }
  return found;
}

/** Of the keywords offered the ones that a request names, in its order. */
function chosen(
  series: Series,
  offered: readonly PlaneKeyword[],
  names: readonly string[],
): readonly PlaneKeyword[] {
  const found = new Set<PlaneKeyword>();
  for (const name of names) {
    const lower = name.toLowerCase();
    const meant = offered.filter(
      ({ keyword }) =>
        keyword.name.toLowerCase() === lower ||
        (keyword.segment !== undefined && keyword.baseName.toLowerCase() === lower),
    );
    if (meant.length === 0)
      throw new DasError(
        "BAD_PARAMETER",
        `show: no keyword ${name.slice(0, 40)} of ${series.name} is offered here`,
      );
    for (const one of meant) found.add(one);
  }
  return [...found];
}

/** The keywords that a name means: one, or of a per-segment one all. Errors: USAGE. */
function namedKeywords(series: Series, name: string): readonly Keyword[] {
  const found = findNamed(series.keywords, name);
  if (found !== undefined) return [found];
  const lower = name.toLowerCase();
  const each = series.keywords.filter(
    ({ baseName, segment }) => segment !== undefined && baseName.toLowerCase() === lower,
  );
  if (each.length > 0) return each;
  throw new DasError("USAGE", `key: ${series.name} has no keyword ${name}`);
}

/** A keyword whose links lead to numbers; one whose links lead nowhere is none. */
async function numberKeyword(
  catalog: SeriesCatalog,
  series: Series,
  keyword: Keyword,
): Promise<PlaneKeyword | undefined> {
  try {
    const { member } = await followKeyword(catalog, series, keyword);
    return member.type === "string" ? undefined : { keyword, source: member };
  } catch (error) {
    if (isDasError(error, "BROKEN_LINK")) return undefined;
    throw error;
  }
}

/** Values a plane: binary32 for a keyword of 32 bits, else binary64; times as us2000, intervals in their unit. */
export function keywordPlane({ keyword, source }: PlaneKeyword): PlaneSpec {
  const isTime = source.type === "time" && intervalFactor(source.unit) === undefined;
  const units = isTime ? "us2000" : planeUnit(source.unit);
  const text =
    readDescription(keyword.description).shortText || readDescription(source.description).shortText;
  const label = text === "" ? keyword.name : text;
  return yPlane({
    name: keyword.name,
    type: source.type === "float" ? LE_REAL4 : LE_REAL8,
    units,
    properties: [
      property("yLabel", isTime ? `${label} (UTC)` : labelWithUnit(label, units)),
      property("ySummary", keyword.description.trim() || keyword.name),
      property("yScaleType", "linear"),
      fillProperty("yFill"),
    ],
  });
}
