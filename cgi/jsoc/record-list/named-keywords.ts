import type { RecordSetQuery } from "../../../netdrms/query/record-set-query.js";
import { findNamed, type Keyword, type Segment } from "../../../netdrms/series/model.js";
import type { AskedList } from "./asked-list.js";

/**
 * The keywords that a name of `key=` means: the one of that name, or those that a per-segment declaration of that name makes, one for each
 * segment that is asked for. `series_struct` tells of per-segment keywords by that common name, so clients ask by it.
 * @returns none where the series has no such keyword
 * Source: netdrms 1.5, netdrms-export B3, B5.
 */
export function namedKeywords(
  name: string,
  set: RecordSetQuery,
  asked: Pick<AskedList, "segments">,
): readonly Keyword[] {
  const { keywords } = set.series;
  const own = findNamed(keywords, name);
  if (own !== undefined) return [own];
  const common = name.toLowerCase();
  const all = keywords.filter(
    ({ segment, baseName }) => segment !== undefined && baseName.toLowerCase() === common,
  );
  const numbers = new Set(askedSegments(set, asked).map(({ number }) => number));
  const some = all.filter(({ segment }) => segment !== undefined && numbers.has(segment));
  return some.length > 0 ? some : all;
}

/** The segments that `seg=` names, else those of the record set. */
function askedSegments(
  { series, segments }: RecordSetQuery,
  asked: Pick<AskedList, "segments">,
): readonly Segment[] {
  const named =
    asked.segments === undefined || asked.segments === "all"
      ? []
      : asked.segments.flatMap((name) => findNamed(series.segments, name) ?? []);
  return named.length > 0 ? named : (segments ?? series.segments);
}
