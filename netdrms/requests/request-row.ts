import type { Row } from "../database/database.js";
import { type Sql, sql } from "../database/sql.js";
import { bigintField, numberField, textField } from "../sums/row-fields.js";
import type { ExportRequest } from "./export-request.js";

/** The columns of a request `r`, for {@link requestOf}. */
export const REQUEST_COLUMNS: Sql = sql`r.requestid, r.kind, r.status, r.test, r.dataset, r.records, r.processing, r.protocol,
  r.filenamefmt, r.method, r.address, r.rcount, r.size_mb, r.attempts, r.stage, r.records_done, r.bytes_done, r.failures,
  r.errmsg, 1000 * extract(epoch FROM r.accepted)::float8 AS accepted, 1000 * extract(epoch FROM r.started)::float8 AS started,
  1000 * extract(epoch FROM r.finished)::float8 AS finished, 1000 * extract(epoch FROM r.expires)::float8 AS expires`;

/** A request from its row. */
export function requestOf(row: Row): ExportRequest {
  const text = (column: string): string => textField(row, column);
  const count = (column: string): number => Number(bigintField(row, column));
  const time = (column: string): number | undefined =>
    row[column] === null ? undefined : Math.round(numberField(row, column));
  const [startedMs, finishedMs, expiresMs] = [time("started"), time("finished"), time("expires")];
  const error = text("errmsg");
  return {
    id: text("requestid"),
    kind: text("kind") === "units" ? "units" : "records",
    status: numberField(row, "status"),
    test: row.test === true,
    dataset: text("dataset"),
    records: numberField(row, "records"),
    processing: text("processing"),
    protocol: text("protocol"),
    fileNameFormat: text("filenamefmt"),
    method: text("method") === "url-tar" ? "url-tar" : "url",
    address: text("address"),
    recordCount: count("rcount"),
    megabytes: count("size_mb"),
    acceptedMs: Math.round(numberField(row, "accepted")),
    ...(startedMs === undefined ? {} : { startedMs }),
    ...(finishedMs === undefined ? {} : { finishedMs }),
    ...(expiresMs === undefined ? {} : { expiresMs }),
    attempts: numberField(row, "attempts"),
    stage: text("stage"),
    recordsDone: count("records_done"),
    bytesDone: count("bytes_done"),
    failures: count("failures"),
    ...(error === "" ? {} : { error }),
  };
}
