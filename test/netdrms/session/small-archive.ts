import { Client } from "pg";
import { type ConnectionPool, connectionPool } from "../../../netdrms/database/connection-pool.js";
import type { Database } from "../../../netdrms/database/database.js";
import { sql } from "../../../netdrms/database/sql.js";
import { SESSION_CONNECTIONS } from "../../../netdrms/session/archive-session.js";
import type { SessionFacts } from "../../../netdrms/session/session-row.js";
import { type TestDatabase, testDatabase } from "../../support/postgres.js";
import { withClient } from "../../support/test-databases.js";

/** As much of an archive as sessions need: a namespace with its table of sessions (netdrms 2.2, 2.3), and a table to write to. */
export const SMALL_ARCHIVE = `
  CREATE SCHEMA admin;
  CREATE TABLE admin.ns (name text NOT NULL, nsgroup text NOT NULL, owner text NOT NULL);
  CREATE TABLE admin.sessionns (username text NOT NULL, sessionns text NOT NULL);
  CREATE SCHEMA su_ex;
  INSERT INTO admin.ns VALUES ('su_ex', 'user', current_user), ('public', 'sys', current_user);
  INSERT INTO admin.sessionns VALUES (current_user, 'su_ex');
  CREATE TABLE su_ex.drms_session (
    sessionid int8 NOT NULL, hostname text, port int4, pid int4, sunum int8, sudir text, username text,
    starttime text, lastcontact text, endtime text, clients int4, status text, sums_thread_status text,
    jsoc_version text, PRIMARY KEY (sessionid));
  CREATE SEQUENCE su_ex.drms_sessionid_seq;
  CREATE TABLE su_ex.t (n int8 PRIMARY KEY, word text);`;

/** An archive for one test file. */
export interface SmallArchive {
  readonly database: TestDatabase;
  readonly pool: ConnectionPool;
  /** Rows that somebody outside of every session sees. */
  outside(sql: string): Promise<readonly Record<string, unknown>[]>;
  drop(): Promise<void>;
}

export async function smallArchive(): Promise<SmallArchive> {
  const database = await testDatabase({
    setup: (url) => withClient(url, async (client) => void (await client.query(SMALL_ARCHIVE))),
  });
  const pool = connectionPool({ url: database.url, maxConnections: 2 * SESSION_CONNECTIONS });
  const client = new Client({ connectionString: database.url });
  client.on("error", () => {}); // the server goes before the connection does
  await client.connect();
  return {
    database,
    pool,
    outside: async (text) => (await client.query<Record<string, unknown>>(text)).rows,
    async drop() {
      await client.end();
      await pool.close();
      await database.drop();
    },
  };
}

export const FACTS: SessionFacts = {
  hostName: "host.example",
  pid: 4711,
  port: 0,
  userName: "ex",
  startedAt: new Date(2026, 0, 2, 3, 4, 5),
  softwareVersion: "1.2.3(10203)",
};

/** The numbers in the table of the archive, as this database handle sees them. */
export async function numbersIn(database: Database): Promise<readonly unknown[]> {
  return (await database.query(sql`SELECT n FROM su_ex.t ORDER BY n`)).map(({ n }) => n);
}
