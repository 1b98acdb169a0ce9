import { DasError } from "../../errors/das-error.js";
import type { Database } from "../database/database.js";
import { quoteName } from "../database/identifier.js";
import { param, sql } from "../database/sql.js";
import { recordSequence } from "../schema/series-table.js";
import type { Series } from "../series/model.js";

/**
 * Errors: FORBIDDEN where the user may not add records to the series; ARCHIVE_FAILED where the series has no table or sequence; those
 * of {@link Database}.
 */
export async function expectRightToAdd(database: Database, series: Series): Promise<void> {
  const [row] = await database.query(sql`
    SELECT has_table_privilege(t.oid, 'INSERT') AND has_sequence_privilege(s.oid, 'USAGE, UPDATE') AS allowed
      FROM to_regclass(${param(tableName(series, series.table), "text")}) AS t(oid),
           to_regclass(${param(sequenceName(series), "text")}) AS s(oid)`);
  if (row?.allowed === null || row === undefined)
    throw new DasError(
      "ARCHIVE_FAILED",
      `series ${series.name} has no table of records, or no numbers for them`,
    );
  if (row.allowed !== true)
    throw new DasError(
      "FORBIDDEN",
      `series ${series.name} belongs to ${series.owner}; this user may not add records`,
    );
}

/** New record numbers of a series, ascending, all with one statement. Errors: those of {@link Database}. Source: netdrms 2.4. */
export async function takeRecordNumbers(
  database: Database,
  series: Series,
  count: number,
): Promise<readonly bigint[]> {
  const rows = await database.query(sql`
    SELECT nextval(${param(sequenceName(series), "text")}) AS recnum FROM generate_series(1, ${param(count, "int4")})`);
  return rows.map(({ recnum }) => {
    if (typeof recnum !== "bigint") throw new DasError("ARCHIVE_FAILED", "the archive gave no record number");
    return recnum;
  });
}

function sequenceName(series: Series): string {
  return tableName(series, recordSequence(series.table));
}

function tableName({ namespace }: Series, table: string): string {
  return `${quoteName(namespace)}.${quoteName(table)}`;
}
