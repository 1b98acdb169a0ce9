import { isDasError } from "../../errors/das-error.js";
import { type ConnectionPool, inTransaction } from "../database/connection-pool.js";
import type { Database } from "../database/database.js";

/** One statement on the tables of storage units takes milliseconds; whole series minutes. */
const STATEMENT_LIMIT_MS = 600_000;
/** Two that change the same unit at the same time: one of them begins anew. So many times are not met by chance. */
const MAX_ATTEMPTS = 20;
/** serialization_failure and deadlock_detected; PostgreSQL's documentation, "Error Codes". */
const COLLISIONS = new Set<unknown>(["40001", "40P01"]);

/** Runs `work` in a read-only transaction. Errors: those of {@link Database}. */
export function readSums<T>(pool: ConnectionPool, work: (sums: Database) => Promise<T>): Promise<T> {
  return inTransaction(pool, { access: "read", statementTimeoutMs: STATEMENT_LIMIT_MS }, work);
}

/**
 * Runs `work` in a transaction that may write, and again where another transaction changed the same rows first: `work` must do
 * nothing that cannot be done twice. Errors: those of {@link Database}.
 */
export async function changeSums<T>(pool: ConnectionPool, work: (sums: Database) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await inTransaction(pool, { access: "write", statementTimeoutMs: STATEMENT_LIMIT_MS }, work);
    } catch (error) {
      const collided = isDasError(error) && COLLISIONS.has(error.where.sqlState);
      if (!collided || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}
