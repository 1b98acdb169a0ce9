import { Client } from "pg";
import { type ConnectionPool, connectionPool } from "../../../netdrms/database/connection-pool.js";
import type { Database } from "../../../netdrms/database/database.js";
import { sql } from "../../../netdrms/database/sql.js";
import { SESSION_CONNECTIONS } from "../../../netdrms/session/archive-session.js";
import type { SessionFacts } from "../../../netdrms/session/session-row.js";
import { ARCHIVE_TEMPLATE } from "../../support/archive-database.js";
import { type TestDatabase, testDatabase } from "../../support/postgres.js";
import { withClient } from "../../support/test-databases.js";

/** What an archive of the tests has besides: a table to write to, and a session namespace for whoever runs them. */
export const TEST_TABLE = `
  INSERT INTO admin.sessionns VALUES (current_user, 'su_ex');
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
    template: ARCHIVE_TEMPLATE,
    setup: (url) => withClient(url, async (client) => void (await client.query(TEST_TABLE))),
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
