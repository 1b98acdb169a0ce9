import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ConnectionPool, connectionPool } from "../../../netdrms/database/connection-pool.js";
import type { Row } from "../../../netdrms/database/database.js";
import { name, param, type Sql, sql } from "../../../netdrms/database/sql.js";
import type { PartitionSpace } from "../../../netdrms/sums/partition-space.js";
import { changeSums } from "../../../netdrms/sums/sums-transaction.js";
import { type TestDatabase, testDatabase } from "../../support/postgres.js";
import { withClient } from "../../support/test-databases.js";

/** The tables of netdrms 3.1, as the specification writes them, for site 3. */
const TABLES = `
  CREATE TABLE sum_main (
    online_loc varchar(80) NOT NULL, online_status varchar(5), archive_status varchar(5), offsite_ack varchar(5),
    history_comment varchar(80), owning_series varchar(80), storage_group integer, storage_set integer, bytes bigint,
    ds_index bigint PRIMARY KEY, create_sumid bigint NOT NULL, creat_date timestamp(0), access_date timestamp(0),
    username varchar(32), arch_tape varchar(20), arch_tape_pos varchar(15), arch_tape_fn integer,
    arch_tape_date timestamp(0), warnings varchar(260), status integer, safe_tape varchar(20), safe_tape_pos varchar(15),
    safe_tape_fn integer, safe_tape_date timestamp(0));
  CREATE INDEX sum_main_ds_index_idx ON sum_main (ds_index);
  CREATE INDEX sum_main_owner_idx ON sum_main (owning_series);
  CREATE TABLE sum_open (sumid bigint PRIMARY KEY, open_date timestamp(0));
  CREATE TABLE sum_partn_alloc (
    wd varchar(80) NOT NULL, sumid bigint NOT NULL, status integer NOT NULL, bytes bigint, effective_date varchar(20),
    archive_substatus integer, group_id integer, ds_index bigint NOT NULL, safe_id integer);
  CREATE INDEX ON sum_partn_alloc (ds_index);
  CREATE INDEX ON sum_partn_alloc (effective_date);
  CREATE INDEX ON sum_partn_alloc (sumid);
  CREATE INDEX ON sum_partn_alloc (wd);
  CREATE TABLE sum_partn_avail (
    partn_name varchar(80) PRIMARY KEY, total_bytes bigint NOT NULL, avail_bytes bigint NOT NULL,
    pds_set_num integer NOT NULL, pds_set_prime integer NOT NULL DEFAULT 0);
  CREATE TABLE sum_arch_group (
    group_id integer PRIMARY KEY, cadence_days integer, sec1970_start bigint, date_arch_start timestamp(0),
    name varchar(96), sum_set integer);
  CREATE SEQUENCE sum_seq START 2 CACHE 50;
  CREATE SEQUENCE sum_ds_index_seq START 1 CACHE 50;
  ALTER SEQUENCE sum_ds_index_seq MINVALUE 844424930131968 MAXVALUE 1125899906842623
        START 844424930131968 RESTART 844424930131968;`;

/** First SUNUM of site 3; netdrms 3.2. */
export const FIRST_SUNUM = 844424930131968n;

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
  const database = await testDatabase({
    template: {
      name: "sums",
      make: (url) => withClient(url, async (client) => void (await client.query(TABLES))),
    },
  });
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
  const addPartitions = async (): Promise<void> => {
    for (const partition of partitions) {
      await mkdir(partition);
      await query(sql`INSERT INTO public.sum_partn_avail VALUES (${param(partition, "text")}, 0, 0, 0, 0)`);
    }
  };
  await addPartitions();
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
      await query(mainRow(unit, folder));
      await query(allocRow(unit, folder));
      return folder;
    },
    async clear() {
      lines.length = 0;
      // Faster than TRUNCATE for a few rows.
      for (const table of ["sum_main", "sum_partn_alloc", "sum_partn_avail", "sum_open", "sum_arch_group"])
        await query(sql`DELETE FROM ${name("public", table)}`);
      for (const partition of partitions) await rm(partition, { recursive: true });
      await addPartitions();
    },
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
