import { DasError } from "../../errors/das-error.js";
import { ArchiveSession, type ArchiveSessionOptions } from "./archive-session.js";
import type { Session } from "./session.js";

/** How a program opens the archive by itself. */
export interface DirectSessionOptions extends ArchiveSessionOptions {
  /** Whether the program may write; one that does not can use a database that takes no changes. */
  readonly writes: boolean;
}

/** A session over a connection of the program's own. Errors: those of `Database`. Source: netdrms 7.4, "direct connect". */
export function openDirectSession(options: DirectSessionOptions): Promise<Session> {
  return options.writes ? openWriting(options) : openReading(options);
}

async function openReading({ pool, statementTimeoutMs, signal }: DirectSessionOptions): Promise<Session> {
  const stop = new AbortController();
  const transaction = await pool.begin({
    access: "read",
    statementTimeoutMs,
    signal: signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]),
  });
  return {
    database: transaction,
    async forWriting() {
      throw new DasError("ARCHIVE_READ_ONLY", "This program only reads the archive");
    },
    // There is nothing to keep. A statement that still runs, for nobody waits for it any more, is ended.
    async end(status) {
      if (status === "aborted") stop.abort();
      await transaction.rollback();
    },
  };
}

async function openWriting(options: DirectSessionOptions): Promise<Session> {
  const session = await ArchiveSession.open(options);
  // The signal ends the whole transaction, it need not end the single statement.
  const user = session.join({ statementTimeoutMs: options.statementTimeoutMs });
  return {
    ...user,
    end: (status) => (status === "finished" ? session.commit(1) : session.rollback(1)),
  };
}
