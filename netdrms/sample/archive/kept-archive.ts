import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { DasError, isDasError } from "../../../errors/das-error.js";
import { type ConnectionPool, connectionPool, inTransaction } from "../../database/connection-pool.js";
import { name, param, type Sql, sql } from "../../database/sql.js";
import { withUser } from "../../postgres/database-url.js";
import { type LocalPostgres, startLocalPostgres } from "../../postgres/local-server.js";
import { makeFolders } from "../../postgres/make-folders.js";
import { runStatements } from "../../schema/run-statements.js";
import { removeFolder } from "../../sums/set-aside.js";
import { sampleFingerprint } from "./fingerprint.js";
import { makeSampleArchive, type SampleArchiveOptions } from "./make-archive.js";
import { FULL_PLAN, type ObservingPlan } from "./observing-plan.js";
import { partitionName } from "./sample-folder.js";

/** Where the sample archive is kept, and what it is to be. */
export interface KeptArchiveOptions
  extends Pick<SampleArchiveOptions, "images" | "progress" | "log" | "signal"> {
  /** See `chooseSampleFolder`. */
  readonly folder: string;
  /** Missing: the full one. */
  readonly plan?: ObservingPlan;
  /** Told when another process makes the archive, which has to be waited for. */
  readonly waiting?: () => void;
}

/** A sample archive that is there, and its server, which runs. */
export interface KeptArchive {
  /** Address of records and storage units for a user, `SAMPLE_READER` for one. */
  url(user: string): string;
  /** As the user who may do everything. */
  readonly adminUrl: string;
  /** Folder of the storage units. */
  readonly partition: string;
  /** Whether it was made just now. */
  readonly wasMade: boolean;
  /** Ends the server, if it was started here. */
  stop(): Promise<void>;
}

/** Every start waits for the one that has this number: letters of `sample`, as good as any. */
const LOCK = 0x5341_4d50;
/** The archive that is being made; at the end it gets its name, in one step. */
const COMING = "sample_coming";
const PREFIX = "sample_";
/** How often a server that others have started may go before it can be used. */
const ATTEMPTS = 5;
const UNLIMITED = { access: "write", statementTimeoutMs: 0 } as const;
/** SQLSTATE of a database that somebody is connected to. */
const IN_USE = "55006";

/**
 * Starts the server in the folder and opens the sample archive in it, which is made first unless one of the same fingerprint is there. One that was
 * cut off, or is of another version and used by nobody, is removed. Several processes may do so at once: one makes the archive, the
 * others wait.
 *
 * Errors: those of `startLocalPostgres` and `makeSampleArchive`; then the server is ended.
 */
export async function openSampleArchive(options: KeptArchiveOptions): Promise<KeptArchive> {
  for (let attempt = 1; ; attempt++) {
    const server = await startServer(options.folder);
    try {
      return await openIn(server, options);
    } catch (error) {
      await server.stop();
      // The process that had started the server ended: the next one is ours, or that of another.
      if (server.origin !== "joined" || attempt === ATTEMPTS || !isDasError(error, "ARCHIVE_AWAY"))
        throw error;
    }
  }
}

async function startServer(folder: string): Promise<LocalPostgres> {
  // The server may run as another user, who has to get through.
  await makeFolders(folder, 0o755).catch((cause: unknown) => {
    throw new DasError("BAD_CONFIG", "the folder for the sample archive cannot be made", { folder }, cause);
  });
  return startLocalPostgres({ folder: join(folder, "server") });
}

async function openIn(server: LocalPostgres, options: KeptArchiveOptions): Promise<KeptArchive> {
  const { folder, plan = FULL_PLAN } = options;
  const fingerprint = await sampleFingerprint(plan, folder);
  const partition = join(folder, partitionName(fingerprint));
  const database = PREFIX + fingerprint;
  const wasMade = await whileLocked(server, options, async (pool) => {
    const present = await presentArchives(pool);
    if (present.some((one) => one.database === database) && (await isFolder(partition))) return false;
    await removeStale(server, folder, present, database);
    await makeAs(server, database, { ...options, plan, partition });
    return true;
  });
  const adminUrl = server.url(database);
  return {
    url: (user) => withUser(adminUrl, user),
    adminUrl,
    partition,
    wasMade,
    stop: () => server.stop(),
  };
}

