import type { Database } from "../database/database.js";
import { param, sql } from "../database/sql.js";
import { exportTable, REQUESTS } from "../schema/request-tables.js";
import { type ExportRequest, REQUEST_STATUS } from "./export-request.js";
import { REQUEST_COLUMNS, requestOf } from "./request-row.js";

/**
 * Requests, the newest first.
 * @param most so many of them
 * @param openOnly those alone that wait or run
 * Errors: those of {@link Database}.
 */
export async function listRequests(
  database: Database,
  most: number,
  openOnly: boolean,
): Promise<readonly ExportRequest[]> {
  const { running, waiting } = REQUEST_STATUS;
  const rows = await database.query(sql`SELECT ${REQUEST_COLUMNS} FROM ${exportTable(REQUESTS)} r
    WHERE NOT ${param(openOnly, "bool")} OR r.status = ANY(${param([running, waiting].map(BigInt), "int8[]")})
    ORDER BY r.accepted DESC LIMIT ${param(most, "int4")}`);
  return rows.map(requestOf);
}
