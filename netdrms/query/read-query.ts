import { isDasError } from "../../errors/das-error.js";
import type { Series } from "../series/model.js";
import { gatherSets, type ReadListFile } from "./list-files.js";
import { parseSet } from "./parse-set.js";
import { type QueryWarning, queryError } from "./query-text.js";
import type { RecordSetQuery } from "./record-set-query.js";
import type { SetText } from "./split-query.js";

/** What a query is read with. */
export interface QueryContext {
  /** The description of a series, its name in any case. Errors: NO_SUCH_SERIES and those of the database. */
  findSeries(name: string): Promise<Series>;
  /** Reads the list files of `@file`; absent: they are refused. */
  readonly readListFile?: ReadListFile;
}

/** The record sets of a query. */
export interface ReadQuery {
  /** One or more unless all are in list files; in order, duplicates are kept. */
  readonly sets: readonly RecordSetQuery[];
  /** Of the list files and of all sets. */
  readonly warnings: readonly QueryWarning[];
}

/**
 * The syntax trees of all record sets of a query. Every set is checked before the first of them is run.
 *
 * Errors: BAD_QUERY and NO_SUCH_SERIES naming the place, see `showPlace`; those of the context.
 * Source: netdrms 4.1, 4.10.
 */
export async function readQuery(text: string, context: QueryContext): Promise<ReadQuery> {
  const { sets, warnings } = await gatherSets(text, context.readListFile);
  const series = new Map<string, Promise<Series>>();
  const queries: RecordSetQuery[] = [];
  for (const set of sets) queries.push(parseSet(set, await seriesOf(set, series, context)));
  return { sets: queries, warnings: [...warnings, ...queries.flatMap((query) => query.warnings)] };
}

/**
 * The one record set of a query.
 * Errors: those of {@link readQuery}; BAD_QUERY at the second set, or where list files leave none.
 * Source: netdrms 4.10.
 */
export async function readOneSet(text: string, context: QueryContext): Promise<RecordSetQuery> {
  const { sets, warnings } = await readQuery(text, context);
  const [set, second] = sets;
  if (set === undefined)
    throw queryError({ text }, { begin: 0, end: text.length }, "no record set, expected one");
  if (second === undefined) return { ...set, warnings };
  throw queryError(second.source, second.span, `${sets.length} record sets where one is expected`);
}

async function seriesOf(
  { source, series: span }: SetText,
  known: Map<string, Promise<Series>>,
  context: QueryContext,
): Promise<Series> {
  const name = source.text.slice(span.begin, span.end);
  const key = name.toLowerCase();
  const found = known.get(key) ?? context.findSeries(name);
  known.set(key, found);
  try {
    return await found;
  } catch (error) {
    throw isDasError(error, "NO_SUCH_SERIES")
      ? queryError(source, span, error.message, "NO_SUCH_SERIES")
      : error;
  }
}
