import { connect, type Socket } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { decodeCopy } from "../../../netdrms/database/copy-binary.js";
import type { Database } from "../../../netdrms/database/database.js";
import { param, sql } from "../../../netdrms/database/sql.js";
import { type ClientSessionOptions, openClientSession } from "../../../netdrms/session/client-session.js";
import { encodeFrame } from "../../../netdrms/session/frames.js";
import type { Session } from "../../../netdrms/session/session.js";
import { SessionServer, type SessionServerOptions } from "../../../netdrms/session/session-server.js";
import { postgresForTest } from "../../support/postgres.js";
import { rejectionOf } from "../../support/thrown.js";
import { FACTS, numbersIn, type SmallArchive, smallArchive } from "./small-archive.js";

const postgres = await postgresForTest();
const TOKEN = "a token of this test";

describe.skipIf(postgres.missing)(postgres.title("a session server"), () => {
  let archive: SmallArchive;
  const servers: SessionServer[] = [];
  beforeAll(async () => {
    archive = await smallArchive();
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.abort();
    await archive.outside("TRUNCATE su_ex.t, su_ex.drms_session");
  });
  afterAll(() => archive.drop());

  const start = async (options: Partial<SessionServerOptions> = {}): Promise<SessionServer> => {
    const server = await SessionServer.start({
      pool: archive.pool,
      statementTimeoutMs: 10_000,
      facts: FACTS,
      token: TOKEN,
      log: () => undefined,
      ...options,
    });
    servers.push(server);
    return server;
  };
  const join = (server: SessionServer, options: Partial<ClientSessionOptions> = {}): Promise<Session> =>
    openClientSession({
      address: { host: "127.0.0.1", port: server.port, token: TOKEN },
      program: "test",
      pid: 1,
      writes: true,
      ...options,
    });
  const insert = async (client: Session, n: number): Promise<unknown> =>
    (await client.forWriting()).database.query(sql`INSERT INTO su_ex.t VALUES (${param(n, "int8")}, 'x')`);
  const numbersOutside = async (): Promise<unknown[]> =>
    (await archive.outside("SELECT n::int FROM su_ex.t ORDER BY n")).map(({ n }) => n);
  const rows = () => archive.outside("SELECT * FROM su_ex.drms_session");
  const copied = async (database: Database, count: number): Promise<bigint> => {
    let sum = 0n;
    const select = sql`SELECT n FROM generate_series(1::int8, ${param(count, "int8")}) AS n`;
    for await (const batch of decodeCopy(database.copyOut(select), ["int8"]))
      for (let row = 0; row < batch.rows; row++) sum += batch.columns[0]!.values[row] as bigint; // int8, as asked
    return sum;
  };

  it("lets clients see what others wrote, and nobody outside before the commit", async () => {
    const server = await start();
    const [one, two] = await Promise.all([join(server), join(server)]);
    await insert(one, 1);
    await insert(two, 2);
    expect(await numbersIn(one.database)).toEqual([1n, 2n]);
    expect(await numbersIn(two.database)).toEqual([1n, 2n]);
    expect(await numbersOutside()).toEqual([]);
    await one.end("finished");
    await two.end("finished");
    expect(await numbersOutside()).toEqual([]);
    await server.commit();
    expect(await numbersOutside()).toEqual([1, 2]);
    expect(await rows()).toMatchObject([{ status: "finished", clients: 2, port: expect.any(Number) }]);
  });

  it("takes everything back at an abort, of clients that have finished too", async () => {
    const server = await start();
    const client = await join(server);
    await insert(client, 1);
    await client.end("finished");
    await server.abort();
    expect(await numbersOutside()).toEqual([]);
    expect(await rows()).toMatchObject([{ status: "aborted", clients: 1 }]);
  });

  it("has one row for all its clients, made at the first write", async () => {
    const server = await start();
    const [one, two] = await Promise.all([join(server), join(server)]);
    await numbersIn(one.database);
    expect(await rows()).toEqual([]);
    const [first, second] = await Promise.all([one.forWriting(), two.forWriting()]);
    expect(second.sessionId).toBe(first.sessionId);
    expect(second.sessionNamespace).toBe("su_ex");
    expect(await rows()).toMatchObject([{ sessionid: String(first.sessionId), port: server.port }]);
    await Promise.all([one.end("aborted"), two.end("finished")]);
  });

  it("waits at its commit for clients that still run, and lets no other in", async () => {
    const server = await start();
    const client = await join(server);
    let ended = false;
    const commit = server.commit().then(() => {
      ended = true;
    });
    expect(await rejectionOf(() => join(server))).toMatchObject({ code: "ARCHIVE_AWAY" });
    await insert(client, 5);
    expect(ended).toBe(false);
    await client.end("finished");
    await commit;
    expect(await numbersOutside()).toEqual([5]);
  });

  it("keeps nothing where it is aborted while its commit waits for a client", async () => {
    const server = await start();
    const client = await join(server);
    await insert(client, 5);
    const commit = rejectionOf(() => server.commit());
    const abort = server.abort();
    expect(await rejectionOf(() => insert(client, 6))).toMatchObject({ code: "CANCELLED" });
    await client.end("aborted");
    await abort;
    expect(await commit).toMatchObject({ code: "CANCELLED" });
    expect(await numbersOutside()).toEqual([]);
  });

  it("ends a statement that runs when it is aborted", async () => {
    const server = await start();
    const client = await join(server);
    const sleep = rejectionOf(() => client.database.query(sql`SELECT pg_sleep(600)`));
    await numbersOutside();
    const abort = server.abort();
    expect(await sleep).toMatchObject({ code: "CANCELLED" });
    await client.end("aborted");
    await abort;
  });

  it("goes on when a client is gone in the middle of a statement, which is ended", async () => {
    const server = await start();
    const [one, two] = await Promise.all([join(server), join(server)]);
    await insert(one, 1);
    const controller = new AbortController();
    const three = await join(server, { signal: controller.signal });
    const sleep = rejectionOf(() => three.database.query(sql`SELECT pg_sleep(600)`));
    const running = "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT pg_sleep%'";
    while ((await archive.outside(running)).length === 0);
    controller.abort();
    expect(await sleep).toMatchObject({ code: "CANCELLED" });
    expect(await numbersIn(two.database)).toEqual([1n]);
    await Promise.all([one.end("finished"), two.end("finished")]);
    await server.commit();
    expect(await numbersOutside()).toEqual([1]);
  });

  it("takes back only the statement that failed", async () => {
    const server = await start();
    const [one, two] = await Promise.all([join(server), join(server)]);
    await insert(one, 1);
    expect(await rejectionOf(() => insert(two, 1))).toMatchObject({ code: "ARCHIVE_FAILED" });
    expect(await rejectionOf(() => two.database.query(sql`SELECT 1/0`))).toMatchObject({
      code: "BAD_QUERY",
      message: expect.stringContaining("division by zero"),
    });
    await insert(two, 2);
    await Promise.all([one.end("finished"), two.end("aborted")]);
    await server.commit();
    expect(await numbersOutside()).toEqual([1, 2]);
  });

  it("lets programs that only read change nothing", async () => {
    const server = await start();
    const client = await join(server, { writes: false });
    const change = sql`INSERT INTO su_ex.t VALUES (1)`;
    expect(await rejectionOf(() => client.database.query(change))).toMatchObject({
      code: "ARCHIVE_READ_ONLY",
    });
    expect(await rejectionOf(() => client.forWriting())).toMatchObject({ code: "ARCHIVE_READ_ONLY" });
    await client.end("finished");
  });

  it("gives answers of many rows and of every kind of value", async () => {
    const server = await start();
    const client = await join(server);
    const [row] = await client.database.query(
      sql`SELECT ${param(2n ** 62n, "int8")} AS a, ${param(Number.NaN, "float8")} AS b, NULL AS c,
        ${param([1n], "int8[]")} AS d, true AS e, ${param("é", "text")} AS f`,
    );
    expect(row).toEqual({ a: 2n ** 62n, b: Number.NaN, c: null, d: [1n], e: true, f: "é" });
    const many = await client.database.query(
      sql`SELECT n, repeat('x', 100) AS word FROM generate_series(1::int8, 15000) AS n`,
    );
    expect(many).toHaveLength(15_000);
    expect(many.at(-1)).toEqual({ n: 15_000n, word: "x".repeat(100) });
    expect(await client.database.query(sql`SELECT 1 WHERE false`)).toEqual([]);
    await client.end("finished");
  });

  it("gives copies, also to several at once, and to one who waits for another", async () => {
    const server = await start();
    const [one, two] = await Promise.all([join(server), join(server)]);
    const expected = (50_000n * 50_001n) / 2n;
    expect(await Promise.all([copied(one.database, 50_000), copied(two.database, 50_000)])).toEqual([
      expected,
      expected,
    ]);
    // Nobody reads on here before the other client has its answer: a copy that held the transaction would never end.
    const slow = one.database
      .copyOut(sql`SELECT n, repeat('x', 1000) FROM generate_series(1, 40000) AS n`)
      [Symbol.asyncIterator]();
    await slow.next();
    expect(await numbersIn(two.database)).toEqual([]);
    await slow.return?.(undefined);
    expect(await numbersIn(one.database)).toEqual([]);
    await Promise.all([one.end("finished"), two.end("finished")]);
  });

  it("tells of a copy that fails, at its begin or in its middle, and of one that runs when another statement is asked for", async () => {
    const server = await start();
    const client = await join(server);
    const halfway = sql`SELECT 1 / (n - 200000) FROM generate_series(1, 300000) AS n`;
    for (const select of [sql`SELECT 1/0`, halfway])
      expect(
        await rejectionOf(async () => {
          for await (const _ of client.database.copyOut(select));
        }),
      ).toMatchObject({ code: "BAD_QUERY" });
    for await (const _ of client.database.copyOut(sql`SELECT 1`))
      expect(await rejectionOf(() => numbersIn(client.database))).toMatchObject({ code: "INTERNAL" });
    expect(await numbersIn(client.database)).toEqual([]);
    await client.end("finished");
  });

  it("lets each client have its own statement timeout", async () => {
    const server = await start();
    const [hasty, other] = await Promise.all([join(server, { statementTimeoutMs: 20 }), join(server)]);
    const sleep = (client: Session, seconds: number): Promise<unknown> =>
      client.database.query(sql`SELECT pg_sleep(${param(seconds, "float8")})`);
    expect(await rejectionOf(() => sleep(hasty, 600))).toMatchObject({ code: "TIME_LIMIT" });
    await sleep(other, 0.1);
    await Promise.all([hasty.end("finished"), other.end("finished")]);
  });

  it("tells its clients when it has lost the database, and then keeps nothing", async () => {
    const server = await start();
    const client = await join(server);
    await insert(client, 1);
    await archive.outside(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'",
    );
    expect(await rejectionOf(() => numbersIn(client.database))).toMatchObject({ code: "ARCHIVE_AWAY" });
    await client.end("finished");
    expect(await rejectionOf(() => server.commit())).toMatchObject({ code: "ARCHIVE_AWAY" });
    expect(await numbersOutside()).toEqual([]);
    expect(await rows()).toMatchObject([{ status: "aborted: the changes could not be kept" }]);
  });

  describe("at its door", () => {
    const raw = (server: SessionServer): Socket => connect(server.port, "127.0.0.1");
    const allOf = async (socket: Socket): Promise<string> => {
      const parts: Buffer[] = [];
      for await (const part of socket) parts.push(part as Buffer); // no encoding is set
      return Buffer.concat(parts).toString("latin1");
    };

    it("refuses a wrong token", async () => {
      const server = await start();
      for (const token of ["", `${TOKEN} `, "A token of this test"])
        expect(
          await rejectionOf(() => join(server, { address: { host: "127.0.0.1", port: server.port, token } })),
        ).toMatchObject({ code: "FORBIDDEN" });
      expect(server.connected).toBe(0);
    });

    it("refuses what is no greeting, another version, and a long one before it has come", async () => {
      const server = await start();
      const hello = { op: "hello", version: 1, token: TOKEN, program: "p", pid: 1 };
      const attempts: readonly (readonly [Uint8Array, string])[] = [
        [Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), ""],
        [encodeFrame({ kind: "json", value: { op: "write" } }), "is no greeting"],
        [encodeFrame({ kind: "json", value: { ...hello, version: 2 } }), "expected 1"],
        [encodeFrame({ kind: "bytes", bytes: Uint8Array.of(1) }), "is no greeting"],
        [Uint8Array.of(0, 0, 0x10, 1, 0x4a), ""],
      ];
      for (const [bytes, answer] of attempts) {
        const socket = raw(server);
        socket.write(bytes);
        expect(await allOf(socket)).toContain(answer);
      }
      expect(await rows()).toEqual([]);
    });

    it("closes a connection that does not greet, and one that says what it must not", async () => {
      const server = await start({ greetingTimeoutMs: 20 });
      expect(await allOf(raw(server))).toBe("");
      const socket = raw(server);
      const hello = { op: "hello", version: 1, token: TOKEN, program: "p", pid: 1 };
      for (const value of [hello, { op: "query", access: "all", statement: ["SELECT 1"] }])
        socket.write(encodeFrame({ kind: "json", value }));
      expect(await allOf(socket)).toContain("no request of the session");
    });

    it("cuts off who sends more at once than the protocol allows", async () => {
      const server = await start();
      const socket = raw(server);
      socket.on("error", () => undefined);
      const hello = { op: "hello", version: 1, token: TOKEN, program: "p", pid: 1 };
      socket.write(encodeFrame({ kind: "json", value: hello }));
      const sleep = { op: "query", access: "read", statement: ["SELECT pg_sleep(600)"] };
      for (let n = 0; n < 10; n++) socket.write(encodeFrame({ kind: "json", value: sleep }));
      await new Promise((resolve) => socket.on("close", resolve).resume());
      const client = await join(server);
      expect(await numbersIn(client.database)).toEqual([]);
      await client.end("finished");
    });
  });
});
