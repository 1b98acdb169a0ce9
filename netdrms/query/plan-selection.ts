import { DasError } from "../../errors/das-error.js";
import type { Series } from "../series/model.js";
import type { Expression } from "./filter/expression.js";
import { isAlwaysTrue } from "./filter/print-expression.js";
import type { KeyFilter, KeyRange, RecnumRange, RecordSetQuery } from "./record-set-query.js";

/** Which records of a series are selected, and which of their versions: what one statement asks. */
export interface Selection {
  readonly series: Series;
  /** Those that restrict, in the order of the prime keys, of one key in the order written. Source: netdrms 4.5. */
  readonly keyFilters: readonly KeyFilter[];
  /** Any of them; absent: all. */
  readonly recnums?: readonly RecnumRange[];
  /** All of them; those that are true for every record are left out. */
  readonly conditions: readonly Expression[];
  /** Whether only the record with the largest recnum of each prime-key value counts. Source: netdrms 4.6. */
  readonly latest: boolean;
  /** The first so many records in prime-key order, or the last so many where it is negative; 0: all. Source: netdrms 4.7. */
  readonly limit: number;
}

/**
 * The selection that a record set asks for. Asks no database: the same tree gives the same plan.
 *
 * @param limit `n=`: the first or, negative, the last so many records after the version rule; 0: all
 * Errors: BAD_QUERY for a limit that is no whole number.
 * Source: netdrms 4.5, 4.6, 4.7.
 */
export function planSelection(query: RecordSetQuery, limit = 0): Selection {
  if (!Number.isSafeInteger(limit))
    throw new DasError("BAD_QUERY", `n = ${limit}, expected a whole number of records`);
  const { series, recnums } = query;
  return {
    series,
    keyFilters: query.keyFilters
      .filter(({ ranges }) => !ranges.some(isUnbounded))
      .toSorted((a, b) => a.key - b.key),
    ...(recnums === undefined ? {} : { recnums }),
    conditions: query.conditions.filter((condition) => !isAlwaysTrue(condition)),
    latest: series.primeKeys.length > 0 && recnums === undefined && !query.allVersions,
    limit,
  };
}

/** Whether a range is all values of its key, also those that are NULL. Source: netdrms 4.3. */
function isUnbounded(range: KeyRange): boolean {
  return (
    range.kind === "range" && range.from === undefined && range.to === undefined && range.stride === undefined
  );
}
