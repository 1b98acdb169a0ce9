import type { Database } from "../database/database.js";
import { planSelection } from "../query/plan-selection.js";
import type { RecordSetQuery } from "../query/record-set-query.js";
import { planRecords, type RecordPlan } from "../records/plan-records.js";
import { readRecords } from "../records/read-records.js";
import type { SeriesCatalog } from "../series/series-cache.js";
import { type ExportItem, type ExportOptions, exportRecords } from "./export-records.js";

/** The archive as an export sees it: one transaction of the series, storage units apart. */
export interface ExportSource {
  readonly drms: Database;
  readonly catalog: SeriesCatalog;
}

/** How a record set is exported. */
export interface SetOptions extends Omit<ExportOptions, "series"> {
  /** The first or, negative, the last so many records; 0: all. */
  readonly limit: number;
}

/**
 * The files of all records of a record set; its segments are those that it lists, else all of the series.
 * Errors: those of the databases; what is wrong with one record is an item. Source: export A1.
 */
export async function* exportSet(
  { drms, catalog }: ExportSource,
  query: RecordSetQuery,
  options: SetOptions,
): AsyncGenerator<ExportItem> {
  const plan = await exportPlan(catalog, query, options.limit);
  for (const warning of plan.warnings) options.units.log(warning);
  yield* exportRecords(readRecords(drms, plan), { ...options, series: query.series });
}

/** The plan of an export: all keywords but the implicit ones, and the segments. */
export function exportPlan(
  catalog: SeriesCatalog,
  query: RecordSetQuery,
  limit: number,
): Promise<RecordPlan> {
  const { series } = query;
  return planRecords(catalog, planSelection(query, limit), {
    keywords: series.keywords.filter(({ implicit }) => !implicit),
    segments: query.segments ?? series.segments,
  });
}
