import { archiveEnvironment } from "../../config/archive-settings.js";
import { DasError, isDasError } from "../../errors/das-error.js";
import type { ConnectionPool } from "../../netdrms/database/connection-pool.js";
import type { Database } from "../../netdrms/database/database.js";
import { declareArguments } from "../../netdrms/module/check-declaration.js";
import { parseModuleArguments } from "../../netdrms/module/parse-arguments.js";
import type { SeriesCatalog } from "../../netdrms/series/series-cache.js";
import { openArchive, type UnitUse } from "../../readers/archive/archive-connection.js";
import type { QueryContext } from "../query.js";
import { offeredCatalog, offeredSeries, type SeriesTest } from "./offered-series.js";

/** The archive while one request is answered. */
export interface RequestArchive {
  /** One snapshot. */
  readonly database: Database;
  /** The series that are offered; others are as if they were not there. */
  readonly catalog: SeriesCatalog;
  readonly isOffered: SeriesTest;
  /** The database of the storage units. Errors: those of {@link Database}. */
  sums(): Promise<ConnectionPool>;
  /** Takes one line for those who run the server; of each request the first is kept. */
  readonly log: (line: string) => void;
  /** Aborted when the client has left, or the time is over. */
  readonly signal: AbortSignal;
}

/** What the programs of an archive know without any argument. */
export const { standard: STANDARD_VALUES } = parseModuleArguments(
  declareArguments({ name: "jsoc", summary: "", params: [], flags: [] }),
  [],
);

/**
 * Does the work of one request with the archive of the configuration, over a connection that the process keeps; the statements end when
 * the client leaves, and when the time that a request may take is over.
 *
 * @param use what is done with storage units; `true`: their files are opened
 * Errors: BAD_CONFIG where no archive is set up; TIME_LIMIT; OVERLOADED where all connections are in use for too long; those of the work.
 */
export async function withArchive<T>(
  { site, request }: QueryContext,
  use: boolean | UnitUse,
  work: (archive: RequestArchive) => Promise<T>,
): Promise<T> {
  const { config } = site;
  const limitMs = config.jsocTimeLimit * 1000;
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), limitMs);
  const signal = AbortSignal.any([request.signal, over.signal]);
  const log = firstLine();
  try {
    const isOffered = await offeredSeries(site);
    const statementMs = config.drmsStatementTimeout * 1000;
    const archive = await openArchive(
      "jsoc",
      { env: archiveEnvironment(config), signal, log },
      { ...STANDARD_VALUES, DRMS_DBTIMEOUT: statementMs === 0 ? limitMs : Math.min(statementMs, limitMs) },
      use,
    );
    try {
      return await work({
        database: archive.database,
        catalog: offeredCatalog(archive.catalog, isOffered),
        isOffered,
        sums: async () => (await archive.units()).sums,
        log,
        signal,
      });
    } finally {
      await archive.close();
    }
  } catch (error) {
    if (over.signal.aborted && !request.signal.aborted && isDasError(error, "CANCELLED"))
      throw new DasError(
        "TIME_LIMIT",
        `The question took longer than ${config.jsocTimeLimit} s, expected one for fewer records`,
        {},
        error,
      );
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** A log of one line: a hundred thousand records with one fault have one to tell. */
function firstLine(): (line: string) => void {
  let isTold = false;
  return (line) => {
    if (!isTold) process.stderr.write(`heliostream: ${line}\n`);
    isTold = true;
  };
}
