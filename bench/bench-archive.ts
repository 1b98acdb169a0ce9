import { chmod, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ConnectionPool, connectionPool, inTransaction } from "../netdrms/database/connection-pool.js";
import type { Sql } from "../netdrms/database/sql.js";
import { startLocalPostgres } from "../netdrms/postgres/local-server.js";
import { planSeries } from "../netdrms/schema/series-table.js";
import { setUpArchive } from "../netdrms/schema/setup.js";
import { defineSeries } from "../netdrms/series/define-series.js";
import { parseJsd } from "../netdrms/series/jsd-parse.js";
import type { Series } from "../netdrms/series/model.js";
import { readSeries } from "../netdrms/series/read-series.js";
import { seriesCatalog } from "../netdrms/series/series-cache.js";
import { spaceAsker } from "../netdrms/sums/partition-space.js";
import { addPartition } from "../netdrms/sums/partitions.js";

/** An archive on a PostgreSQL server of its own, for one bench. */
export interface BenchArchive {
  readonly url: string;
  /** What a program needs to find it. */
  readonly env: Readonly<Record<string, string>>;
  readonly pool: ConnectionPool;
  /** Makes a series of the namespace `su_ex` from the text of a definition. */
  makeSeries(jsd: string): Promise<Series>;
  /** Runs a statement of the bench, whatever it changes. */
  run(statement: Sql): Promise<void>;
  end(): Promise<void>;
}

const WRITE = { access: "write", statementTimeoutMs: 0 } as const;
const USER = "bench";

/** Starts a server in a temporary folder, without fsync, and sets up an archive in it. */
export async function benchArchive(): Promise<BenchArchive> {
  const root = await mkdtemp(join(tmpdir(), "heliostream-bench-"));
  await chmod(root, 0o755);
  const server = await startLocalPostgres({ folder: join(root, "pg"), fsync: false });
  try {
    const url = server.url("bench");
    const partition = join(root, "SUM0");
    await mkdir(partition);
    await setUpArchive(
      { drms: url, sums: url },
      {
        createDatabases: true,
        siteCode: 0x4002,
        users: [{ name: USER, namespace: "su_ex" }],
        guests: [],
        partitions: [],
      },
    );
    const pool = connectionPool({ url, maxConnections: 8 });
    await inTransaction(pool, WRITE, (sums) => addPartition(sums, partition, 0, spaceAsker()));
    return {
      url,
      env: { ...process.env, HELIOSTREAM_DRMS_URL: url } as Record<string, string>, // what is not set is not there
      pool,
      async makeSeries(jsd) {
        const { definition, placeOf } = parseJsd(jsd);
        return inTransaction(pool, WRITE, async (transaction) => {
          const origin = { owner: USER, created: "2026-01-01 00:00:00" };
          const catalog = seriesCatalog(transaction);
          const { series } = await defineSeries(definition, { ...origin, catalog }, placeOf);
          for (const { sql } of planSeries(series, USER)) await transaction.query(sql);
          return readSeries(transaction, definition.name);
        });
      },
      async run(statement) {
        await inTransaction(pool, WRITE, (transaction) => transaction.query(statement));
      },
      async end() {
        await pool.close();
        await server.stop();
        await rm(root, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await server.stop();
    await rm(root, { recursive: true, force: true });
    throw error;
  }
}
