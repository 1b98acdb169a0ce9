import type { Database } from "../database/database.js";
import { param, sql } from "../database/sql.js";
import { exportTable, REQUESTS } from "../schema/request-tables.js";
import { numberField } from "../sums/row-fields.js";
import { type ExportRequest, REQUEST_STATUS } from "./export-request.js";
import { REQUEST_COLUMNS, requestOf } from "./request-row.js";

/** How far a request is. */
export interface RequestProgress {
  readonly request: ExportRequest;
  /** Requests that come before it, those that run included; absent once it has ended. */
  readonly position?: number;
  /** Seconds until it is done, as far as can be told from the last ones; absent where nothing can, and once it has ended. */
  readonly etaSeconds?: number;
}

/** How many that have ended tell how long a record takes. */
const LOOKED_BACK = 50;

/** A request by its id; `undefined` where there is none. Errors: those of {@link Database}. Source: export B9. */
export async function readRequest(database: Database, id: string): Promise<RequestProgress | undefined> {
  const [row] = await database.query(
    sql`SELECT ${REQUEST_COLUMNS} FROM ${exportTable(REQUESTS)} r WHERE r.requestid = ${param(id, "text")}`,
  );
  if (row === undefined) return undefined;
  const request = requestOf(row);
  if (request.status !== REQUEST_STATUS.running && request.status !== REQUEST_STATUS.waiting)
    return { request };
  return { request, ...(await queueOf(database, request)) };
}

/** Place and estimate: a record takes as long as one of the last requests did, and what is before it comes first. */
async function queueOf(
  database: Database,
  { id, status, acceptedMs, recordCount, recordsDone }: ExportRequest,
): Promise<Pick<RequestProgress, "position" | "etaSeconds">> {
  const { done, running, waiting } = REQUEST_STATUS;
  const isWaiting = status === waiting;
  const [row] = await database.query(sql`SELECT
      (SELECT count(*) FROM ${exportTable(REQUESTS)} b WHERE b.requestid <> ${param(id, "text")} AND ${param(isWaiting, "bool")}
         AND (b.status = ${param(running, "int4")} OR (b.status = ${param(waiting, "int4")}
           AND 1000 * extract(epoch FROM b.accepted) < ${param(acceptedMs, "float8")})))::int4 AS before,
      (SELECT coalesce(sum(greatest(b.rcount - b.records_done, 0)), 0) FROM ${exportTable(REQUESTS)} b
         WHERE b.requestid <> ${param(id, "text")} AND ${param(isWaiting, "bool")}
         AND (b.status = ${param(running, "int4")} OR (b.status = ${param(waiting, "int4")}
           AND 1000 * extract(epoch FROM b.accepted) < ${param(acceptedMs, "float8")})))::float8 AS records,
      (SELECT sum(extract(epoch FROM l.finished - l.started)) / nullif(sum(l.rcount), 0) FROM (
         SELECT finished, started, rcount FROM ${exportTable(REQUESTS)} WHERE status = ${param(done, "int4")}
         ORDER BY accepted DESC LIMIT ${param(LOOKED_BACK, "int4")}) l)::float8 AS seconds_each`);
  if (row === undefined) return {};
  const left = Math.max(0, recordCount - recordsDone) + numberField(row, "records");
  return {
    position: numberField(row, "before"),
    ...(row.seconds_each === null ? {} : { etaSeconds: Math.ceil(left * numberField(row, "seconds_each")) }),
  };
}
