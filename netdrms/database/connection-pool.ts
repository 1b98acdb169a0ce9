import type { CustomTypesConfig, Pool, PoolClient } from "pg";
import { DasError } from "../../errors/das-error.js";
import type { Database, Row } from "./database.js";
import { databaseError, tookTooLong } from "./database-errors.js";
import { ROW_TYPES } from "./row-types.js";
import { bind, param, type Sql, type StatementOfSettings, sql, withSettings } from "./sql.js";

/** Which database, and how much of it. */
export interface PoolOptions {
  /** postgres://user:password@host:port/database; a socket's folder as ?host=/folder. */
  readonly url: string;
  /** Connections at once; further transactions wait for one. */
  readonly maxConnections: number;
  /** How long to wait for a connection, ms. */
  readonly connectTimeoutMs?: number;
  /** How long to wait for the answer to a cancel request, or to what begins or ends a transaction, ms; then the connection is cut. */
  readonly answerTimeoutMs?: number;
}

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

/** Connections to one database, opened when they are asked for. */
export interface ConnectionPool {
  /** Errors: those of {@link Database}. */
  begin(options: TransactionOptions): Promise<Transaction>;
  /** Waits for transactions that are open, then closes every connection. */
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 10_000;
const ANSWER_TIMEOUT_MS = 5_000;
/** Longer timers of Node fire at once. */
const LONGEST_TIMER_MS = 2_147_483_647;
/** When the system begins to ask whether a silent connection is still there, ms. */
const KEEP_ALIVE_MS = 30_000;

const BEGIN = {
  read: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
  write: "BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE",
} as const;

/** Names that a filter may use are those of the system alone; triggers of writers may rely on public. */
const SEARCH_PATH = { read: "pg_catalog", write: "pg_catalog, public" } as const;

/** A pool; no connection is made and the packages for PostgreSQL are not loaded before the first transaction. */
export function connectionPool(options: PoolOptions): ConnectionPool {
  let pool: Promise<Pool> | undefined;
  return {
    async begin(transaction) {
      pool ??= openPool(options);
      const client = await connected(await pool, transaction.signal);
      return PooledTransaction.begin(client, transaction, options.answerTimeoutMs ?? ANSWER_TIMEOUT_MS);
    },
    async close() {
      await (await pool)?.end();
    },
  };
}

/** A connection, unless the signal comes first: who has cancelled does not wait for others. */
async function connected(pool: Pool, signal: AbortSignal | undefined): Promise<PoolClient> {
  let cancel: () => void = () => undefined;
  const cancelled = new Promise<never>((_, reject) => {
    cancel = () => reject(new DasError("CANCELLED", "The query of the archive was cancelled"));
  });
  const connecting = pool.connect();
  signal?.addEventListener("abort", cancel);
  if (signal?.aborted) cancel();
  try {
    return await Promise.race([connecting, cancelled]);
  } catch (error) {
    // It may still come; whoever waits behind it gets it then.
    void connecting.then((client) => client.release()).catch(() => undefined);
    throw databaseError(error);
  } finally {
    signal?.removeEventListener("abort", cancel);
  }
}

async function openPool(options: PoolOptions): Promise<Pool> {
  const { default: pg } = await import("pg");
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.maxConnections,
    connectionTimeoutMillis: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    // A process that has nothing else to do may end.
    allowExitOnIdle: true,
    application_name: "heliostream",
    client_encoding: "UTF8",
    types: ROW_TYPES as CustomTypesConfig,
  });
  // An idle connection that the server closes is replaced when it is needed.
  pool.on("error", () => undefined);
  return pool;
}

/** Runs `work` in a transaction: committed when it returns, rolled back when it throws. */
export async function inTransaction<T>(
  pool: ConnectionPool,
  options: TransactionOptions,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  const transaction = await pool.begin(options);
  try {
    const result = await work(transaction);
    await transaction.commit();
    return result;
  } finally {
    await transaction.rollback();
  }
}

class PooledTransaction implements Transaction {
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
      const { to } = await import("pg-copy-streams");
      watch.start(limitMs);
      for await (const piece of this.#client.query(to(`COPY (${text}) TO STDOUT (FORMAT binary)`))) {
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

const SET_TIMEOUT = "SELECT set_config('statement_timeout', $1, true)";

/** Calls `onOver` where a wait is longer than it may be. */
class Stopwatch {
  readonly #onOver: () => void;
  #timer: NodeJS.Timeout | undefined;
  /** Whether that has happened. */
  isOver = false;

  constructor(onOver: () => void) {
    this.#onOver = onOver;
  }

  /** @param ms 0 for no limit */
  start(ms: number): void {
    if (ms === 0) return;
    this.#timer = setTimeout(() => {
      this.isOver = true;
      this.#onOver();
    }, ms);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

/** Members of a client of `pg` that its types leave out; they are part of its documented protocol. */
interface Cancellable {
  readonly host: string;
  readonly port: number;
  readonly processID: number | null;
  readonly secretKey: number | null;
}

/** Sends a cancel request on a connection of its own: the one of the statement is busy. */
function cancelStatement(client: PoolClient): void {
  const { host, port, processID, secretKey } = client as unknown as Cancellable;
  if (processID === null || secretKey === null) return;
  void import("node:net").then(({ connect }) => {
    const socket = host.startsWith("/") ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host);
    const request = Buffer.alloc(16);
    request.writeInt32BE(16, 0);
    request.writeInt32BE(80_877_102, 4);
    request.writeInt32BE(processID, 8);
    request.writeInt32BE(secretKey, 12);
    socket.on("error", () => undefined);
    socket.end(request);
    socket.unref();
  });
}
