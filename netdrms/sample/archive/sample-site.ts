import { hostname, userInfo } from "node:os";
import type { ConnectionPool } from "../../database/connection-pool.js";
import { SESSION_CONNECTIONS } from "../../session/archive-session.js";
import { openDirectSession } from "../../session/direct-session.js";
import type { Session, WriteAccess } from "../../session/session.js";
import type { SessionOptions } from "../../sums/session.js";
import type { SampleSeriesName } from "./sample-series.js";

/** Sessions that are open at the same time while an archive is made: one writes its rows while the files of the next are made. */
const SESSIONS = 2;
/** Connections that the records, and the storage units, of all sessions take. */
export const RECORD_CONNECTIONS = SESSIONS * SESSION_CONNECTIONS;
export const UNIT_CONNECTIONS = SESSIONS * 3;

/** Longest time of a statement; the largest takes some 0.1 s. */
const STATEMENT_LIMIT_MS = 120_000;

/** An archive that is being filled. */
export interface SampleSite {
  /** With {@link RECORD_CONNECTIONS} connections. */
  readonly pool: ConnectionPool;
  /** Its pool with {@link UNIT_CONNECTIONS} connections. */
  readonly storage: SessionOptions;
  readonly signal: AbortSignal;
}

/** Name of the user of this process, at most 32 characters of ASCII, as storage units keep it. */
export function processUser(): string {
  let name = "";
  try {
    name = userInfo().username;
  } catch {
    // A user id that the host has no name for.
  }
  return name.replaceAll(/[^\x21-\x7e]/g, "").slice(0, 32) || "sample";
}

/** A session that writes to a series. Errors: those of `openDirectSession`. */
export function openSampleSession(site: SampleSite, series: SampleSeriesName): Promise<Session> {
  return openDirectSession({
    pool: site.pool,
    storage: site.storage,
    writes: true,
    statementTimeoutMs: STATEMENT_LIMIT_MS,
    sessionNamespace: series.slice(0, series.indexOf(".")),
    signal: site.signal,
    facts: {
      hostName: hostname(),
      pid: process.pid,
      port: 0,
      userName: site.storage.user,
      startedAt: new Date(Date.now() - process.uptime() * 1000),
      softwareVersion: "heliostream sample",
    },
  });
}

/** Runs `work` in a session, kept if it returns and taken back if it throws. Errors: those of `work` and of the session. */
export async function inSampleSession<T>(
  site: SampleSite,
  series: SampleSeriesName,
  work: (write: WriteAccess) => Promise<T>,
): Promise<T> {
  const session = await openSampleSession(site, series);
  let result: T;
  try {
    result = await work(await session.forWriting());
  } catch (error) {
    await session.end("aborted");
    throw error;
  }
  await session.end("finished");
  return result;
}
