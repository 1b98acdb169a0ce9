import { DasError } from "../../errors/das-error.js";
import { type ConnectionPool, inTransaction } from "../database/connection-pool.js";
import type { Database } from "../database/database.js";
import { name, param, type Sql, sql } from "../database/sql.js";
import { splitSeriesName } from "../series/names.js";
import type { UnitRecords } from "./records-file.js";
import type { DeleteRecords } from "./remove-units.js";

const STATEMENT_LIMIT_MS = 600_000;

/**
 * Deletes the records of units that are removed. Only records that the unit holds: a recnum in a file counts where the record
 * points to the unit. A series that is not there (any more) has none.
 *
 * @param drms connects as `sumsadmin` or a member of it
 * Errors: BAD_FILE for a name that is none of a series; those of {@link Database}.
 * Source: netdrms 3.3, 3.6.
 */
export function recordDeleter(drms: ConnectionPool): DeleteRecords {
  return async (sunum, records) => {
    const recnums = [...records.recnums.values()];
    await inTransaction(
      drms,
      { access: "write", statementTimeoutMs: STATEMENT_LIMIT_MS },
      async (archive) => {
        const table = await seriesTable(archive, records.series);
        if (table === undefined) return;
        await archive.query(
          sql`DELETE FROM ${table} WHERE recnum = ANY(${param(recnums, "int8[]")}) AND sunum = ${param(sunum, "int8")}`,
        );
      },
    );
  };
}

/** Whether a record of the series points to the unit; `undefined` where there is no such series. Errors: as {@link recordDeleter}. */
export async function pointsToUnit(
  archive: Database,
  sunum: bigint,
  { series, recnums }: UnitRecords,
): Promise<boolean | undefined> {
  const table = await seriesTable(archive, series);
  if (table === undefined) return undefined;
  const rows = await archive.query(sql`
    SELECT recnum FROM ${table}
     WHERE recnum = ANY(${param([...recnums.values()], "int8[]")}) AND sunum = ${param(sunum, "int8")} LIMIT 1`);
  return rows.length > 0;
}

async function seriesTable(archive: Database, series: string): Promise<Sql | undefined> {
  const parts = splitSeriesName(series);
  if (parts === undefined)
    throw new DasError("BAD_FILE", `${JSON.stringify(series.slice(0, 80))} is no name of a series`);
  const [row] = await archive.query(
    sql`SELECT to_regclass(${param(`${parts.namespace}.${parts.table}`, "text")}) IS NOT NULL AS here`,
  );
  return row?.here === true ? name(parts.namespace, parts.table) : undefined;
}
