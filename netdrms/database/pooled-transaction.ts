import type { PoolClient } from "pg";
import { DasError } from "../../errors/das-error.js";
import { cancelStatement } from "./cancel-statement.js";
import type { Row } from "./database.js";
import { databaseError, tookTooLong } from "./database-errors.js";
import { bind, param, type Sql, type StatementOfSettings, sql, withSettings } from "./sql.js";
import { Stopwatch } from "./stopwatch.js";
import type { Transaction, TransactionOptions } from "./transaction.js";

/** Longer timers of Node fire at once. */
const LONGEST_TIMER_MS = 2_147_483_647;

const BEGIN = {
  read: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
  write: "BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE",
} as const;

/** Names that a filter may use are those of the system alone; triggers of writers may rely on public. */
const SEARCH_PATH = { read: "pg_catalog", write: "pg_catalog, public" } as const;

const SET_TIMEOUT = "SELECT set_config('statement_timeout', $1, true)";

/** A transaction over a connection of a pool, which gets it back, or closes it where it is of no further use. */
export class PooledTransaction implements Transaction {
  readonly #client: PoolClient;
  readonly #signal: AbortSignal | undefined;
  readonly #answerTimeoutMs: number;
  #statementTimeoutMs: number;
  #cutTimer: NodeJS.Timeout | undefined;
  #copies = 0;
  #copying = false;
  /** Whether a copy has taken the time of statements over from the server. */
  #ownsTime = false;
  #broken = false;
  #ended = false;

  private constructor(client: PoolClient, options: TransactionOptions, answerTimeoutMs: number) {
    const { signal, statementTimeoutMs } = options;
    this.#client = client;
    this.#signal = signal;
    this.#statementTimeoutMs = statementTimeoutMs;
    this.#answerTimeoutMs = answerTimeoutMs;
    client.on("error", this.#onError);
    signal?.addEventListener("abort", this.#onAbort);
  }

  static async begin(
    client: PoolClient,
    options: TransactionOptions,
    answerTimeoutMs: number,
  ): Promise<PooledTransaction> {
    const transaction = new PooledTransaction(client, options, answerTimeoutMs);
    try {
      options.signal?.throwIfAborted();
      transaction.#expectAnswer();
      await client.query(BEGIN[options.access]);
      await client.query(
        "SELECT set_config('statement_timeout', $1, true), set_config('search_path', $2, true), set_config('extra_float_digits', '3', true)",
        [String(options.statementTimeoutMs), SEARCH_PATH[options.access]],
      );
      transaction.#stopExpecting();
      return transaction;
    } catch (error) {
      transaction.#broken = true;
      await transaction.rollback();
      throw transaction.#failure(error);
    }
  }

  async query(statement: Sql): Promise<readonly Row[]> {
    this.#expectIdle();
    const { text, values } = bind(statement);
    try {
      if (this.#ownsTime) await this.#giveTimeBack();
      // The server ends it in time, if it still lives.
      this.#expectAnswer(this.#statementTimeoutMs);
      const result = await this.#client.query<Row>(text, [...values]);
      return result.rows;
    } catch (error) {
      throw this.#failure(error);
    } finally {
      this.#stopExpecting();
    }
  }

  async limitStatements(timeoutMs: number): Promise<void> {
    await this.query(
      sql`SELECT set_config('statement_timeout', ${param(String(timeoutMs), "text")}, true) AS timeout`,
    );
    this.#statementTimeoutMs = timeoutMs;
  }

  async *copyOut(select: Sql): AsyncGenerator<Uint8Array> {
    this.#expectIdle();
    this.#copying = true;
    const watch = new Stopwatch(() => this.#cancel());
    let done = false;
    try {
      // The transaction knows no other settings of these names, also when it copies again.
      const { text, settings } = withSettings(select, `heliostream.c${++this.#copies}_`);
      const limitMs = this.#statementTimeoutMs;
      this.#expectAnswer();
      await this.#ownTime(settings);
      this.#stopExpecting();
      // By its default: as a part of a bundle a CommonJS package has no other name.
      const { default: copyStreams } = await import("pg-copy-streams");
      watch.start(limitMs);
      for await (const piece of this.#client.query(
        copyStreams.to(`COPY (${text}) TO STDOUT (FORMAT binary)`),
      )) {
        watch.stop();
        yield piece as Uint8Array; // a readable stream of bytes
        watch.start(limitMs);
      }
      done = true;
    } catch (error) {
      done = true;
      // Settings go with what is taken back, and nothing else can be done now.
      this.#ownsTime = false;
      throw watch.isOver ? tookTooLong(error) : this.#failure(error);
    } finally {
      watch.stop();
      this.#stopExpecting();
      // A cancel request may still be on its way.
      this.#broken ||= watch.isOver;
      this.#copying = false;
      // Who leaves early leaves rows behind in the connection: it is of no further use.
      if (!done) this.#abandon();
    }
  }

  /**
   * Sets the settings of a copy, and takes its time over from the server, where it would run on while a slow consumer is waited for.
   */
  async #ownTime(settings: StatementOfSettings["settings"]): Promise<void> {
    this.#ownsTime = true;
    await this.#client.query(
      "SELECT set_config(name, value, true) FROM unnest($1::text[], $2::text[]) AS s(name, value)",
      [
        [...settings.map(({ name }) => name), "statement_timeout"],
        [...settings.map(({ value }) => value), "0"],
      ],
    );
  }

  /** Has the server time statements again; not before there is one, for mostly a copy is the last. */
  async #giveTimeBack(): Promise<void> {
    this.#expectAnswer();
    await this.#client.query(SET_TIMEOUT, [String(this.#statementTimeoutMs)]);
    this.#ownsTime = false;
  }

