import { DasError } from "../../../errors/das-error.js";
import { findNamed, type Keyword, type Link, type Segment, type Series } from "../../series/model.js";
import type { SeriesCatalog } from "../../series/series-cache.js";

/**
 * What is shown of each record of a set: the record itself, or the one that a link leads to. Members are those of `series`; what is read for
 * them are members of the set's series, linked ones for the other record.
 */
export interface Subject {
  readonly series: Series;
  /** The link that is followed. */
  readonly link?: Link;
  keyword(member: Keyword): Keyword;
  segment(member: Segment): Segment;
}

/** Columns of every record, as keywords. Source: netdrms 2.4. */
export const RECORD_KEYWORDS = {
  recnum: recordKeyword("recnum", "longlong"),
  sunum: recordKeyword("sunum", "longlong"),
  slotnum: recordKeyword("slotnum", "int"),
  sessionid: recordKeyword("sessionid", "longlong"),
  sessionns: recordKeyword("sessionns", "string"),
} as const;

function recordKeyword(name: string, type: "longlong" | "int" | "string"): Keyword {
  return {
    name,
    baseName: name,
    type,
    class: "variable",
    defaultText: type === "string" ? "" : "-1",
    format: "",
    unit: "",
    description: "",
    implicit: true,
    rank: 0,
    column: name,
  };
}

/**
 * The subject of a set.
 * Errors: BAD_PARAMETER for a link that the series does not have; those of reading the series that it leads to.
 */
export async function subjectOf(
  catalog: SeriesCatalog,
  series: Series,
  linkName: string | undefined,
): Promise<Subject> {
  if (linkName === undefined) return { series, keyword: (member) => member, segment: (member) => member };
  const link = findNamed(series.links, linkName);
  if (link === undefined)
    throw new DasError("BAD_PARAMETER", `series ${series.name} has no link ${linkName.slice(0, 60)}`);
  return {
    series: await catalog.target(link),
    link,
    keyword: (member) => linkedKeyword(member, link.name),
    segment: (member) => ({ ...member, link: { link: link.name, target: member.name } }),
  };
}

/** The keyword of the record that a link leads to. */
export function linkedKeyword(member: Keyword, link: string): Keyword {
  const { column: _, ...rest } = member;
  return { ...rest, link: { link, target: member.name } };
}

/** A catalog whose targets of links have the columns of every record as keywords too, so that these can be read through links. */
export function withRecordKeywords(catalog: SeriesCatalog): SeriesCatalog {
  return {
    series: (name) => catalog.series(name),
    async target(link) {
      const series = await catalog.target(link);
      return { ...series, keywords: [...Object.values(RECORD_KEYWORDS), ...series.keywords] };
    },
  };
}
