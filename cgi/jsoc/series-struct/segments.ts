import { isDasError } from "../../../errors/das-error.js";
import { dimensions } from "../../../netdrms/programs/show-info/show-structure.js";
import { followSegment } from "../../../netdrms/series/link-target.js";
import type { Segment, Series } from "../../../netdrms/series/model.js";
import type { SeriesCatalog } from "../../../netdrms/series/series-cache.js";
import type { JsonValue } from "../json.js";

/**
 * The segments of a series, by number.
 * @param follows whether linked ones are told as they are at the end of their links
 * Errors: those of reading a series that a link leads to. Source: netdrms-export B3.
 */
export async function structSegments(
  catalog: SeriesCatalog,
  series: Series,
  follows: boolean,
): Promise<readonly JsonValue[]> {
  const told: JsonValue[] = [];
  for (const segment of series.segments) {
    const source = await sourceOf(catalog, series, segment);
    const { name, link, description: note } = segment;
    const type = source?.type ?? null;
    if (link !== undefined && (!follows || source === undefined))
      told.push({ name, type, units: null, protocol: `link via ${link.link}`, dims: null, note });
    else {
      const { unit: units, protocol } = source ?? segment;
      told.push({ name, type, units, protocol, dims: dimensions(source ?? segment), note });
    }
  }
  return told;
}

/** `undefined` where a link leads nowhere. */
async function sourceOf(
  catalog: SeriesCatalog,
  series: Series,
  segment: Segment,
): Promise<Segment | undefined> {
  try {
    return (await followSegment(catalog, series, segment)).member;
  } catch (error) {
    if (isDasError(error, "BROKEN_LINK")) return undefined;
    throw error;
  }
}
