import type { Database } from "../../database/database.js";
import { name, sql } from "../../database/sql.js";
import { planSelection, type Selection } from "../../query/plan-selection.js";
import type { RecordSetQuery } from "../../query/record-set-query.js";
import { countSql } from "../../query/selection-sql.js";
import { planRecords } from "../../records/plan-records.js";
import { readRecords } from "../../records/read-records.js";
import { keywordValue } from "../../records/record-batch.js";
import type { Series } from "../../series/model.js";
import { specificationPrinter } from "../../series/record-specification.js";
import type { SeriesCatalog } from "../../series/series-cache.js";

/**
 * The first and the last record of a series, its last recnum, and whether it has a shadow table; filters of the query do not count.
 * Errors: those of {@link Database}. Source: netdrms 6, "Statistics".
 */
export async function statisticsText(
  database: Database,
  catalog: SeriesCatalog,
  query: RecordSetQuery,
): Promise<string> {
  const { series } = query;
  const last = await lastRecnum(database, series);
  const shadow = `Has shadow table: ${series.hasShadow ? "yes" : "no"}\n`;
  if (last === undefined) return `No records Present\n${shadow}`;
  return [
    `First Record: ${await endText(database, catalog, query, "first")}\n`,
    `Last Record:  ${await endText(database, catalog, query, "last")}\n`,
    `Last Recnum:  ${last}\n`,
    shadow,
  ].join("");
}

/** The largest record number of a series; `undefined` where it has no records. Errors: those of {@link Database}. */
export async function lastRecnum(database: Database, series: Series): Promise<bigint | undefined> {
  const [last] = await database.query(
    sql`SELECT max(recnum) AS recnum FROM ${name(series.namespace, series.table)}`,
  );
  return typeof last?.recnum === "bigint" ? last.recnum : undefined;
}

/** The records with the first or last value of the first key; all where there are no keys. */
function endQuery({ series, source, span }: RecordSetQuery, end: "first" | "last"): RecordSetQuery {
  return {
    series,
    source,
    span,
    keyFilters: series.primeKeys.length === 0 ? [] : [{ key: 0, ranges: [{ kind: end }] }],
    conditions: [],
    allVersions: false,
    warnings: [],
  };
}

/** The record at an end of a series. */
export interface EndRecord {
  readonly specification: string;
  readonly recnum: bigint;
}

/**
 * Of the latest records with the first or last value of the first key the first one; without keys the record of that end. The series has
 * records; filters of the query do not count. Errors: those of {@link Database}.
 */
export function endRecord(
  database: Database,
  catalog: SeriesCatalog,
  query: RecordSetQuery,
  end: "first" | "last",
): Promise<EndRecord> {
  const limit = query.series.primeKeys.length === 0 && end === "last" ? -1 : 1;
  return recordOf(database, catalog, planSelection(endQuery(query, end), limit));
}

async function endText(
  database: Database,
  catalog: SeriesCatalog,
  query: RecordSetQuery,
  end: "first" | "last",
): Promise<string> {
  const { specification, recnum } = await endRecord(database, catalog, query, end);
  const hasKeys = query.series.primeKeys.length > 0;
  const matching = hasKeys ? await countOf(database, planSelection(endQuery(query, end))) : 1n;
  const first = matching > 1n ? ` is first of ${matching} records matching first keyword` : "";
  return `${specification}${first}, Recnum = ${recnum}`;
}

/** The number of records of a selection. Errors: those of {@link Database}. */
export async function countOf(database: Database, selection: Selection): Promise<bigint> {
  const [row] = await database.query(countSql(selection));
  return typeof row?.count === "bigint" ? row.count : 0n;
}

async function recordOf(
  database: Database,
  catalog: SeriesCatalog,
  selection: Selection,
): Promise<EndRecord> {
  const series: Series = selection.series;
  const keywords = series.primeKeys.map(({ external }) => external);
  const plan = await planRecords(catalog, selection, { keywords, segments: [] });
  for await (const batch of readRecords(database, plan)) {
    const recnum = batch.recnum[0]!;
    const values = batch.keywords.map((column) => keywordValue(column, 0) ?? "");
    return { specification: specificationPrinter(series)(values, recnum), recnum };
  }
  // Other sessions cannot have taken it away: all statements see one snapshot.
  return { specification: series.name, recnum: -1n };
}
