import { connectionPool, inTransaction } from "../../netdrms/database/connection-pool.js";
import type { Database } from "../../netdrms/database/database.js";
import { clockMs } from "../../pipeline/clock.js";

/** Longest wait for a connection, for an answer and for one statement, milliseconds. */
const LIMIT_MS = 2000;

/**
 * Asks a database over a connection of its own, which reads only.
 * Errors: those of {@link Database}, those of `work`.
 */
export async function askDatabase<T>(
  url: string,
  signal: AbortSignal,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const pool = connectionPool({
    url,
    maxConnections: 1,
    connectTimeoutMs: LIMIT_MS,
    answerTimeoutMs: LIMIT_MS,
  });
  try {
    return await inTransaction(pool, { access: "read", statementTimeoutMs: LIMIT_MS, signal }, work);
  } finally {
    await pool.close();
  }
}

/** The time of `work`, milliseconds, with what it gives. */
export async function timed<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly ms: number }> {
  const begun = clockMs();
  const value = await work();
  return { value, ms: clockMs() - begun };
}

/** Where a database is, without user and password: `host:port/name`; of a socket its folder. */
export function databasePlace(url: string): string {
  const parts = /^postgres(?:ql)?:\/\/(?:[^@/?#]*@)?([^/?#]*)\/?([^?#]*)(\?[^#]*)?/.exec(url);
  if (parts === null) return "an address that cannot be read";
  const [, host = "", name = "", query = ""] = parts;
  const socket = new URLSearchParams(query).get("host");
  return `${socket ?? (host === "" ? "localhost" : host)}/${name}`;
}
