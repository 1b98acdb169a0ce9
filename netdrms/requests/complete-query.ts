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
