import { DasError } from "../../errors/das-error.js";
import type { RecordSetQuery } from "../query/record-set-query.js";
import type { Series } from "../series/model.js";
import { findNamed } from "../series/model.js";

/**
 * The text of the record set that a request runs: with `[]` where it has no filter, and without records that have no data, as their
 * quality says, unless it speaks of the quality itself. Source: export B8.
 *
 * @param text one record set, without segments
 * @param anyQuality the caller's flag `q`
 */
export function completeQuery(text: string, series: Series, anyQuality: boolean): string {
  const [, head = text, segments = ""] = /^(.*?)\s*(\{[^{}]*\})?\s*$/s.exec(text) ?? [];
  const filtered = head.includes("[") ? head : `${head.trim()}[]`;
  const hasQuality = findNamed(series.keywords, "quality") !== undefined;
  const speaksOfIt = /quality/i.test(filtered.slice(filtered.indexOf("[")));
  const condition = hasQuality && !speaksOfIt && !anyQuality ? "[? drms.image_exists(quality) ?]" : "";
  return `${filtered}${condition}${segments}`;
}

/** Record sets of one request: each is a statement of its own, and its text is kept with the request. */
const MAX_SETS = 200;

/**
 * The text of the record sets that a request runs, each as of {@link completeQuery}, with commas between them.
 *
 * @param segments names that are asked for beside the sets, with commas between them
 * Errors: BAD_PARAMETER for sets of several series, more than 200 of them, and segments that are named twice. Source: export B7, B8.
 */
export function completeQueries(
  sets: readonly RecordSetQuery[],
  segments: string | undefined,
  anyQuality: boolean,
): string {
  if (sets.length > MAX_SETS)
    throw new DasError("BAD_PARAMETER", `${sets.length} record sets, expected at most ${MAX_SETS}`);
  const texts = sets.map(({ source, span, series, segments: own }) => {
    if (series.name !== sets[0]?.series.name)
      throw new DasError("BAD_PARAMETER", "record sets of several series, expected one series");
    if (own !== undefined && segments !== undefined)
      throw new DasError("BAD_PARAMETER", "seg and segments in ds, expected one of them");
    const text = source.text.slice(span.begin, span.end);
    return completeQuery(segments === undefined ? text : `${text}{${segments}}`, series, anyQuality);
  });
  return texts.join(",");
}