  async commit(): Promise<void> {
    this.#expectIdle();
    let result: { readonly command: string };
    try {
      this.#expectAnswer(this.#statementTimeoutMs);
      result = await this.#client.query("COMMIT");
    } catch (error) {
      throw this.#failure(error);
    }
    this.#release();
    // A transaction with a failed statement answers COMMIT by rolling back, without an error.
    if (result.command !== "COMMIT")
      throw new DasError(
        "ARCHIVE_FAILED",
        "The changes of the archive were not kept, a statement had failed",
      );
  }

  async rollback(): Promise<void> {
    if (this.#ended) return;
    if (!this.#broken && !this.#copying) {
      this.#expectAnswer();
      await this.#client.query("ROLLBACK").catch(() => {
        this.#broken = true;
      });
    }
    this.#release();
  }

  #expectIdle(): void {
    if (this.#ended || this.#copying)
      throw new DasError("INTERNAL", "a statement in a transaction that has ended or is still copying");
    if (this.#signal?.aborted) throw this.#failure(this.#signal.reason);
  }

  #failure(error: unknown): DasError {
    if (this.#signal?.aborted)
      return new DasError("CANCELLED", "The query of the archive was cancelled", {}, error);
    const failure = databaseError(error);
    if (failure.code === "ARCHIVE_AWAY") this.#broken = true;
    return failure;
  }

  #release(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#stopExpecting();
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#client.removeListener("error", this.#onError);
    // The pool closes a connection that is released with `true`. A cancel request that is still on its way must not meet the
    // statement of whoever would be next.
    this.#client.release(this.#broken || this.#copying || this.#signal?.aborted === true);
  }

  /** Asks the server to stop the statement, and gives the connection up. */
  #abandon(): void {
    this.#broken = true;
    cancelStatement(this.#client);
    this.#release();
  }

  readonly #onAbort = (): void => this.#cancel();

  #cancel(): void {
    cancelStatement(this.#client);
    this.#expectAnswer();
  }

  /**
   * A server that is gone without a word, or stands still, would be waited for for ever: its connection is cut, and what runs fails.
   * @param workMs that it may take before it answers, ms; 0: any time
   */
  #expectAnswer(workMs?: number): void {
    this.#stopExpecting();
    if (workMs === 0) return;
    const waitMs = Math.min((workMs ?? 0) + this.#answerTimeoutMs, LONGEST_TIMER_MS);
    this.#cutTimer = setTimeout(() => {
      this.#broken = true;
      this.#release();
    }, waitMs);
  }

  #stopExpecting(): void {
    clearTimeout(this.#cutTimer);
  }

  // Without a listener the loss of a connection would end the process; the statement that runs tells of it.
  readonly #onError = (): void => {
    this.#broken = true;
  };
}
