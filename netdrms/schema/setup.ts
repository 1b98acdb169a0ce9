import { stat } from "node:fs/promises";
import { DasError, isDasError } from "../../errors/das-error.js";
import { type ConnectionPool, connectionPool, inTransaction } from "../database/connection-pool.js";
import type { Database } from "../database/database.js";
import { param, sql } from "../database/sql.js";
import { databaseOf, withDatabase } from "../postgres/database-url.js";
import { givenPostgres } from "../postgres/local-server.js";
import { OLDEST_MAJOR } from "../postgres/server-programs.js";
import { planSetup } from "./plan-setup.js";
import { readSetupState, type StateSources } from "./read-state.js";
import { type ArchiveUrls, runStatements, urlOf } from "./run-statements.js";
import type { Place, Statement } from "./schema-object.js";
import { checkWanted, type WantedArchive } from "./wanted.js";

/** What an archive is to have; its servers and the names of its databases are in the URLs. */
export type SetupOptions = Omit<WantedArchive, "drmsDatabase" | "sumsDatabase" | "oneServer" | "serverMajor">;

const STATE_LIMIT_MS = 60_000;

/**
 * What is missing for an archive to have all that is wanted; changes nothing. Nothing is missing after the plan has been run.
 * Source: netdrms 2.1 to 2.9, 3.1, 3.2.
 *
 * Errors: BAD_PARAMETER for what cannot be wanted, see {@link planSetup}, and for a partition that is no folder here;
 * ARCHIVE_AWAY where a server does not answer or is older than PostgreSQL 13, or a database is not there and none is to be made.
 */
export async function planArchive(urls: ArchiveUrls, options: SetupOptions): Promise<readonly Statement[]> {
  const names = { drmsDatabase: databaseOf(urls.drms), sumsDatabase: databaseOf(urls.sums) };
  const servers = new Set([withDatabase(urls.drms, "any"), withDatabase(urls.sums, "any")]);
  const oneServer = servers.size === 1;
  checkWanted({ ...options, ...names, oneServer, serverMajor: OLDEST_MAJOR });
  const majors = await Promise.all([...servers].map(async (url) => (await givenPostgres(url)).major));
  const wanted: WantedArchive = { ...options, ...names, oneServer, serverMajor: Math.min(...majors) };
  for (const { path } of wanted.partitions) await expectFolder(path);
  return withSources(urls, wanted, async (sources) =>
    planSetup(await readSetupState(sources, wanted), wanted),
  );
}

/**
 * Makes what is missing for an archive to have all that is wanted.
 * @returns what was run; empty where nothing was missing
 * Errors: those of {@link planArchive} and of {@link runStatements}.
 */
export async function setUpArchive(urls: ArchiveUrls, options: SetupOptions): Promise<readonly Statement[]> {
  if ((await planArchive(urls, options)).length === 0) return [];
  return inTurn(urls, async () => {
    const plan = await planArchive(urls, options);
    await runStatements(plan, urls);
    return plan;
  });
}

/** A lock of the database `postgres`, which every server has: "setup". */
const SETUP_LOCK = 0x7365747570n;
/** Another set-up may wait for its disk. */
const TURN_LIMIT_MS = 600_000;

/** One set-up of a server after the other: two at once would both make what is missing. */
async function inTurn<T>(urls: ArchiveUrls, work: () => Promise<T>): Promise<T> {
  const pool = connectionPool({ url: urlOf("drms-server", urls), maxConnections: 1 });
  try {
    return await inTransaction(
      pool,
      { access: "read", statementTimeoutMs: TURN_LIMIT_MS },
      async (database) => {
        await database.query(sql`SELECT pg_advisory_xact_lock(${param(SETUP_LOCK, "int8")}),
          set_config('idle_in_transaction_session_timeout', '0', true)`);
        return work();
      },
    );
  } finally {
    await pool.close();
  }
}

async function expectFolder(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() !== true)
    throw new DasError("BAD_PARAMETER", `partition ${path}, expected a folder that is there`);
}

/** Opens a transaction for reading in every place that is there. */
async function withSources<T>(
  urls: ArchiveUrls,
  wanted: WantedArchive,
  work: (sources: StateSources) => Promise<T>,
): Promise<T> {
  const places: readonly Place[] = [
    "drms-server",
    ...(wanted.oneServer ? [] : (["sums-server"] as const)),
    "drms",
    "sums",
  ];
  const open = async (rest: readonly Place[], sources: StateSources): Promise<T> => {
    const [place, ...others] = rest;
    if (place === undefined) return work(sources);
    return withReading(urlOf(place, urls), wanted.createDatabases, (database) =>
      open(others, database === undefined ? sources : { ...sources, [place]: database }),
    );
  };
  return open(places, {});
}

/**
 * @param mayBeMissing gives `undefined` for a database that is not there, else that is an error
 * Errors: ARCHIVE_AWAY.
 */
async function withReading<T>(
  url: string,
  mayBeMissing: boolean,
  work: (database: Database | undefined) => Promise<T>,
): Promise<T> {
  const pool = connectionPool({ url, maxConnections: 1 });
  try {
    if (!(await isThere(pool))) {
      if (mayBeMissing) return await work(undefined);
      throw new DasError(
        "ARCHIVE_AWAY",
        `there is no database ${databaseOf(url)}, expected one that is there, or that databases are to be made`,
      );
    }
    return await inTransaction(pool, { access: "read", statementTimeoutMs: STATE_LIMIT_MS }, work);
  } finally {
    await pool.close();
  }
}

/** SQLSTATE of a database that does not exist. */
const NO_DATABASE = "3D000";

async function isThere(pool: ConnectionPool): Promise<boolean> {
  try {
    const transaction = await pool.begin({ access: "read", statementTimeoutMs: STATE_LIMIT_MS });
    await transaction.rollback();
    return true;
  } catch (error) {
    if (isDasError(error, "ARCHIVE_AWAY") && error.where.sqlState === NO_DATABASE) return false;
    throw error;
  }
}
