import { databaseUrl } from "../../config/archive-settings.js";
import { DasError } from "../../errors/das-error.js";
import { type ConnectionPool, connectionPool } from "../../netdrms/database/connection-pool.js";
import type { Site } from "../site.js";

/** Statements on the tables of requests are short: few are under way at a time. */
const MAX_CONNECTIONS = 4;

const pools = new WeakMap<Site, ConnectionPool>();

/**
 * The database with the tables of export requests, as a role that may write them: EXPORT_DB_URL, else that of the series. Its connections
 * are kept for as long as the server is open. Errors: BAD_CONFIG where no archive is set up.
 */
export function requestPool(site: Site): ConnectionPool {
  const known = pools.get(site);
  if (known !== undefined) return known;
  const { config } = site;
  const url = config.exportDbUrl ?? databaseUrl(config, "drms");
  if (url === undefined)
    throw new DasError("BAD_CONFIG", "this server has no archive of series: DRMS_URL is not set");
  const pool = connectionPool({ url, maxConnections: MAX_CONNECTIONS });
  site.closers.add(() => pool.close());
  pools.set(site, pool);
  return pool;
}
