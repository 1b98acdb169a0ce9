import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type ConnectionPool,
  connectionPool,
  inTransaction,
} from "../../../netdrms/database/connection-pool.js";
import type { Database } from "../../../netdrms/database/database.js";
import { quoteName } from "../../../netdrms/database/identifier.js";
import { bind, joinSql, name, param, sql, withSettings } from "../../../netdrms/database/sql.js";
import { postgresForTest, testDatabase } from "../../support/postgres.js";
import { rejectionOf } from "../../support/thrown.js";

const READ = { access: "read", statementTimeoutMs: 5000 } as const;
const WRITE = { access: "write", statementTimeoutMs: 5000 } as const;

describe("statements", () => {
  it("keep values apart from their text", () => {
    const hostile = "'); DROP TABLE x; --";
    const statement = sql`SELECT ${name("a")} FROM ${name("su_ex", "t")} WHERE ${joinSql([sql`b = ${param(hostile, "text")}`, sql`c = ${param(5n, "int8")}`], " AND ")}`;
    expect(bind(statement)).toEqual({
      text: 'SELECT "a" FROM "su_ex"."t" WHERE b = $1::text AND c = $2::int8',
      values: [hostile, "5"],
    });
    expect(withSettings(statement, "heliostream.p")).toEqual({
      text: `SELECT "a" FROM "su_ex"."t" WHERE b = (SELECT current_setting('heliostream.p1')::text)::text AND c = '5'::int8`,
      settings: [{ name: "heliostream.p1", value: hostile }],
    });
  });

  it.each(['a"b', "A", "", "1a", "a b", "a;b", "ä", `${"a".repeat(64)}`, "a\0b"])(
    "take no name such as %j",
    async (bad) => {
      expect(await rejectionOf(() => quoteName(bad))).toMatchObject({ code: "ARCHIVE_FAILED" });
    },
  );
});

const postgres = await postgresForTest();

