import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ConnectionPool, connectionPool } from "../../../netdrms/database/connection-pool.js";
import type { Row } from "../../../netdrms/database/database.js";
import { name, param, type Sql, sql } from "../../../netdrms/database/sql.js";
import type { PartitionSpace } from "../../../netdrms/sums/partition-space.js";
import { changeSums } from "../../../netdrms/sums/sums-transaction.js";
import { ARCHIVE_TEMPLATE } from "../../support/archive-database.js";
import { type TestDatabase, testDatabase } from "../../support/postgres.js";
import { withClient } from "../../support/test-databases.js";

/** First SUNUM of the site: code 0x4000 is 2^14, and 48 bits follow; netdrms 3.2. */
export const FIRST_SUNUM = 2n ** 62n;

/** The day that `now()` is in `days` days, to the minute, in the words of the database. */
export function dateIn(days: number): Sql {
  return sql`to_char(now() + make_interval(days => ${param(days, "int4")}), 'YYYYMMDDHH24MI')`;
}

/** A unit that is there from the beginning. */
export interface GivenUnit {
  readonly sunum: bigint;
  readonly series?: string;
  /** Days from now; missing: already past. `undated`: NULL. */
  readonly expiresIn?: number | "undated" | "given up";
  /** State code of netdrms 3.5; missing: 2. */
  readonly status?: number;
  readonly partition?: string;
  readonly online?: string;
  readonly archived?: string;
  /** Files by path in the unit. */
  readonly files?: Readonly<Record<string, string>>;
  /** As in the tables; missing: 1000. */
  readonly bytes?: bigint;
  /** Whether the folder is left out. */
  readonly missing?: boolean;
}

/** A site with a database and real folders. */
export interface SumsSite {
  readonly database: TestDatabase;
  readonly pool: ConnectionPool;
  /** Folders, `…/SUM0` and `…/SUM1`, both in set 0. */
  readonly partitions: readonly [string, string];
  /** What was told to the log. */
  readonly lines: string[];
  readonly log: (line: string) => void;
  /** Room enough everywhere. */
  readonly askSpace: () => Promise<PartitionSpace>;
  query(statement: Sql): Promise<readonly Row[]>;
  /** Adds a unit as the original would leave it. Gives its folder. */
  give(unit: GivenUnit): Promise<string>;
  /** Empties the tables and the partitions. Sequences go on: connections keep numbers of theirs. */
  clear(): Promise<void>;
  /** Names in a partition, sorted. */
  names(partition: string): Promise<readonly string[]>;
  end(): Promise<void>;
}

/** A new site. */
export async function sumsSite(): Promise<SumsSite> {
  const database = await testDatabase({ template: ARCHIVE_TEMPLATE });
  await withClient(database.url, async (client) => {
    // Those that wait for each other in a circle are told soon.
    await client.query(
      `ALTER DATABASE ${client.escapeIdentifier(database.name)} SET deadlock_timeout = '20ms'`,
    );
  });
  const root = await mkdtemp(join(tmpdir(), "sums-"));
  await chmod(root, 0o755);
  const partitions = [join(root, "SUM0"), join(root, "SUM1")] as const;
  const pool = connectionPool({ url: database.url, maxConnections: 8 });
  const lines: string[] = [];
  const query = (statement: Sql) => changeSums(pool, (sums) => sums.query(statement));
  const clear = async (): Promise<void> => {
    lines.length = 0;
    await changeSums(pool, async (sums) => {
      // Faster than TRUNCATE for a few rows.
      for (const table of ["sum_main", "sum_partn_alloc", "sum_partn_avail", "sum_open", "sum_arch_group"])
        await sums.query(sql`DELETE FROM ${name("public", table)}`);
      for (const partition of partitions)
        await sums.query(
          sql`INSERT INTO public.sum_partn_avail VALUES (${param(partition, "text")}, 0, 0, 0, 0)`,
        );
    });
    for (const partition of partitions) {
      await rm(partition, { recursive: true, force: true });
      await mkdir(partition);
    }
  };
  await clear();
  return {
    database,
    pool,
    partitions,
    lines,
    log: (line) => void lines.push(line),
    askSpace: async () => ({ usedBytes: 1e9, freeBytes: 1e12 }),
    query,
    async give(unit) {
      const folder = join(unit.partition ?? partitions[0], `D${unit.sunum}`);
      if (unit.missing !== true) await fill(folder, unit.files ?? { "S00000/image.fits": "SIMPLE" });
      await changeSums(pool, async (sums) => {
        await sums.query(mainRow(unit, folder));
        await sums.query(allocRow(unit, folder));
      });
      return folder;
    },
    clear,
    names: async (partition) => (await readdir(partition)).sort(),
    async end() {
      await pool.close();
      await database.drop();
      await rm(root, { recursive: true, force: true });
    },
  };
}

async function fill(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(folder);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(folder, name, ".."), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

function mainRow(unit: GivenUnit, folder: string): Sql {
  const { sunum, series = "su_ex.mag45", online = "Y", archived = "N", bytes = 1000n } = unit;
  return sql`
    INSERT INTO public.sum_main (online_loc, online_status, archive_status, owning_series, bytes, ds_index, create_sumid, creat_date)
    VALUES (${param(folder, "text")}, ${param(online, "text")}, ${param(archived, "text")}, ${param(series, "text")},
            ${param(bytes, "int8")}, ${param(sunum, "int8")}, 2, localtimestamp)`;
}

function allocRow({ sunum, expiresIn = -1, status = 2, bytes = 1000n }: GivenUnit, folder: string): Sql {
  const date = expiresIn === "undated" ? sql`NULL` : expiresIn === "given up" ? sql`'0'` : dateIn(expiresIn);
  return sql`
    INSERT INTO public.sum_partn_alloc (wd, sumid, status, bytes, effective_date, archive_substatus, group_id, ds_index, safe_id)
    VALUES (${param(folder, "text")}, 2, ${param(status, "int4")}, ${param(bytes, "int8")}, ${date}, 32, 0, ${param(sunum, "int8")}, 0)`;
}

/** Runs `work` as a user who may do little; root may do everything. */
export async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return work();
  process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}
