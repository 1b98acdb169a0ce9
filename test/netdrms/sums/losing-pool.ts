import { DasError } from "../../../errors/das-error.js";
import type { ConnectionPool } from "../../../netdrms/database/connection-pool.js";
import type { Transaction } from "../../../netdrms/database/transaction.js";

/** Where a server is lost: before a step is done, or behind a commit whose answer does not arrive. */
export type Loss = "a step" | "the answer of a commit";

/** A pool whose server is lost at some point. */
export interface LosingPool extends ConnectionPool {
  /** Whether the point was reached. */
  readonly lost: boolean;
  /** What a server does that finds its clients gone. */
  dropAll(): Promise<void>;
}

/**
 * Passes everything on to `pool` until the `at`-th place of that kind, from 1; all that follows fails. Steps are: beginning a
 * transaction, a statement, a commit.
 */
export function losingPool(pool: ConnectionPool, loss: Loss, at: number): LosingPool {
  let places = 0;
  let lost = false;
  const open = new Set<Transaction>();
  const step = async <T>(run: () => Promise<T>, isCommit = false): Promise<T> => {
    if (!lost && loss === "a step") lost = ++places === at;
    if (lost) throw away();
    const result = await run();
    if (isCommit && loss === "the answer of a commit") lost = ++places === at;
    if (lost) throw away();
    return result;
  };
  return {
    get lost() {
      return lost;
    },
    async begin(options) {
      return step(async () => {
        const transaction = await pool.begin(options);
        open.add(transaction);
        return {
          query: (statement) => step(() => transaction.query(statement)),
          limitStatements: (timeoutMs) => step(() => transaction.limitStatements(timeoutMs)),
          copyOut: (select) => transaction.copyOut(select),
          commit: () => step(() => transaction.commit(), true),
          rollback: () => transaction.rollback(),
        } satisfies Transaction;
      });
    },
    close: async () => {},
    async dropAll() {
      for (const transaction of open) await transaction.rollback();
    },
  };
}

function away(): DasError {
  return new DasError("ARCHIVE_AWAY", "The archive's database does not answer");
}
