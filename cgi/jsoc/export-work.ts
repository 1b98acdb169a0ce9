import { databaseUrl } from "../../config/archive-settings.js";
import { packageVersion } from "../../config/package-root.js";
import { tilePool } from "../../fits/tile-pool.js";
import { connectionPool } from "../../netdrms/database/connection-pool.js";
import { type ExportWork, startExports } from "../../netdrms/requests/start-exports.js";
import { SeriesCache } from "../../netdrms/series/series-cache.js";
import { readSums } from "../../netdrms/sums/sums-transaction.js";
import { ownSiteCode } from "../../netdrms/sums/sunum.js";
import type { Site } from "../site.js";
import { offeredCatalog, offeredSeries } from "./offered-series.js";
import { requestPool } from "./request-pool.js";

/** How long a request stays with a runner that says nothing any more, ms: it is another's half a minute after its own was killed. */
const LEASE_MS = 30_000;
/** Connections to each database for one export: records, held units, and a look for units. */
const CONNECTIONS_EACH = 3;

/**
 * Runs the export requests of a site in this process; `undefined` where it has no folder for exports, no archive, or is to run none.
 * @param log takes a line for each request that has ended, and what an operator should know
 */
export function startExportWork(site: Site, log: (line: string) => void): ExportWork | undefined {
  const { config } = site;
  const { exportRoot: root, exportWorkers: concurrency } = config;
  const drmsUrl = databaseUrl(config, "drms");
  if (root === undefined || drmsUrl === undefined || concurrency === 0) return undefined;
  const maxConnections = CONNECTIONS_EACH * concurrency;
  const drms = connectionPool({ url: drmsUrl, maxConnections });
  const sums = connectionPool({ url: databaseUrl(config, "sums") ?? drmsUrl, maxConnections });
  // Images are coded beside the event loop: answers of the same process go on.
  const workers = tilePool();
  let siteCode: number | undefined;
  const work = startExports(
    {
      ...{ pool: requestPool(site), root, maxBytes: config.exportMaxBytes, drms, sums, workers, log },
      series: new SeriesCache(),
      async siteCode() {
        siteCode ??= await readSums(sums, ownSiteCode);
        return siteCode;
      },
      async offered() {
        const isOffered = await offeredSeries(site);
        return { isOffered, catalog: (catalog) => offeredCatalog(catalog, isOffered) };
      },
      license: config.drmsLicense,
      server: `heliostream ${packageVersion()}`,
      retentionDays: config.drmsStagingRetention,
      statementTimeoutMs: config.drmsStatementTimeout * 1000,
      leaseMs: LEASE_MS,
      now: Date.now,
    },
    { concurrency },
  );
  return {
    async close() {
      await work.close();
      await Promise.all([drms.close(), sums.close(), workers.close()]);
    },
  };
}
