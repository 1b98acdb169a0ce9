import { DasError } from "../../errors/das-error.js";
import type { Database, Row } from "../database/database.js";
import { type Sql, sql } from "../database/sql.js";
import type { Transaction } from "../database/transaction.js";
import { expectOneStatement } from "./one-statement.js";
import { OpenCopies } from "./open-copies.js";
import { Turns } from "./turns.js";

/** How the statements of one user of a {@link SharedTransaction} run. */
export interface UserOptions {
  /** Longest time of one statement, ms; 0 for no limit. */
  readonly statementTimeoutMs: number;
  /** Ends the statement that runs; the transaction goes on without it. */
  readonly signal?: AbortSignal;
}

/** What one program has of a {@link SharedTransaction}. */
export interface TransactionUser {
  /** Its statements can change nothing, and see no names but those of the system unless qualified. */
  readonly reading: Database;
  readonly writing: Database;
}

type Access = "read" | "write";

/**
 * One transaction for several users: their statements run one after the other, and one that fails, or is given up, takes back its
 * own changes alone. Everything is kept or taken back at the end, by whoever owns the transaction.
 *
 * A copy is read to its end, or cancelled where its reader leaves, before the next statement.
 */
export class SharedTransaction {
  readonly #transaction: Transaction;
  readonly #cancel: () => Promise<unknown>;
  readonly #turns = new Turns();
  #timeoutMs: number;
  #closed = false;
  #copying = false;

  /**
   * @param transaction one that may write, with the statement timeout `timeoutMs`
   * @param cancel cancels the statement that runs in it, over another connection; resolves when that was asked for
   */
  constructor(transaction: Transaction, timeoutMs: number, cancel: () => Promise<unknown>) {
    this.#transaction = transaction;
    this.#timeoutMs = timeoutMs;
    this.#cancel = cancel;
  }

  /**
   * A view of the transaction for one program.
   *
   * Errors of its members: those of {@link Database}; ARCHIVE_FAILED for a statement that would end the transaction; INTERNAL for one
   * while a copy of the same program is not read to its end, for which it would wait for ever.
   */
  user(options: UserOptions): TransactionUser {
    const copies = new OpenCopies();
    const view = (access: Access): Database => ({
      query: async (statement) => {
        copies.expectNone();
        return this.#query(statement, access, options);
      },
      copyOut: (select) => copies.watch(() => this.#copyOut(select, options)),
    });
    return { reading: view("read"), writing: view("write") };
  }

  /** Waits for the statement that runs; none begins after that. Errors: INTERNAL where somebody has not read a copy to its end. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#copying) throw new DasError("INTERNAL", "a session ends while a copy is not read to its end");
    (await this.#turns.take())();
  }

  /** No statement begins any more; the one that runs is not waited for. */
  abandon(): void {
    this.#closed = true;
  }

  async #query(statement: Sql, access: Access, options: UserOptions): Promise<readonly Row[]> {
    expectOneStatement(statement);
    const endTurn = await this.#begin(access, options);
    const stop = this.#stopAtSignal(options.signal);
    let failed = true;
    try {
      expectGoing(options.signal);
      const rows = await this.#transaction.query(statement);
      failed = false;
      return rows;
    } finally {
      await stop();
      await this.#end(access === "write" && !failed, endTurn);
    }
  }

  async *#copyOut(select: Sql, options: UserOptions): AsyncGenerator<Uint8Array> {
    expectOneStatement(select);
    const endTurn = await this.#begin("read", options);
    const stop = this.#stopAtSignal(options.signal);
    const pieces = this.#transaction.copyOut(select)[Symbol.asyncIterator]();
    let running = true;
    this.#copying = true;
    try {
      for (;;) {
        const next = await pieces.next().catch((error: unknown) => {
          running = false;
          throw error;
        });
        if (next.done) break;
        yield next.value;
      }
      running = false;
    } finally {
      this.#copying = false;
      await stop();
      // To leave it would cost everybody the connection.
      if (running) await this.#drain(pieces);
      await this.#end(false, endTurn);
    }
  }

  /** Waits for the turn and opens the savepoint. */
  async #begin(access: Access, { statementTimeoutMs, signal }: UserOptions): Promise<() => void> {
    const endTurn = await this.#turns.take();
    try {
      if (this.#closed) throw new DasError("CANCELLED", "The session with the archive has ended");
      expectGoing(signal);
      if (statementTimeoutMs !== this.#timeoutMs) {
        await this.#transaction.limitStatements(statementTimeoutMs);
        this.#timeoutMs = statementTimeoutMs;
      }
      await this.#transaction.query(access === "read" ? BEGIN_READ : sql`SAVEPOINT statement`);
      return endTurn;
    } catch (error) {
      endTurn();
      throw error;
    }
  }

  /** Closes the savepoint. What was only read has nothing to keep, and its settings go with it. */
  async #end(keeps: boolean, endTurn: () => void): Promise<void> {
    try {
      await this.#transaction.query(keeps ? sql`RELEASE SAVEPOINT statement` : TAKE_BACK);
    } catch (error) {
      // The statement tells of a lost connection itself; the next one will too.
      if (keeps) throw error;
    } finally {
      endTurn();
    }
  }

  /** Cancels at the signal; to be called when the statement is over, so that no other one is cancelled. */
  #stopAtSignal(signal: AbortSignal | undefined): () => Promise<void> {
    let asked: Promise<unknown> | undefined;
    const onAbort = (): void => {
      asked ??= this.#cancel().catch(() => undefined);
    };
    signal?.addEventListener("abort", onAbort);
    if (signal?.aborted) onAbort();
    return async () => {
      signal?.removeEventListener("abort", onAbort);
      await asked;
    };
  }

  async #drain(pieces: AsyncIterator<Uint8Array>): Promise<void> {
    await this.#cancel().catch(() => undefined);
    try {
      while (!(await pieces.next()).done);
    } catch {
      // Cancelled, as asked; a lost connection shows with the next statement.
    }
  }
}

const BEGIN_READ = sql`SAVEPOINT statement; SET LOCAL transaction_read_only = on; SET LOCAL search_path = pg_catalog`;
const TAKE_BACK = sql`ROLLBACK TO SAVEPOINT statement; RELEASE SAVEPOINT statement`;

function expectGoing(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new DasError("CANCELLED", "The query of the archive was cancelled");
}
