import { DasError } from "../../errors/das-error.js";
import { readQuery } from "../../netdrms/query/read-query.js";
import type { RecordSetQuery } from "../../netdrms/query/record-set-query.js";
import type { SeriesCatalog } from "../../netdrms/series/series-cache.js";
import type { QueryWords } from "../query-words.js";
import { recordSetText } from "./words.js";

/** The text of the record sets that are asked for. Errors: BAD_PARAMETER where there is none. */
export function askedText(words: QueryWords): string {
  const text = words.get("ds");
  if (text === undefined) throw new DasError("BAD_PARAMETER", "ds is missing, expected a record set");
  return recordSetText(text);
}

/**
 * The record sets that are asked for; list files (`@file`) are those of the server and refused.
 * Errors: BAD_PARAMETER where there are none; BAD_QUERY, NO_SUCH_SERIES. Source: netdrms 4.
 */
export async function askedSets(
  words: QueryWords,
  catalog: SeriesCatalog,
): Promise<readonly RecordSetQuery[]> {
  return (await readQuery(askedText(words), { findSeries: (name) => catalog.series(name) })).sets;
}
