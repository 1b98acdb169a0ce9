import type { Database } from "./database.js";

/** What a transaction may do, and for how long. */
export interface TransactionOptions {
  /** `read` transactions are READ ONLY and see no names but those of the system unless qualified. */
  readonly access: "read" | "write";
  /** Longest time of one statement, of a copy until its next piece, ms; 0 for no limit. */
  readonly statementTimeoutMs: number;
  /** Cancels the running statement; the transaction can only be rolled back after that. */
  readonly signal?: AbortSignal;
}

/** A {@link Database} that ends here. One snapshot of the archive from begin to end (REPEATABLE READ, netdrms 2.1). */
export interface Transaction extends Database {
  /** Changes the longest time of one statement, ms; 0 for no limit. Errors: those of {@link Database}. */
  limitStatements(timeoutMs: number): Promise<void>;
  /** Errors: those of {@link Database}; then nothing was kept. */
  commit(): Promise<void>;
  /** Never fails, and does nothing after an end. */
  rollback(): Promise<void>;
}
