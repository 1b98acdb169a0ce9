import { DasError } from "../../errors/das-error.js";
import type { Database } from "../database/database.js";
import { findNamed, type Series } from "../series/model.js";
import type { SeriesCatalog } from "../series/series-cache.js";
import type { NewLink, NewRecord, SegmentContent } from "../store/new-record.js";
import type { DrmsValue } from "../values/drms-type.js";
import { keywordOfText } from "./keyword-text.js";
import { linkOfText } from "./link-text.js";

/**
 * The record that words of a command line describe: `KEYWORD=value`, `SEGMENT=path` and `LINK=record set`. A name that is both a segment and
 * something else is the segment.
 *
 * Errors: BAD_PARAMETER for a value that is none of its keyword, and those of `linkOfText`. A name that the series does not have at all is
 * left to who stores the record.
 */
export async function recordOfWords(
  database: Database,
  catalog: SeriesCatalog,
  series: Series,
  words: ReadonlyMap<string, string>,
): Promise<NewRecord> {
  const keywords: Record<string, DrmsValue> = {};
  const links: Record<string, NewLink> = {};
  const segments: Record<string, SegmentContent> = {};
  for (const [name, text] of words) {
    const link = findNamed(series.links, name);
    const keyword = findNamed(series.keywords, name);
    if (findNamed(series.segments, name) !== undefined) segments[name] = { kind: "file", path: text };
    else if (keyword !== undefined) keywords[name] = keywordOfText(keyword, text);
    else if (link !== undefined) links[name] = await linkOfText(database, catalog, link, text);
    else keywords[name] = text;
  }
  return { keywords, links, segments };
}

/** The segment that a file without one is for: the only one of the series. Errors: BAD_PARAMETER where there are several or none. */
export function onlySegment({ name, segments }: Series): string {
  const own = segments.filter(({ link }) => link === undefined);
  if (own.length !== 1)
    throw new DasError(
      "BAD_PARAMETER",
      `series ${name} has ${own.length} segments of its own, expected segment=NAME for file=`,
    );
  return own[0]!.name;
}
