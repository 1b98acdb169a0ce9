import type { CustomTypesConfig, Pool, PoolClient } from "pg";
import { DasError } from "../../errors/das-error.js";
import { databaseError } from "./database-errors.js";
import { PooledTransaction } from "./pooled-transaction.js";
import { ROW_TYPES } from "./row-types.js";
import type { Transaction, TransactionOptions } from "./transaction.js";

/** Which database, and how much of it. */
export interface PoolOptions {
  /** postgres://user:password@host:port/database; a socket's folder as ?host=/folder. */
  readonly url: string;
  /** Connections at once; further transactions wait for one. */
  readonly maxConnections: number;
  /** How long to wait for a connection, ms. */
  readonly connectTimeoutMs?: number;
  /** How long to wait for the answer to a cancel request, or to what begins or ends a transaction, ms; then the connection is cut. */
  readonly answerTimeoutMs?: number;
}

/** Connections to one database, opened when they are asked for. */
export interface ConnectionPool {
  /** Errors: those of {@link Database}. */
  begin(options: TransactionOptions): Promise<Transaction>;
  /** Waits for transactions that are open, then closes every connection. */
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 10_000;
const ANSWER_TIMEOUT_MS = 5_000;
/** When the system begins to ask whether a silent connection is still there, ms. */
const KEEP_ALIVE_MS = 30_000;

/** A pool; no connection is made and the packages for PostgreSQL are not loaded before the first transaction. */
export function connectionPool(options: PoolOptions): ConnectionPool {
  let pool: Promise<Pool> | undefined;
  return {
    async begin(transaction) {
      pool ??= openPool(options);
      const client = await connected(await pool, transaction.signal);
      return PooledTransaction.begin(client, transaction, options.answerTimeoutMs ?? ANSWER_TIMEOUT_MS);
    },
    async close() {
      await (await pool)?.end();
    },
  };
}

/** A connection, unless the signal comes first: who has cancelled does not wait for others. */
async function connected(pool: Pool, signal: AbortSignal | undefined): Promise<PoolClient> {
  let cancel: () => void = () => undefined;
  const cancelled = new Promise<never>((_, reject) => {
    cancel = () => reject(new DasError("CANCELLED", "The query of the archive was cancelled"));
  });
  const connecting = pool.connect();
  signal?.addEventListener("abort", cancel);
  if (signal?.aborted) cancel();
  try {
    return await Promise.race([connecting, cancelled]);
  } catch (error) {
    // It may still come; whoever waits behind it gets it then.
    void connecting.then((client) => client.release()).catch(() => undefined);
    throw databaseError(error);
  } finally {
    signal?.removeEventListener("abort", cancel);
  }
}

async function openPool(options: PoolOptions): Promise<Pool> {
  const { default: pg } = await import("pg");
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.maxConnections,
    connectionTimeoutMillis: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    // A process that has nothing else to do may end.
    allowExitOnIdle: true,
    application_name: "heliostream",
    client_encoding: "UTF8",
    types: ROW_TYPES as CustomTypesConfig,
  });
  // An idle connection that the server closes is replaced when it is needed.
  pool.on("error", () => undefined);
  return pool;
}

/** Runs `work` in a transaction: committed when it returns, rolled back when it throws. */
export async function inTransaction<T>(
  pool: ConnectionPool,
  options: TransactionOptions,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  const transaction = await pool.begin(options);
  try {
    const result = await work(transaction);
    await transaction.commit();
    return result;
  } finally {
    await transaction.rollback();
  }
}