/** Runs `work` while no other process does. A lock goes with its connection, also with that of a process that is killed. */
async function whileLocked<T>(
  { adminUrl }: LocalPostgres,
  { signal, waiting }: KeptArchiveOptions,
  work: (pool: ConnectionPool) => Promise<T>,
): Promise<T> {
  const pool = connectionPool({ url: adminUrl, maxConnections: 2 });
  const holder = await pool.begin({ ...UNLIMITED, ...(signal === undefined ? {} : { signal }) });
  try {
    const key = param(LOCK, "int4");
    const [row] = await holder.query(sql`SELECT pg_try_advisory_xact_lock(${key}) AS taken`);
    if (row?.taken !== true) {
      waiting?.();
      await holder.query(sql`SELECT pg_advisory_xact_lock(${key})`);
    }
    return await work(pool);
  } finally {
    await holder.rollback();
    await pool.close();
  }
}

interface PresentArchive {
  readonly database: string;
  /** Whether somebody is connected to it. */
  readonly isUsed: boolean;
}

/** The sample archives of a server, in a transaction that sees what was done before the lock was there. */
function presentArchives(pool: ConnectionPool): Promise<readonly PresentArchive[]> {
  return inTransaction(pool, { ...UNLIMITED, access: "read" }, async (database) => {
    const rows = await database.query(sql`
      SELECT datname::text AS name, EXISTS (SELECT FROM pg_stat_activity a WHERE a.datid = d.oid) AS used
        FROM pg_database d ORDER BY datname`);
    return rows.flatMap(({ name: found, used }) =>
      typeof found === "string" && found.startsWith(PREFIX)
        ? [{ database: found, isUsed: used === true }]
        : [],
    );
  });
}

/**
 * Removes archives of other versions, those that are in use excepted, and whatever was left half made.
 * @param wanted the one that is to be made; if it is there it has no files
 */
async function removeStale(
  server: LocalPostgres,
  folder: string,
  present: readonly PresentArchive[],
  wanted: string,
): Promise<void> {
  const kept = new Set<string>();
  for (const { database, isUsed } of present)
    if (database === COMING || database === wanted)
      await onServer(server, `${database} goes`, sql`DROP DATABASE ${name(database)} WITH (FORCE)`);
    else if (isUsed || !(await isDropped(server, database)))
      kept.add(partitionName(database.slice(PREFIX.length)));
  for (const entry of await readdir(folder))
    if (/^SUM[0-9a-f]+$/.test(entry) && !kept.has(entry)) await removeFolder(join(folder, entry));
}

/** `false`: somebody connected to it meanwhile. */
async function isDropped(server: LocalPostgres, database: string): Promise<boolean> {
  try {
    await onServer(server, `${database} goes`, sql`DROP DATABASE ${name(database)}`);
    return true;
  } catch (error) {
    if (error instanceof DasError && error.where.sqlState === IN_USE) return false;
    throw error;
  }
}

/** The database gets its name when it is whole: a making that was cut off is never taken for an archive. */
async function makeAs(
  server: LocalPostgres,
  database: string,
  options: Omit<SampleArchiveOptions, "url">,
): Promise<void> {
  await makeSampleArchive({ ...options, url: server.url(COMING) });
  await onServer(
    server,
    "the sample archive is whole",
    sql`ALTER DATABASE ${name(COMING)} RENAME TO ${name(database)}`,
  );
}

/** Databases are made and removed outside of transactions. */
function onServer({ adminUrl }: LocalPostgres, description: string, statement: Sql): Promise<void> {
  return runStatements([{ place: "drms-server", description, sql: statement }], {
    drms: adminUrl,
    sums: adminUrl,
  });
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() === true;
}
