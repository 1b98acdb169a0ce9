import { chmod, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type ConnectionPool,
  connectionPool,
  inTransaction,
} from "../../netdrms/database/connection-pool.js";
import type { Database } from "../../netdrms/database/database.js";
import { planSeries } from "../../netdrms/schema/series-table.js";
import { setUpArchive } from "../../netdrms/schema/setup.js";
import { planShadow } from "../../netdrms/schema/shadow-table.js";
import { defineSeries } from "../../netdrms/series/define-series.js";
import { parseJsd } from "../../netdrms/series/jsd-parse.js";
import type { Series } from "../../netdrms/series/model.js";
import { readSeries } from "../../netdrms/series/read-series.js";
import { seriesCatalog } from "../../netdrms/series/series-cache.js";
import { SESSION_CONNECTIONS } from "../../netdrms/session/archive-session.js";
import { openDirectSession } from "../../netdrms/session/direct-session.js";
import type { Session, WriteAccess } from "../../netdrms/session/session.js";
import { addPartition } from "../../netdrms/sums/partitions.js";
import type { SessionOptions } from "../../netdrms/sums/session.js";
import { type TestDatabase, testDatabase } from "./postgres.js";
import { withClient } from "./test-databases.js";

/** First SUNUM of the site that {@link writtenArchive} makes, whose code is 0x4001; netdrms 3.2. */
export const FIRST_SUNUM = 0x4001n << 48n;

/** An archive that is set up as a new site is, with one partition and the namespace `su_ex` of the test's own user. */
export interface WrittenArchive {
  readonly database: TestDatabase;
  readonly pool: ConnectionPool;
  /** Folder of storage units. */
  readonly partition: string;
  /** For sessions. */
  readonly storage: SessionOptions;
  /** What was told to the log of storage units. */
  readonly lines: string[];
  /** Makes a series from the text of a definition, and gives it as readers see it. */
  makeSeries(jsd: string): Promise<Series>;
  /** A session that writes; whoever opens it ends it. */
  session(): Promise<Session>;
  /** Runs `work` in a session that is kept if `work` returns. */
  writing<T>(work: (write: WriteAccess) => Promise<T>): Promise<T>;
  reading<T>(work: (database: Database) => Promise<T>): Promise<T>;
  /** Rows that somebody outside of every session sees. */
  rows(sql: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
  /** Names in the partition, sorted. */
  unitFolders(): Promise<readonly string[]>;
  end(): Promise<void>;
}

/** Room enough. */
const askSpace = async () => ({ usedBytes: 1e9, freeBytes: 1e12 });

/** A new archive, for one test file. */
export async function writtenArchive(): Promise<WrittenArchive> {
  const root = await mkdtemp(join(tmpdir(), "heliostream-archive-"));
  await chmod(root, 0o755);
  const partition = join(root, "SUM0");
  await mkdir(partition);
  const database = await testDatabase({ template: { name: "written", make: setUp } });
  const pool = connectionPool({ url: database.url, maxConnections: 4 * SESSION_CONNECTIONS });
  await inTransaction(pool, { access: "write", statementTimeoutMs: 30_000 }, (sums) =>
    addPartition(sums, partition, 0, askSpace),
  );
  const lines: string[] = [];
  const log = (line: string): void => void lines.push(line);
  const storage: SessionOptions = { pool, log, askSpace, user: "tester", durable: false };
  const session = (): Promise<Session> =>
    openDirectSession({
      pool,
      storage,
      writes: true,
      statementTimeoutMs: 30_000,
      facts: {
        hostName: "host.example",
        pid: process.pid,
        port: 0,
        userName: "tester",
        startedAt: new Date(2026, 0, 2, 3, 4, 5),
        softwareVersion: "1.2.3(10203)",
      },
    });
  const reading = <T>(work: (database: Database) => Promise<T>): Promise<T> =>
    inTransaction(pool, { access: "read", statementTimeoutMs: 30_000 }, work);
  return {
    database,
    pool,
    partition,
    storage,
    lines,
    async makeSeries(jsd) {
      const { definition, placeOf } = parseJsd(jsd);
      await inTransaction(pool, { access: "write", statementTimeoutMs: 30_000 }, async (transaction) => {
        const [user] = await transaction.query({ kind: "sql", parts: ["SELECT current_user::text AS name"] });
        const origin = { owner: String(user?.name), created: "2026-01-02 03:04:05" };
        const catalog = seriesCatalog(transaction);
        const { series } = await defineSeries(definition, { ...origin, catalog }, placeOf);
        const shadow = definition.createShadow ? planShadow(series, origin.owner) : [];
        for (const { sql } of [...planSeries(series, origin.owner), ...shadow]) await transaction.query(sql);
      });
      return reading((transaction) => readSeries(transaction, definition.name));
    },
    session,
    async writing(work) {
      const opened = await session();
      let isDone = false;
      try {
        const result = await work(await opened.forWriting());
        isDone = true;
        return result;
      } finally {
        await opened.end(isDone ? "finished" : "aborted");
      }
    },
    reading,
    rows: (sql, values = []) =>
      withClient(
        database.url,
        async (client) => (await client.query<Record<string, unknown>>(sql, [...values])).rows,
      ),
    unitFolders: async () => (await readdir(partition)).sort(),
    async end() {
      await pool.close();
      await database.drop();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** Roles belong to the whole server, where another test file may be making the same ones; what is there then is left alone. */
const ATTEMPTS = 10;

async function setUp(url: string): Promise<void> {
  const user = await withClient(
    url,
    async (client) => (await client.query<{ name: string }>("SELECT current_user AS name")).rows[0]!.name,
  );
  for (let attempt = 1; ; attempt++)
    try {
      await setUpArchive(
        { drms: url, sums: url },
        {
          createDatabases: false,
          siteCode: 0x4001,
          users: [{ name: user, namespace: "su_ex" }],
          guests: [],
          partitions: [],
        },
      );
      return;
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
}
