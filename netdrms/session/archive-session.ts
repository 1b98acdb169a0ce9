import { DasError } from "../../errors/das-error.js";
import { type ConnectionPool, inTransaction } from "../database/connection-pool.js";
import { param, sql } from "../database/sql.js";
import type { Transaction } from "../database/transaction.js";
import type { NewUnit } from "../sums/allocate.js";
import type { SessionOptions } from "../sums/session.js";
import type { Session } from "./session.js";
import { sessionNamespace } from "./session-namespace.js";
import { closeSessionRow, insertSessionRow, type SessionFacts, type SessionRow } from "./session-row.js";
import { SessionUnits } from "./session-units.js";
import { SharedTransaction, type UserOptions } from "./shared-transaction.js";

/** Connections that a session takes at most: its transaction, its row, and one to cancel statements. */
export const SESSION_CONNECTIONS = 3;

/** How a session begins. */
export interface ArchiveSessionOptions {
  /** With {@link SESSION_CONNECTIONS} connections. It stays open. */
  readonly pool: ConnectionPool;
  /** Longest time of one statement, ms; 0 for no limit. */
  readonly statementTimeoutMs: number;
  /** `JSOC_SESSIONNS`; missing: that of the database user. */
  readonly sessionNamespace?: string;
  readonly facts: SessionFacts;
  /** Where storage units are made; missing: nowhere. */
  readonly storage?: SessionOptions;
  /** The storage unit of the log; with one the row is made at once. */
  readonly logUnit?: Pick<NewUnit, "sunum" | "folder">;
  /** Ends the statement that runs, and every later one. */
  readonly signal?: AbortSignal;
}

const CANCEL_TIMEOUT_MS = 5000;

/**
 * A session that may write: one transaction for one program or for the clients of a session server, and the row that tells of it
 * once something is written. Source: netdrms 2.9, 7.4.
 */
export class ArchiveSession {
  readonly #options: ArchiveSessionOptions;
  readonly #transaction: Transaction;
  readonly #shared: SharedTransaction;
  readonly #units: SessionUnits;
  readonly #stop: AbortController;
  #row: Promise<SessionRow> | undefined;
  #ending: Promise<void> | undefined;

  private constructor(
    options: ArchiveSessionOptions,
    transaction: Transaction,
    backend: number,
    stop: AbortController,
  ) {
    this.#options = options;
    this.#transaction = transaction;
    this.#stop = stop;
    this.#units = new SessionUnits(options.storage);
    this.#shared = new SharedTransaction(transaction, options.statementTimeoutMs, () =>
      inTransaction(options.pool, { access: "read", statementTimeoutMs: CANCEL_TIMEOUT_MS }, (database) =>
        database.query(sql`SELECT pg_cancel_backend(${param(backend, "int4")})`),
      ),
    );
  }

  /** Errors: those of `Database`. */
  static async open(options: ArchiveSessionOptions): Promise<ArchiveSession> {
    const { pool, statementTimeoutMs, signal } = options;
    const stop = new AbortController();
    const transaction = await pool.begin({
      access: "write",
      statementTimeoutMs,
      signal: signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]),
    });
    try {
      const [row] = await transaction.query(sql`SELECT pg_backend_pid() AS pid`);
      const session = new ArchiveSession(options, transaction, Number(row?.pid), stop);
      // The row is the only place that tells of a log.
      if (options.logUnit !== undefined) await session.#ensureRow();
      return session;
    } catch (error) {
      await transaction.rollback();
      throw error;
    }
  }

  /** The session for one of the programs that use it. Its end is that of all, see {@link commit}. */
  join(options: UserOptions): Omit<Session, "end"> {
    const { reading, writing } = this.#shared.user(options);
    return {
      database: reading,
      forWriting: async () => {
        const { id, namespace } = await this.#ensureRow();
        return { database: writing, sessionId: id, sessionNamespace: namespace, units: this.#units };
      },
    };
  }

  /**
   * Keeps everything that was written; the row says `finished`.
   *
   * @param clients programs that the session has served
   * Errors: those of `Database`; then nothing was kept, and the row says so.
   */
  commit(clients: number): Promise<void> {
    this.#ending ??= this.#keep(clients);
    return this.#ending;
  }

  /** Takes everything back, unless a commit has begun; never fails. */
  async rollback(clients: number): Promise<void> {
    this.#ending ??= this.#takeBack(clients, "aborted");
    await this.#ending.catch(() => undefined);
  }

  async #keep(clients: number): Promise<void> {
    try {
      await this.#shared.close();
      const row = await this.#row;
      // In this order (netdrms 2.9): no record must point to a unit that is not there, and a row that says `finished` must not be
      // missing for what was kept.
      await this.#units.commit(async () => {
        if (row !== undefined) await closeSessionRow(this.#options.pool, row, "finished", clients);
        await this.#transaction.commit();
      });
    } catch (error) {
      await this.#takeBack(clients, "aborted: the changes could not be kept");
      throw error;
    }
  }

  async #takeBack(clients: number, status: `aborted${string}`): Promise<void> {
    this.#shared.abandon();
    // A statement that still runs, for nobody waits for it any more, is ended.
    this.#stop.abort();
    await this.#transaction.rollback();
    await this.#units.rollback();
    // A row that cannot be changed now stays open, as that of a program that was killed does.
    const row = await this.#row?.catch(() => undefined);
    if (row !== undefined)
      await closeSessionRow(this.#options.pool, row, status, clients).catch(() => undefined);
  }

  #ensureRow(): Promise<SessionRow> {
    this.#row ??= this.#makeRow().catch((error: unknown) => {
      this.#row = undefined;
      throw error;
    });
    return this.#row;
  }

  async #makeRow(): Promise<SessionRow> {
    const { pool, statementTimeoutMs, sessionNamespace: asked, facts, logUnit, signal } = this.#options;
    if (signal?.aborted) throw new DasError("CANCELLED", "The session with the archive has ended");
    const namespace = await sessionNamespace(this.#shared.user({ statementTimeoutMs }).reading, asked);
    return insertSessionRow(pool, namespace, facts, logUnit);
  }
}
