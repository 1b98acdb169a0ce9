import { type ConnectionPool, connectionPool } from "../database/connection-pool.js";
import { SESSION_CONNECTIONS } from "../session/archive-session.js";
import { openSessionLog, type SessionLog } from "../session/session-log.js";
import type { SessionOptions } from "../sums/session.js";
import type { ModuleValues } from "./declaration.js";
import { moduleDatabaseUrl } from "./module-database-url.js";
import type { ModuleHost } from "./module-host.js";
import type { STANDARD_ARGUMENTS } from "./standard-arguments.js";

/** Connections for storage units: each of two sessions (units, log) holds one, and takes two more at times. */
const STORAGE_CONNECTIONS = 6;

/** What a session of this process draws on. */
export interface SessionResources {
  readonly pool: ConnectionPool;
  readonly storage: SessionOptions;
  /** With `-L`. */
  readonly log?: SessionLog;
  /** Ends the log, then closes all connections. */
  close(): Promise<void>;
}

/**
 * Opens what the arguments of a module, or of a session server, ask for.
 *
 * Errors: USAGE, BAD_CONFIG for an address of the database; those of `openSessionLog`.
 */
export async function sessionResources(
  standard: ModuleValues<typeof STANDARD_ARGUMENTS>,
  host: Pick<ModuleHost, "databaseUrl" | "storage" | "facts">,
  log: (line: string) => void,
): Promise<SessionResources> {
  const url = moduleDatabaseUrl(standard, host.databaseUrl);
  const { url: storageUrl = url, ...site } = host.storage;
  const pool = connectionPool({ url, maxConnections: SESSION_CONNECTIONS });
  const storagePool = connectionPool({ url: storageUrl, maxConnections: STORAGE_CONNECTIONS });
  const storage = { pool: storagePool, log, user: host.facts.userName, ...site };
  const closePools = async (): Promise<void> => {
    await Promise.all([pool.close(), storagePool.close()]);
  };
  try {
    const opened = standard.L ? await openSessionLog(storage, standard.A) : undefined;
    return {
      pool,
      storage,
      ...(opened === undefined ? {} : { log: opened }),
      async close() {
        await opened?.end();
        await closePools();
      },
    };
  } catch (error) {
    await closePools();
    throw error;
  }
}
