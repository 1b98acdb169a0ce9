import { DasError } from "../../errors/das-error.js";
import type { Database, Row } from "../database/database.js";
import { EMPTY_SQL, param, type Sql, sql } from "../database/sql.js";
import { askPresent } from "../schema/read-state.js";
import type { Series } from "../series/model.js";
import { trackingObject } from "./change-objects.js";
import type { ChangePosition } from "./change-position.js";
import { type RecordChange, seriesKey } from "./record-change.js";

/** What a database tells of its changes at one moment. */
export interface ChangeState {
  readonly server: string;
  /** What is visible now. */
  readonly snapshot: string;
  /** Those of the series whose changes are noted, and can be read here. */
  readonly tracked: readonly Series[];
}

/**
 * Looks which series are tracked by triggers that fire. A server that follows another one tells of none: which transactions still run
 * at the other is not known there.
 * Errors: those of {@link Database}.
 */
export async function readChangeState(database: Database, series: readonly Series[]): Promise<ChangeState> {
  const server = await readServer(database);
  const [row] = await database.query(sql`SELECT pg_current_snapshot()::text AS snapshot,
      NOT pg_is_in_recovery() AND coalesce((SELECT bool_and(has_table_privilege(c.oid, 'SELECT'))
        AND count(*) = 2 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'drms' AND c.relname IN ('heliostream_changes', 'heliostream_tracked')), false) AS readable`);
  const objects = row?.readable === true ? series.map(trackingObject) : [];
  const present = new Set(await askPresent(database, objects));
  return {
    server,
    snapshot: String(row?.snapshot),
    tracked: series.filter((_, n) => objects[n] !== undefined && present.has(objects[n])),
  };
}

/**
 * Names a database among those of all servers: positions in the changes of another one mean nothing there. A cluster has a number for life; where that
 * may not be asked for, the database alone is named.
 * Errors: those of {@link Database}.
 */
export async function readServer(database: Database): Promise<string> {
  const [may] = await database.query(
    sql`SELECT has_function_privilege('pg_control_system()', 'EXECUTE') AS control`,
  );
  const cluster =
    may?.control === true
      ? sql`(SELECT system_identifier::text FROM pg_control_system())`
      : sql`(SELECT 'database ' || oid FROM pg_database WHERE datname = current_database())`;
  const [row] = await database.query(sql`SELECT ${cluster} || '/' || current_database() AS server`);
  return String(row?.server);
}

/** A place among rows: behind a transaction and a number. */
export interface RowPlace {
  readonly xid: string;
  readonly id: bigint;
}

/** Some of the changes between two moments. */
export interface ChangePage {
  readonly changes: readonly RecordChange[];
  /** Series of which not all is known any more: rows were pruned, or they were not tracked all the time. */
  readonly lost: readonly string[];
  /** Where the next page begins; missing: that was the last. */
  readonly next?: RowPlace;
}

/** Rows of one page. */
export const PAGE_ROWS = 10_000;

/**
 * The changes that were committed between two moments, in whatever order: what the snapshot `to` sees and the one of `from` does not.
 * A transaction that began long before and ended after `from` is among them, one that still runs will be among the next.
 *
 * Both questions are asked of one snapshot, so that nothing is pruned in between.
 * Errors: those of {@link Database}.
 */
export async function readChangePage(
  database: Database,
  from: ChangePosition,
  to: ChangeState,
  after?: RowPlace,
): Promise<ChangePage> {
  const keys = to.tracked.map(seriesKey);
  if (from.server !== to.server) return { changes: [], lost: keys };
  // Where nothing is tracked, the tables need not be there.
  if (keys.length === 0) return { changes: [], lost: [] };
  const lost = new Set(await lostSeries(database, keys, from));
  const known = keys.filter((key) => from.tracked.includes(key) && !lost.has(key));
  const rows = known.length === 0 ? [] : await changeRows(database, known, from.snapshot, to.snapshot, after);
  const last = rows.length === PAGE_ROWS ? rows.at(-1) : undefined;
  return {
    changes: rows.map(changeOf),
    lost: keys.filter((key) => !known.includes(key)),
    ...(last === undefined ? {} : { next: { xid: String(last.xid), id: numberOf(last.id) } }),
  };
}

/** Series that are tracked only since then, or whose rows of then are gone. */
async function lostSeries(
  database: Database,
  keys: readonly string[],
  { snapshot }: ChangePosition,
): Promise<readonly string[]> {
  const then = sql`${param(snapshot, "text")}::pg_snapshot`;
  // A database that was put back to an older state counts its transactions anew.
  const rows = await database.query(sql`SELECT series FROM drms.heliostream_tracked
    WHERE series = ANY(${param(keys, "text[]")}) AND (NOT pg_visible_in_snapshot(since, ${then})
      OR pruned >= pg_snapshot_xmin(${then}) OR pg_snapshot_xmax(${then}) > pg_snapshot_xmax(pg_current_snapshot()))`);
  return rows.map(({ series }) => String(series));
}

function changeRows(
  database: Database,
  keys: readonly string[],
  from: string,
  to: string,
  after: RowPlace | undefined,
): Promise<readonly Row[]> {
  const [then, now] = [sql`${param(from, "text")}::pg_snapshot`, sql`${param(to, "text")}::pg_snapshot`];
  const behind: Sql =
    after === undefined
      ? EMPTY_SQL
      : sql` AND (xid, id) > (${param(after.xid, "text")}::xid8, ${param(after.id, "int8")})`;
  return database.query(sql`SELECT xid::text AS xid, id, series, kind, recnum, first, last, keys
    FROM drms.heliostream_changes
    WHERE xid >= pg_snapshot_xmin(${then}) AND xid < pg_snapshot_xmax(${now})
      AND NOT pg_visible_in_snapshot(xid, ${then}) AND pg_visible_in_snapshot(xid, ${now})
      AND series = ANY(${param(keys, "text[]")})${behind}
    ORDER BY xid, id LIMIT ${param(PAGE_ROWS, "int4")}`);
}

const KINDS = ["insert", "update", "delete", "truncate"] as const;

function changeOf({ series, kind, recnum, first, last, keys }: Row): RecordChange {
  const known = KINDS.find((each) => each === kind);
  if (known === undefined)
    throw new DasError("ARCHIVE_FAILED", `a change of an unknown kind, ${String(kind)}`);
  return {
    series: String(series),
    kind: known,
    ...(typeof recnum === "bigint" ? { recnum } : {}),
    first: typeof first === "number" ? first : null,
    last: typeof last === "number" ? last : null,
    ...(Array.isArray(keys) ? { keys: keys.map((key) => (key === null ? null : String(key))) } : {}),
  };
}

function numberOf(value: Row[string] | undefined): bigint {
  if (typeof value === "bigint") return value;
  throw new DasError("INTERNAL", "a change without a number");
}
