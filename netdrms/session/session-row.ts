import { DasError } from "../../errors/das-error.js";
import { type ConnectionPool, inTransaction } from "../database/connection-pool.js";
import { quoteName } from "../database/identifier.js";
import { name, param, sql } from "../database/sql.js";

/** What the row of a session tells of the program. */
export interface SessionFacts {
  readonly hostName: string;
  readonly pid: number;
  /** Of a session server; a program by itself has 0. */
  readonly port: number;
  /** User of the operating system. */
  readonly userName: string;
  /** When the program began. */
  readonly startedAt: Date;
  /** `version(number)`. */
  readonly softwareVersion: string;
}

/** How a session ended; the text of `aborted` begins with that word. */
export type SessionStatus = "finished" | `aborted${string}`;

/** The row of a session that writes. */
export interface SessionRow {
  readonly id: bigint;
  readonly namespace: string;
}

/** Statements on one row; longer means that somebody holds the table. */
const STATEMENT_TIMEOUT_MS = 30_000;
const WRITE = { access: "write", statementTimeoutMs: STATEMENT_TIMEOUT_MS } as const;

/**
 * Makes the row of a session on a connection of its own, so that it outlives a rollback.
 *
 * @param logUnit storage unit of the log, where there is one
 * Errors: those of `Database`. Source: netdrms 2.9.
 */
export async function insertSessionRow(
  pool: ConnectionPool,
  namespace: string,
  facts: SessionFacts,
  logUnit?: { readonly sunum: bigint; readonly folder: string },
): Promise<SessionRow> {
  const id = await inTransaction(pool, WRITE, async (database) => {
    const sequence = `${quoteName(namespace)}.drms_sessionid_seq`;
    const [row] = await database.query(sql`SELECT nextval(${param(sequence, "text")}) AS id`);
    const next = row?.id;
    if (typeof next !== "bigint") throw new DasError("ARCHIVE_FAILED", "The archive gave no session id");
    await database.query(sql`
      INSERT INTO ${name(namespace, "drms_session")}
        (sessionid, hostname, port, pid, sunum, sudir, username, starttime, lastcontact, clients, status,
         sums_thread_status, jsoc_version)
      VALUES (${param(next, "int8")}, ${param(latin1(facts.hostName), "text")}, ${param(facts.port, "int4")},
        ${param(facts.pid, "int4")}, ${param(logUnit?.sunum ?? null, "int8")},
        ${param(logUnit?.folder ?? null, "text")}, ${param(latin1(facts.userName), "text")},
        ${param(localTime(facts.startedAt), "text")}, LOCALTIMESTAMP(0)::text, 0, 'idle', 'starting',
        ${param(facts.softwareVersion, "text")})`);
    return next;
  });
  return { id, namespace };
}

/** Notes the end of a session in its row. Errors: those of `Database`. Source: netdrms 2.9. */
export async function closeSessionRow(
  pool: ConnectionPool,
  row: SessionRow,
  status: SessionStatus,
  clients: number,
): Promise<void> {
  await inTransaction(pool, WRITE, (database) =>
    database.query(sql`
      UPDATE ${name(row.namespace, "drms_session")}
        SET sudir = NULL, lastcontact = LOCALTIMESTAMP(0)::text, endtime = LOCALTIMESTAMP(0)::text,
            clients = ${param(clients, "int4")}, status = ${param(status, "text")}
        WHERE sessionid = ${param(row.id, "int8")}`),
  );
}

/** `YYYY-MM-DD hh:mm:ss` in the zone of this machine. */
function localTime(date: Date): string {
  const two = (n: number): string => String(n).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** The database holds Latin-1 alone; netdrms 2.1. */
function latin1(text: string): string {
  return text.replace(/[^\u0020-\u007e\u00a0-\u00ff]/g, "?");
}
