import {
  type ConnectionPool,
  connectionPool,
  inTransaction,
} from "../../netdrms/database/connection-pool.js";
import type { Database } from "../../netdrms/database/database.js";

/** A question may look through a large series. */
const ASK_LIMIT_MS = 60_000;

/** The databases that sources read, for questions besides those of the followers. Connections that are idle close by themselves. */
export class Archives {
  readonly #pools = new Map<string, ConnectionPool>();
  readonly #signal: AbortSignal;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** Asks in a transaction that only reads. Errors: those of {@link Database}. */
  ask<T>(url: string, work: (database: Database) => Promise<T>): Promise<T> {
    const pool = this.#pools.get(url) ?? connectionPool({ url, maxConnections: 1 });
    this.#pools.set(url, pool);
    return inTransaction(
      pool,
      { access: "read", statementTimeoutMs: ASK_LIMIT_MS, signal: this.#signal },
      work,
    );
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.close()));
    this.#pools.clear();
  }
}
