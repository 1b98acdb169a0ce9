import { DasError } from "../../errors/das-error.js";
import type { KeyRange, KeyValue, RecordSetQuery } from "./record-set-query.js";

/** A range of a prime key, `end` excluded; an absent side has no bound. */
export interface KeyInterval {
  readonly begin?: KeyValue;
  readonly end?: KeyValue;
}

/**
 * A query with one more filter, ANDed to the others behind all that it has for the same key: a `$` of the query keeps its meaning
 * for this key and counts within the range for the keys behind it.
 *
 * @param key number of the key in the prime keys of the series
 * @param interval in values of the internal key: slots (bigint) of a slotted keyword
 * Errors: INTERNAL for a key that the series has not.
 */
export function withKeyRange(
  query: RecordSetQuery,
  key: number,
  { begin, end }: KeyInterval,
): RecordSetQuery {
  if (query.series.primeKeys[key] === undefined)
    throw new DasError(
      "INTERNAL",
      `prime key ${key} of ${query.series.name}, which has ${query.series.primeKeys.length}`,
    );
  const range: KeyRange = {
    kind: "range",
    ...(begin === undefined ? {} : { from: begin }),
    ...(end === undefined ? {} : { to: end }),
    closed: false,
  };
  return { ...query, keyFilters: [...query.keyFilters, { key, ranges: [range] }] };
}
