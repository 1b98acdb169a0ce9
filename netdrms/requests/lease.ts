import type { ConnectionPool } from "../database/connection-pool.js";
import type { Database } from "../database/database.js";
import { param, type Sql, sql } from "../database/sql.js";
import { exportTable, REQUESTS } from "../schema/request-tables.js";
import { changeSums } from "../sums/sums-transaction.js";
import { type ExportRequest, REQUEST_STATUS } from "./export-request.js";
import { REQUEST_COLUMNS, requestOf } from "./request-row.js";

/** A request that this runner has for itself until its lease ends. */
export interface LeasedRequest extends ExportRequest {
  readonly runner: string;
}

/** Who runs requests. */
export interface LeaseHolder {
  readonly pool: ConnectionPool;
  /** Names one runner among all: `host:pid:random`. */
  readonly runner: string;
  /** After so long without a word of its runner a request is another's, ms. */
  readonly leaseMs: number;
}

/** What a runner tells of its work. */
export interface WorkDone {
  readonly stage: string;
  readonly records: number;
  readonly bytes: number;
  readonly failures: number;
}

const { running, waiting } = REQUEST_STATUS;

function leaseEnd(leaseMs: number): Sql {
  return sql`clock_timestamp() + ${param(leaseMs, "float8")} * interval '1 millisecond'`;
}

/**
 * Takes the next request: one that waits, or one whose runner has said nothing for the length of its lease. Addresses take turns: first
 * come those with the fewest requests under way, then those that have waited longest since their last, then who came first.
 * @returns `undefined` where there is none
 * Errors: those of {@link Database}.
 */
export function takeRequest({ pool, runner, leaseMs }: LeaseHolder): Promise<LeasedRequest | undefined> {
  return changeSums(pool, async (database) => {
    const [row] = await database.query(sql`UPDATE ${exportTable(REQUESTS)} r
      SET status = ${param(running, "int4")}, runner = ${param(runner, "text")}, lease = ${leaseEnd(leaseMs)},
        attempts = r.attempts + 1, started = clock_timestamp(), stage = 'starting', records_done = 0, bytes_done = 0,
        failures = 0
      WHERE r.requestid = (SELECT w.requestid FROM ${exportTable(REQUESTS)} w
        WHERE (w.status = ${param(waiting, "int4")} AND (w.not_before IS NULL OR w.not_before <= clock_timestamp()))
           OR (w.status = ${param(running, "int4")} AND w.lease < clock_timestamp())
        ORDER BY (SELECT count(*) FROM ${exportTable(REQUESTS)} o WHERE o.address = w.address
            AND o.status = ${param(running, "int4")} AND o.lease >= clock_timestamp()),
          (SELECT max(o.started) FROM ${exportTable(REQUESTS)} o WHERE o.address = w.address) NULLS FIRST, w.accepted
        LIMIT 1 FOR UPDATE SKIP LOCKED)
      RETURNING ${REQUEST_COLUMNS}`);
    return row === undefined ? undefined : { ...requestOf(row), runner };
  });
}

/** Says that the work goes on, and how far it is; `false`: the request is another's by now. Errors: those of {@link Database}. */
export function keepRequest(
  { pool, runner, leaseMs }: LeaseHolder,
  id: string,
  done: WorkDone,
): Promise<boolean> {
  return changeSums(pool, async (database) => {
    const rows = await database.query(sql`UPDATE ${exportTable(REQUESTS)}
      SET lease = ${leaseEnd(leaseMs)}, stage = ${param(done.stage, "text")}, records_done = ${param(done.records, "int8")},
        bytes_done = ${param(done.bytes, "int8")}, failures = ${param(done.failures, "int8")}
      WHERE ${held(id, runner)} RETURNING requestid`);
    return rows.length > 0;
  });
}

/** How a request ends. */
export type RequestEnd =
  | {
      readonly kind: "done";
      readonly done: WorkDone;
      /** Bytes of its folder. */
      readonly bytes: number;
      readonly retentionSeconds: number;
      /** Makes the folder visible, once it is sure that nobody else has the request. */
      readonly publish: () => Promise<void>;
    }
  | { readonly kind: "failed"; readonly status: number; readonly error: string }
  /** It is tried again after some time. */
  | {
      readonly kind: "again";
      readonly afterSeconds: number;
      readonly stage: string;
      readonly counts: boolean;
    };

/**
 * Ends the work on a request, if it is still this runner's: of two who believe so one is right.
 * @returns whether it was
 * Errors: those of {@link Database} and of `publish`; then the request is as it was.
 */
export async function endRequest(
  { pool, runner }: Pick<LeaseHolder, "pool" | "runner">,
  id: string,
  end: RequestEnd,
): Promise<boolean> {
  return changeSums(pool, async (database) => {
    const rows = await database.query(
      sql`UPDATE ${exportTable(REQUESTS)} SET ${changesOf(end)}, runner = NULL, lease = NULL WHERE ${held(id, runner)} RETURNING requestid`,
    );
    if (rows.length === 0) return false;
    // The row is locked until the transaction ends.
    if (end.kind === "done") await end.publish();
    return true;
  });
}

function held(id: string, runner: string): Sql {
  return sql`requestid = ${param(id, "text")} AND runner = ${param(runner, "text")} AND status = ${param(running, "int4")}`;
}

function changesOf(end: RequestEnd): Sql {
  switch (end.kind) {
    case "done":
      return sql`status = ${param(REQUEST_STATUS.done, "int4")}, stage = 'done', finished = clock_timestamp(),
        expires = clock_timestamp() + ${param(end.retentionSeconds, "float8")} * interval '1 second',
        records_done = ${param(end.done.records, "int8")}, bytes_done = ${param(end.done.bytes, "int8")},
        failures = ${param(end.done.failures, "int8")}, bytes = ${param(end.bytes, "int8")}, errmsg = NULL`;
    case "failed":
      return sql`status = ${param(end.status, "int4")}, stage = 'failed', finished = clock_timestamp(), errmsg = ${param(end.error, "text")}`;
    case "again":
      return sql`status = ${param(waiting, "int4")}, stage = ${param(end.stage, "text")},
        attempts = attempts - ${param(end.counts ? 0 : 1, "int4")},
        not_before = clock_timestamp() + ${param(end.afterSeconds, "float8")} * interval '1 second'`;
    default:
      return end satisfies never;
  }
}

/** Takes back a request that has not ended; whether there was one. Errors: those of {@link Database}. */
export async function cancelRequest(database: Database, id: string): Promise<boolean> {
  const rows = await database.query(sql`UPDATE ${exportTable(REQUESTS)}
    SET status = ${param(REQUEST_STATUS.cancelled, "int4")}, stage = 'cancelled', finished = clock_timestamp(), runner = NULL,
      lease = NULL, errmsg = 'cancelled'
    WHERE requestid = ${param(id, "text")} AND status = ANY(${param([running, waiting].map(BigInt), "int8[]")})
    RETURNING requestid`);
  return rows.length > 0;
}
