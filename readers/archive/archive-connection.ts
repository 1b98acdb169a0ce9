import { type ArchiveSettings, archiveSettings, databaseUrl } from "../../config/archive-settings.js";
import { DasError } from "../../errors/das-error.js";
import { type ConnectionPool, connectionPool } from "../../netdrms/database/connection-pool.js";
import type { Database } from "../../netdrms/database/database.js";
import type { ModuleValues } from "../../netdrms/module/declaration.js";
import { moduleDatabaseUrl } from "../../netdrms/module/module-database-url.js";
import { printingReads } from "../../netdrms/module/printed-sql.js";
import type { STANDARD_ARGUMENTS } from "../../netdrms/module/standard-arguments.js";
import type { UnitAccess } from "../../netdrms/segments/held-records.js";
import { SeriesCache, type SeriesCatalog, seriesCatalog } from "../../netdrms/series/series-cache.js";
import { openClientSession } from "../../netdrms/session/client-session.js";
import { serverOfEnvironment } from "../../netdrms/session/server-address.js";
import { readSums } from "../../netdrms/sums/sums-transaction.js";
import { ownSiteCode } from "../../netdrms/sums/sunum.js";
import type { ProgramContext } from "../../stream/program.js";
import { Seats } from "./seats.js";

/** The archive as one reader has it. */
export interface ReaderArchive {
  /** One snapshot from begin to end. */
  readonly database: Database;
  readonly catalog: SeriesCatalog;
  readonly settings: ArchiveSettings;
  /** What files of storage units are read with. Errors: those of `Database`. */
  units(): Promise<UnitAccess>;
  /** Gives all connections back; never fails. */
  close(): Promise<void>;
}

type StandardValues = ModuleValues<typeof STANDARD_ARGUMENTS>;

/** What all readers of this process share of one database. */
interface SharedDatabase {
  readonly pool: ConnectionPool;
  readonly seats: Seats;
  readonly series: SeriesCache;
  siteCode?: number;
}

/** What is done with storage units. */
export type UnitUse = "none" | "found" | "opened";

/** A reader of files has a transaction for records, and at times one that holds units and one that finds them. */
const UNIT_CONNECTIONS: Readonly<Record<UnitUse, number>> = { none: 0, found: 1, opened: 2 };
const MOST_AT_ONCE = 1 + UNIT_CONNECTIONS.opened;

/** By URL, for the life of the process; a pool closes idle connections by itself and does not keep a process from its end. */
const shared = new Map<string, SharedDatabase>();

/**
 * Opens the archive for a reader: the database of the settings in the environment or of the arguments, or the session server that
 * `DRMSSESSION` names.
 *
 * @param program name of the reader
 * @param use what {@link ReaderArchive.units} will be used for; `true`: files are opened
 * Errors: BAD_CONFIG where no archive is set up; USAGE, OVERLOADED, and those of `Database`.
 * Source: netdrms 7.3, 7.4.
 */
export async function openArchive(
  program: string,
  context: ProgramContext,
  standard: StandardValues,
  use: boolean | UnitUse,
): Promise<ReaderArchive> {
  const unitConnections = UNIT_CONNECTIONS[use === true ? "opened" : use === false ? "none" : use];
  const settings = archiveSettings(context.env);
  const url = seriesUrl(standard, settings);
  const sumsUrl = settings.sumsUrl === undefined ? url : (databaseUrl(settings, "sums") ?? url);
  const drms = sharedDatabase(url, settings);
  const sums = sharedDatabase(sumsUrl, settings);
  const isOne = drms === sums;
  const leave = await takeSeats(
    [
      [drms.seats, isOne ? 1 + unitConnections : 1],
      ...(unitConnections > 0 && !isOne ? [[sums.seats, unitConnections] as const] : []),
    ],
    context.signal,
  );
  try {
    const session = await openSession(program, context, standard, settings, drms);
    const database = standard.DRMS_PRINT_SQL
      ? printingReads(session.database, async (text) => context.log(text))
      : session.database;
    return {
      database,
      catalog: seriesCatalog(session.database, session.series),
      settings,
      async units() {
        sums.siteCode ??= await readSums(sums.pool, ownSiteCode);
        return { sums: sums.pool, siteCode: sums.siteCode, log: context.log, signal: context.signal };
      },
      async close() {
        await session.end();
        leave();
      },
    };
  } catch (error) {
    leave();
    throw error;
  }
}

/**
 * The URL of the database of series that a reader with these arguments uses.
 * Errors: BAD_CONFIG where no archive is set up.
 */
export function seriesUrl(standard: StandardValues, settings: ArchiveSettings): string {
  const configured = databaseUrl(settings, "drms");
  const isNamed = standard.JSOC_DBHOST !== undefined || standard.JSOC_DBNAME !== undefined;
  if (configured === undefined && !isNamed)
    throw new DasError("BAD_CONFIG", "this server has no archive of series: DRMS_URL is not set");
  return moduleDatabaseUrl(standard, configured);
}

function sharedDatabase(url: string, { drmsMaxConnections }: ArchiveSettings): SharedDatabase {
  const known = shared.get(url);
  if (known !== undefined) return known;
  const maxConnections = Math.max(MOST_AT_ONCE, drmsMaxConnections);
  const made = {
    pool: connectionPool({ url, maxConnections }),
    seats: new Seats(maxConnections),
    series: new SeriesCache(),
  };
  shared.set(url, made);
  return made;
}

/** Seats of several databases, in one order everywhere. */
async function takeSeats(
  wanted: readonly (readonly [Seats, number])[],
  signal: AbortSignal,
): Promise<() => void> {
  const taken: (() => void)[] = [];
  const leave = (): void => {
    for (const one of taken) one();
  };
  try {
    for (const [seats, count] of wanted) taken.push(await seats.take(count, signal));
    return leave;
  } catch (error) {
    leave();
    throw error;
  }
}

async function openSession(
  program: string,
  context: ProgramContext,
  standard: StandardValues,
  settings: ArchiveSettings,
  { pool, series }: SharedDatabase,
): Promise<{ readonly database: Database; readonly series: SeriesCache; end(): Promise<void> }> {
  const statementTimeoutMs = standard.DRMS_DBTIMEOUT ?? settings.drmsStatementTimeout * 1000;
  const { signal } = context;
  const address = serverOfEnvironment(context.env);
  if (address === undefined) {
    const transaction = await pool.begin({ access: "read", statementTimeoutMs, signal });
    return { database: transaction, series, end: () => transaction.rollback() };
  }
  const session = await openClientSession({
    address,
    program,
    pid: process.pid,
    writes: false,
    statementTimeoutMs,
    signal,
  });
  return {
    database: session.database,
    // What the session has made may be taken back: nobody else is to see it.
    series: new SeriesCache(),
    // Whoever owns the session decides what becomes of it; a reader has nothing to take back.
    end: () => session.end("finished").catch(() => undefined),
  };
}
