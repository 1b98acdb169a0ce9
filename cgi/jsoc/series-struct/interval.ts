import type { Database } from "../../../netdrms/database/database.js";
import { endRecord, lastRecnum } from "../../../netdrms/programs/show-info/show-statistics.js";
import type { RecordSetQuery } from "../../../netdrms/query/record-set-query.js";
import type { Series } from "../../../netdrms/series/model.js";
import type { SeriesCatalog } from "../../../netdrms/series/series-cache.js";
import type { JsonValue } from "../json.js";

/**
 * The first and last records by the first prime key, latest versions, and the largest record number; `NA` of a series without records.
 * Errors: those of {@link Database}. Source: netdrms-export B3.
 */
export async function seriesInterval(
  database: Database,
  catalog: SeriesCatalog,
  series: Series,
): Promise<{ readonly [name: string]: JsonValue }> {
  const last = await lastRecnum(database, series);
  if (last === undefined)
    return { FirstRecord: "NA", FirstRecnum: "NA", LastRecord: "NA", LastRecnum: "NA", MaxRecnum: 0 };
  const whole: RecordSetQuery = {
    series,
    source: { text: series.name },
    span: { begin: 0, end: series.name.length },
    keyFilters: [],
    conditions: [],
    allVersions: false,
    warnings: [],
  };
  const begin = await endRecord(database, catalog, whole, "first");
  const end = await endRecord(database, catalog, whole, "last");
  return {
    FirstRecord: begin.specification,
    FirstRecnum: begin.recnum,
    LastRecord: end.specification,
    LastRecnum: end.recnum,
    MaxRecnum: last,
  };
}
