import { DasError } from "../../../errors/das-error.js";
import type { ConnectionPool, Transaction } from "../../../netdrms/database/connection-pool.js";

/** A pool whose server is lost at some point. */
export interface LosingPool extends ConnectionPool {
  /** Whether the point was reached. */
  readonly lost: boolean;
  /** What a server does that finds its clients gone. */
  dropAll(): Promise<void>;
}

/**
 * Passes everything on to `pool` until the step `at`: that one fails, and all that follow. Steps are counted from 1: beginning a
 * transaction, a statement, a commit. With `answerLost` the step itself is still done, and only its answer does not arrive.
 */
export function losingPool(pool: ConnectionPool, at: number, answerLost: boolean): LosingPool {
  let steps = 0;
  const open = new Set<Transaction>();
  const step = async <T>(run: () => Promise<T>): Promise<T> => {
    const now = ++steps;
    if (now > at || (now === at && !answerLost)) throw away();
    const result = await run();
    if (now === at) throw away();
    return result;
  };
  return {
    get lost() {
      return steps >= at;
    },
    async begin(options) {
      return step(async () => {
        const transaction = await pool.begin(options);
        open.add(transaction);
        return {
          query: (statement) => step(() => transaction.query(statement)),
          copyOut: (select) => transaction.copyOut(select),
          commit: () => step(() => transaction.commit()),
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