describe.skipIf(postgres.missing)(postgres.title("transactions of the archive"), () => {
  let pool: ConnectionPool;
  let url: string;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    const database = await testDatabase();
    drop = database.drop;
    url = database.url;
    pool = connectionPool({ url, maxConnections: 3 });
    await inTransaction(pool, WRITE, (db) => db.query(sql`CREATE TABLE public.t (n int8)`));
  });
  afterAll(async () => {
    await pool.close();
    await drop();
  });
  const count = async (): Promise<unknown> =>
    (await inTransaction(pool, READ, (db) => db.query(sql`SELECT count(*) AS n FROM public.t`)))[0]!.n;

  it("keep what was written when the work returns, and nothing when it throws", async () => {
    const before = await count();
    await expect(
      inTransaction(pool, WRITE, async (db) => {
        await db.query(sql`INSERT INTO public.t VALUES (1)`);
        throw new Error("no");
      }),
    ).rejects.toThrow("no");
    expect(await count()).toBe(before);
    await inTransaction(pool, WRITE, (db) => db.query(sql`INSERT INTO public.t VALUES (1)`));
    expect(await count()).toBe((before as bigint) + 1n);
  });

  it("see one snapshot from begin to end", async () => {
    const reader = await pool.begin(READ);
    const first = await reader.query(sql`SELECT count(*) AS n FROM public.t`);
    await inTransaction(pool, WRITE, (db) => db.query(sql`INSERT INTO public.t VALUES (2)`));
    expect(await reader.query(sql`SELECT count(*) AS n FROM public.t`)).toEqual(first);
    await reader.rollback();
  });

  it("that read cannot write, whatever the statement", async () => {
    expect(
      await rejectionOf(() =>
        inTransaction(pool, READ, (db) => db.query(sql`INSERT INTO public.t VALUES (3)`)),
      ),
    ).toMatchObject({ code: "ARCHIVE_READ_ONLY" });
  });

  it("do not commit by halves: a failed statement that was caught fails the commit", async () => {
    const error = await rejectionOf(() =>
      inTransaction(pool, WRITE, async (db) => {
        await db.query(sql`INSERT INTO public.t VALUES (4)`);
        await db.query(sql`SELECT 1 / ${param(0, "int4")}`).catch(() => undefined);
      }),
    );
    expect(error).toMatchObject({ code: "ARCHIVE_FAILED" });
  });

  it("tell of a slow statement, of a value that cannot be taken, and show no SQL", async () => {
    const slow = { access: "read", statementTimeoutMs: 50 } as const;
    const late = await rejectionOf(() =>
      inTransaction(pool, slow, (db) => db.query(sql`SELECT pg_sleep(20)`)),
    );
    expect(late).toMatchObject({ code: "TIME_LIMIT" });
    const divided = await rejectionOf(() =>
      inTransaction(pool, READ, (db) => db.query(sql`SELECT 1 / ${param(0, "int4")}`)),
    );
    expect(divided).toMatchObject({
      code: "BAD_QUERY",
      message: expect.stringContaining("division by zero"),
    });
    const wrong = await rejectionOf(() =>
      inTransaction(pool, READ, (db) => db.query(sql`SELECT secret_name`)),
    );
    expect(wrong).toMatchObject({ code: "ARCHIVE_FAILED" });
    expect(wrong.message).not.toContain("secret_name");
  });

  it("are cancelled by their signal, and the next one is not", async () => {
    const stop = new AbortController();
    const running = inTransaction(pool, { ...READ, signal: stop.signal }, async (db) => {
      const sleeping = db.query(sql`SELECT pg_sleep(20)`);
      // The statement has surely been sent when another connection sees it.
      await inTransaction(pool, READ, async (other) => {
        for (;;) {
          const seen = await other.query(
            sql`SELECT 1 AS x FROM pg_stat_activity WHERE query LIKE '%pg_sleep(20)%' AND state = 'active' AND pid <> pg_backend_pid()`,
          );
          if (seen.length > 0) break;
          await other.query(sql`SELECT pg_stat_clear_snapshot()`);
        }
      });
      stop.abort();
      return sleeping;
    });
    expect(await rejectionOf(() => running)).toMatchObject({ code: "CANCELLED" });
    expect(typeof (await count())).toBe("bigint");
  });

  it("leave no connection behind that a late cancel request could meet", async () => {
    const single = connectionPool({ url, maxConnections: 1 });
    const backend = (db: Database) => db.query(sql`SELECT pg_backend_pid() AS pid`);
    const stop = new AbortController();
    const transaction = await single.begin({ ...READ, signal: stop.signal });
    const cancelled = await backend(transaction);
    stop.abort();
    await transaction.rollback();
    expect(await inTransaction(single, READ, backend)).not.toEqual(cancelled);
    await single.close();
  });

  it.each([
    ["text", "a'b\\c\"d$$e'); DROP TABLE public.t; --\n\u00b5"],
    ["text", ""],
    ["text", "x".repeat(1 << 20)],
    ["text[]", ["a,b", 'c"d\\', "{}", "NULL", "", " x "]],
    ["text[]", []],
    ["int8[]", [1n, -(2n ** 63n)]],
    ["int8[]", []],
    ["int8", 2n ** 63n - 1n],
    ["int4", -5],
    ["float8", 5e-324],
    ["float8", Number.NaN],
    ["float8", Number.NEGATIVE_INFINITY],
    ["bool", false],
    ["text", null],
  ] as const)("copy the same for a value of %s as they query, and keep no setting", async (type, value) => {
    const same = sql`SELECT ARRAY[(${param(value, type)})::text] AS value`;
    const text = sql`SELECT (${param(value, type)})::text AS value`;
    const [queried] = await inTransaction(pool, READ, (db) => db.query(text));
    const copied = await inTransaction(pool, READ, async (db) => {
      const pieces: Uint8Array[] = [];
      for await (const piece of db.copyOut(same)) pieces.push(Buffer.from(piece));
      return Buffer.concat(pieces);
    });
    // In the array of one element its text stands last, before the trailer of two bytes; NULL has the length -1.
    const wanted = queried?.value === null ? Buffer.alloc(4, 0xff) : Buffer.from(String(queried?.value));
    expect(copied.subarray(-2 - wanted.length, -2).equals(wanted)).toBe(true);
    const left = await inTransaction(pool, READ, (db) =>
      db.query(sql`SELECT name FROM pg_settings WHERE name LIKE 'heliostream.%' AND setting <> ''`),
    );
    expect(left).toEqual([]);
  });

  it("search long lists in a COPY as PostgreSQL searches those of a person", async () => {
    const numbers = joinSql(
      Array.from({ length: 4000 }, (_, n) => sql`${param(BigInt(n), "int8")}`),
      ", ",
    );
    const statement = sql`SELECT n FROM generate_series(1, 5000) AS s(n) WHERE n IN (${numbers})`;
    // To look them up for every row takes half a minute, and there are five seconds.
    let bytes = 0;
    await inTransaction(pool, READ, async (db) => {
      for await (const piece of db.copyOut(statement)) bytes += piece.length;
    });
    // Header, rows of a count, a length and four bytes, trailer.
    expect(bytes).toBe(19 + 3999 * 10 + 2);
  });

  it("end a COPY whose reader leaves early, on the server too", async () => {
    const transaction = await pool.begin(READ);
    const endless = transaction.copyOut(sql`SELECT generate_series(1, 1000000000), repeat('left early', 10)`);
    for await (const piece of endless) {
      expect(piece.length).toBeGreaterThan(0);
      break;
    }
    await transaction.rollback();
    await inTransaction(pool, READ, async (db) => {
      for (;;) {
        const running = await db.query(
          sql`SELECT 1 AS x FROM pg_stat_activity WHERE query LIKE '%left early%' AND state = 'active' AND pid <> pg_backend_pid()`,
        );
        if (running.length === 0) break;
        await db.query(sql`SELECT pg_stat_clear_snapshot()`);
      }
    });
  });

  it("count of a COPY the time that the server takes, not that of a slow reader", async () => {
    const db = await pool.begin({ access: "read", statementTimeoutMs: 300 });
    try {
      let bytes = 0;
      // Far more than what is read ahead.
      for await (const piece of db.copyOut(sql`SELECT repeat('x', 1000) FROM generate_series(1, 30000)`)) {
        if (bytes === 0) await inTransaction(pool, READ, (other) => other.query(sql`SELECT pg_sleep(0.5)`));
        bytes += piece.length;
      }
      expect(bytes).toBeGreaterThan(30_000_000);
      // Statements after it have their limit again.
      expect(await rejectionOf(() => db.query(sql`SELECT pg_sleep(10)`))).toMatchObject({
        code: "TIME_LIMIT",
      });
    } finally {
      await db.rollback();
    }
  });

  it("end a COPY that gives nothing for too long", async () => {
    const db = await pool.begin({ access: "read", statementTimeoutMs: 200 });
    const copy = async () => {
      for await (const _ of db.copyOut(sql`SELECT n, pg_sleep(n * 20) FROM generate_series(0, 1) AS s(n)`));
    };
    expect(await rejectionOf(copy)).toMatchObject({ code: "TIME_LIMIT" });
    await db.rollback();
    expect(await count()).toBeDefined();
  });

  it("fail, and do not hang or crash, when the server ends the connection in mid-stream", async () => {
    const error = await rejectionOf(() =>
      inTransaction(pool, READ, async (db) => {
        const [{ pid } = {}] = await db.query(sql`SELECT pg_backend_pid() AS pid`);
        const rows = db.copyOut(sql`SELECT generate_series(1, 1000000000)`);
        let killed = false;
        for await (const _ of rows) {
          if (killed) continue;
          killed = true;
          await inTransaction(pool, READ, (other) =>
            other.query(sql`SELECT pg_terminate_backend(${param(pid as number, "int4")})`),
          );
        }
      }),
    );
    expect(error).toMatchObject({ code: "ARCHIVE_AWAY" });
    expect(typeof (await count())).toBe("bigint");
  });

  it("do not wait for a connection once they are cancelled", async () => {
    const single = connectionPool({ url, maxConnections: 1 });
    const holder = await single.begin(READ);
    const stop = new AbortController();
    const waiting = rejectionOf(() => single.begin({ ...READ, signal: stop.signal }));
    stop.abort();
    expect(await waiting).toMatchObject({ code: "CANCELLED" });
    await holder.rollback();
    expect(await inTransaction(single, READ, (db) => db.query(sql`SELECT 1 AS x`))).toEqual([{ x: 1 }]);
    await single.close();
  });

  it("say that a database is away, without its address", async () => {
    const nobody = connectionPool({ url: "postgres://nobody@127.0.0.1:1/none", maxConnections: 1 });
    const error = await rejectionOf(() => nobody.begin(READ));
    expect(error).toMatchObject({ code: "ARCHIVE_AWAY" });
    expect(error.message).not.toContain("127.0.0.1");
    await nobody.close();
  });

  it("know no names but the system's when they read", async () => {
    expect(
      await rejectionOf(() => inTransaction(pool, READ, (db) => db.query(sql`SELECT * FROM t`))),
    ).toMatchObject({ code: "ARCHIVE_FAILED" });
  });
});
