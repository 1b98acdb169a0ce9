import { DasError } from "../../../errors/das-error.js";
import type { Database, Row } from "../../database/database.js";
import { name, param, sql } from "../../database/sql.js";
import type { Selection } from "../../query/plan-selection.js";
import { selectionSql } from "../../query/selection-sql.js";
import { RecordJoins } from "../../records/record-joins.js";
import { catalogTables } from "../../series/master-tables.js";
import type { Subject } from "./subject.js";
import type { UnitLookup } from "./unit-lookup.js";

/** What is told of a session; empty texts where it is not known. Source: netdrms 2.3, 6. */
export interface SessionInfo {
  readonly host: string;
  readonly id: string;
  /** `YYYY-MM-DD hh:mm:ss`, local. */
  readonly started: string;
  readonly software: string;
  /** Folder of its log. */
  readonly logFolder: string;
}

/** Names a session among those of all namespaces. */
export function sessionKey(namespace: string, id: bigint): string {
  return `${namespace.toLowerCase()} ${id}`;
}

/** Sessions of the records of one set. */
const MAX_SESSIONS = 100_000;

/**
 * The sessions that made the records of a selection, by {@link sessionKey}: some statements before the records are read, whose copy lets no other
 * statement run.
 *
 * Errors: BAD_PARAMETER for more sessions than can be held; those of {@link Database}. Source: netdrms 2.9, 6.
 */
export async function readSessions(
  database: Database,
  lookup: UnitLookup,
  selection: Selection,
  subject: Subject,
): Promise<ReadonlyMap<string, SessionInfo>> {
  const byNamespace = new Map<string, bigint[]>();
  const made = await database.query(sessionsSql(selection, subject));
  if (made.length > MAX_SESSIONS)
    throw new DasError(
      "BAD_PARAMETER",
      `records of more than ${MAX_SESSIONS} sessions, expected fewer with -I`,
    );
  for (const { sessionns, sessionid } of made) {
    if (typeof sessionns !== "string" || typeof sessionid !== "bigint") continue;
    const namespace = sessionns.toLowerCase();
    const ids = byNamespace.get(namespace) ?? [];
    ids.push(sessionid);
    byNamespace.set(namespace, ids);
  }
  const tables = await catalogTables(
    database,
    [...byNamespace.keys()].map((namespace) => ({ namespace, table: "drms_session" })),
  );
  const rows: (readonly [namespace: string, row: Row])[] = [];
  for (const [namespace, ids] of byNamespace) {
    if (tables.get(`${namespace}.drms_session`)?.readable !== true) continue;
    for (const row of await database.query(sql`
      SELECT sessionid, hostname, starttime, jsoc_version, sunum, sudir FROM ${name(namespace, "drms_session")}
       WHERE sessionid = ANY(${param(ids, "int8[]")})`))
      rows.push([namespace, row]);
  }
  const logs = await logFolders(
    lookup,
    rows.map(([, { sunum }]) => sunum),
  );
  return new Map(
    rows.map(([namespace, row]) => [sessionKey(namespace, BigInt(String(row.sessionid))), infoOf(row, logs)]),
  );
}

function sessionsSql(selection: Selection, { link, series }: Subject) {
  const joins = new RecordJoins();
  const alias = joins.follow(link === undefined ? [] : [{ from: selection.series, link, to: series }]);
  const [id, namespace] = [joins.column(alias, "sessionid"), joins.column(alias, "sessionns")];
  return sql`SELECT DISTINCT ${namespace} AS sessionns, ${id} AS sessionid
    FROM (${selectionSql(selection, joins.recordColumns)}) AS r${joins.joins} LIMIT ${param(MAX_SESSIONS + 1, "int4")}`;
}

async function logFolders(
  lookup: UnitLookup,
  given: readonly (Row[string] | undefined)[],
): Promise<ReadonlyMap<bigint, string>> {
  const units = await lookup.find(given.filter((sunum) => typeof sunum === "bigint"));
  return new Map(
    [...units].flatMap(([sunum, { state, folder }]) => (state === "Y" ? [[sunum, folder]] : [])),
  );
}

function infoOf(row: Row, logs: ReadonlyMap<bigint, string>): SessionInfo {
  const text = (value: Row[string] | undefined) => (typeof value === "string" ? value : "");
  return {
    host: text(row.hostname),
    id: String(row.sessionid),
    started: text(row.starttime),
    software: text(row.jsoc_version),
    logFolder: text(row.sudir) || (typeof row.sunum === "bigint" ? (logs.get(row.sunum) ?? "") : ""),
  };
}
