import { DasError } from "../../../errors/das-error.js";
import { readOneSet, readQuery } from "../../../netdrms/query/read-query.js";
import type { RecordSetQuery } from "../../../netdrms/query/record-set-query.js";
import { completeQueries } from "../../../netdrms/requests/complete-query.js";
import type { SeriesCatalog } from "../../../netdrms/series/series-cache.js";
import type { OrderWords } from "./order-words.js";

/** Namespace of the tables of exports themselves. Source: netdrms-export B8. */
const CLOSED = "jsoc";

/** The records of an order. */
export interface OrderedRecords {
  /** The record sets that are run, as text. */
  readonly dataset: string;
  /** One at least, all of one series. */
  readonly sets: readonly RecordSetQuery[];
}

/**
 * Reads the record sets of an order, completed.
 *
 * @param anyQuality the caller's flag `q`
 * Errors: BAD_PARAMETER for a closed series, and those of `completeQueries`; BAD_QUERY, NO_SUCH_SERIES. Source: netdrms-export B7, B8.
 */
export async function orderedRecords(
  catalog: SeriesCatalog,
  { text, several, segments }: Pick<OrderWords, "text" | "several" | "segments">,
  anyQuality: boolean,
): Promise<OrderedRecords> {
  const context = { findSeries: (name: string) => catalog.series(name) };
  const asked = several ? (await readQuery(text, context)).sets : [await readOneSet(text, context)];
  for (const { series } of asked)
    if (series.namespace === CLOSED)
      throw new DasError("BAD_PARAMETER", `series ${series.name} is not exported`);
  expectNoSemicolons(asked);
  const dataset = completeQueries(asked, segments, anyQuality);
  return { dataset, sets: (await readQuery(dataset, context)).sets };
}

/** The language has semicolons between sets as well; this interface has not. Source: netdrms-export B7. */
function expectNoSemicolons(sets: readonly RecordSetQuery[]): void {
  for (const [n, { source, span }] of sets.entries()) {
    const end = sets[n + 1]?.span.begin ?? source.text.length;
    if (source.text.slice(span.end, end).includes(";"))
      throw new DasError("BAD_PARAMETER", 'a ";" between record sets, expected a line for each');
  }
}
