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
  const [last] = await database.query(
    sql`SELECT max(recnum) AS recnum FROM ${name(series.namespace, series.table)}`,
  );
  const shadow = `Has shadow table: ${series.hasShadow ? "yes" : "no"}\n`;
  if (typeof last?.recnum !== "bigint") return `No records Present\n${shadow}`;
  return [
    `First Record: ${await endText(database, catalog, query, "first")}\n`,
    `Last Record:  ${await endText(database, catalog, query, "last")}\n`,
    `Last Recnum:  ${last.recnum}\n`,
    shadow,
  ].join("");
}

/** Of the records with the first or last value of the first key, the first one; without keys the record of that end. */
async function endText(
  database: Database,
  catalog: SeriesCatalog,
  query: RecordSetQuery,
  end: "first" | "last",
): Promise<string> {
  const { series } = query;
  const whole: RecordSetQuery = {
    series,
    source: query.source,
    span: query.span,
    keyFilters: series.primeKeys.length === 0 ? [] : [{ key: 0, ranges: [{ kind: end }] }],
    conditions: [],
    allVersions: false,
    warnings: [],
  };
  const one = planSelection(whole, series.primeKeys.length === 0 && end === "last" ? -1 : 1);
  const { specification, recnum } = await recordOf(database, catalog, one);
  const matching = series.primeKeys.length === 0 ? 1n : await countOf(database, planSelection(whole));
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
): Promise<{ readonly specification: string; readonly recnum: bigint }> {
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
