import { connect, createServer, type Server, type Socket } from "node:net";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ConnectionPool, connectionPool } from "../../../netdrms/database/connection-pool.js";
import { sql } from "../../../netdrms/database/sql.js";
import type { TransactionOptions } from "../../../netdrms/database/transaction.js";
import { postgresForTest, type TestDatabase, testDatabase } from "../../support/postgres.js";
import { rejectionOf } from "../../support/thrown.js";

const postgres = await postgresForTest();

/** A way to a server on which bytes may stop to arrive, as on a network that was unplugged: no connection is closed. */
class Wire {
  readonly #sockets: Socket[] = [];
  #silent = false;
  readonly #server: Server;

  constructor(target: { readonly host: string; readonly port: number }) {
    this.#server = createServer((near) => {
      const { host, port } = target;
      const far = host.startsWith("/") ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host);
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.push(from);
        from.on("data", (bytes) => this.#silent || to.write(bytes));
        from.on("close", () => this.#silent || to.destroy());
        from.on("error", () => undefined);
      }
    });
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return address.port;
  }

  cut(): void {
    this.#silent = true;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}

describe.skipIf(postgres.missing)(postgres.title("a server that says nothing any more"), () => {
  let database: TestDatabase;
  let wire: Wire;
  let pool: ConnectionPool;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    const target = new Client({ connectionString: database.url });
    wire = new Wire(target);
    const url = new URL(`postgres://127.0.0.1:${await wire.listen()}/${target.database}`);
    url.username = target.user ?? "";
    url.password = target.password ?? "";
    pool = connectionPool({ url: url.href, maxConnections: 1, answerTimeoutMs: 100 });
  });
  afterEach(async () => {
    await pool.close();
    wire.close();
  });

  const options = (more: Partial<TransactionOptions> = {}): TransactionOptions => ({
    access: "read",
    statementTimeoutMs: 0,
    ...more,
  });
  const ENDLESS = sql`SELECT generate_series(1, 1000000000)`;

  it("holds nobody who cancels a statement", async () => {
    const stop = new AbortController();
    const transaction = await pool.begin(options({ signal: stop.signal }));
    wire.cut();
    const waiting = rejectionOf(() => transaction.query(sql`SELECT 1 AS x`));
    stop.abort();
    expect(await waiting).toMatchObject({ code: "CANCELLED" });
    await transaction.rollback();
  });

  it("holds nobody who cancels a copy", async () => {
    const stop = new AbortController();
    const transaction = await pool.begin(options({ signal: stop.signal }));
    const copying = rejectionOf(async () => {
      for await (const _ of transaction.copyOut(ENDLESS)) {
        wire.cut();
        stop.abort();
      }
    });
    expect(await copying).toMatchObject({ code: "CANCELLED" });
    await transaction.rollback();
  });

  it("has the time of a statement, and then is away", async () => {
    const transaction = await pool.begin(options({ statementTimeoutMs: 60_000 }));
    await transaction.limitStatements(50);
    wire.cut();
    expect(await rejectionOf(() => transaction.query(sql`SELECT 1 AS x`))).toMatchObject({
      code: "ARCHIVE_AWAY",
    });
    await transaction.rollback();
  });

  it("has the time of a statement for each piece of a copy", async () => {
    const transaction = await pool.begin(options({ statementTimeoutMs: 50 }));
    const copying = rejectionOf(async () => {
      for await (const _ of transaction.copyOut(ENDLESS)) wire.cut();
    });
    expect(await copying).toMatchObject({ code: "TIME_LIMIT" });
    await transaction.rollback();
  });

  it("keeps no transaction from its end", async () => {
    const transaction = await pool.begin(options());
    wire.cut();
    await transaction.rollback();
  });

  it("is away for the next transaction on a connection that was idle", async () => {
    await (await pool.begin(options())).rollback();
    wire.cut();
    expect(await rejectionOf(() => pool.begin(options()))).toMatchObject({ code: "ARCHIVE_AWAY" });
  });
});
