import type { Database } from "../database/database.js";
import type { UnitMaker } from "./session-units.js";

/** What a program that writes needs to know: every record it makes names the session. */
export interface WriteAccess {
  /** Takes statements that change something. */
  readonly database: Database;
  readonly sessionId: bigint;
  /** Namespace whose table of sessions has the id; lower case. */
  readonly sessionNamespace: string;
  /** Makes storage units that are kept with the session. */
  readonly units: UnitMaker;
}

/**
 * A program's way to the archive: one snapshot and one transaction, over a connection of its own or over a session server; the
 * program cannot tell which. Source: netdrms 7.4.
 */
export interface Session {
  /** For reading; statements that would change something fail. */
  readonly database: Database;
  /**
   * For writing. The first call makes the row of the session (netdrms 2.9), so a program that does not write leaves none.
   *
   * Errors: ARCHIVE_READ_ONLY where the program did not say that it writes, or its user may not; those of {@link Database}.
   */
  forWriting(): Promise<WriteAccess>;
  /**
   * Ends the session: what was written is kept after `finished`, where this program has the transaction for itself, and taken
   * back after `aborted`. With a session server its owner decides.
   *
   * Errors: those of {@link Database}; then nothing was kept.
   */
  end(status: "finished" | "aborted"): Promise<void>;
}
