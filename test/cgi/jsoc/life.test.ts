import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type JsocServer, jsocServer } from "../../support/jsoc-server.js";
import { postgresForTest } from "../../support/postgres.js";
import { type FieldArchive, fieldArchive } from "./field-archive.js";

const postgres = await postgresForTest();

describe.skipIf(postgres.missing)(postgres.title("requests of the JSOC web interface while they run"), () => {
  let made: FieldArchive;
  /** One second, three connections, lists of 64 KiB. */
  let hurried: JsocServer;
  let locker: pg.Client;

  beforeAll(async () => {
    made = await fieldArchive();
    hurried = await jsocServer(made.archive.database.url, {
      HELIOSTREAM_JSOC_TIME_LIMIT: "1",
      HELIOSTREAM_JSOC_ANSWER_LIMIT: "65536",
    });
    locker = new pg.Client({ connectionString: made.archive.database.url, application_name: "locker" });
    await locker.connect();
  });
  afterAll(async () => {
    await locker.end();
    await hurried.close();
    await made.end();
  });

  const KEYS = { op: "rs_list", ds: "su_ex.field[]", key: "T_REC" };
  /** While nobody can read the series. */
  const locked = async <T>(work: () => Promise<T>): Promise<T> => {
    await locker.query("BEGIN; LOCK TABLE su_ex.field IN ACCESS EXCLUSIVE MODE");
    try {
      return await work();
    } finally {
      await locker.query("ROLLBACK");
    }
  };
  const waiting = async (): Promise<number> =>
    Number(
      (
        await made.archive.rows(
          "SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
        )
      )[0]?.n,
    );
  /** Asks again until the number is reached; the test's own limit of time ends it. */
  const untilWaiting = async (wanted: number): Promise<void> => {
    while ((await waiting()) !== wanted);
  };

  it("ends a question that takes too long with an error, and goes on", async () => {
    // The description of the series is known, so that the records are what it waits for.
    expect(await hurried.ask("jsoc_info", KEYS)).toMatchObject({ status: 0, count: 3 });
    const late = await locked(() => hurried.ask("jsoc_info", KEYS));
    expect(late).toEqual({ status: 1, error: expect.stringMatching(/took longer than/), errmsg: late.error });
    await untilWaiting(0);
    expect(await hurried.ask("jsoc_info", KEYS)).toMatchObject({ status: 0, count: 3 });
  });

  it("stops the statement of a client that has left", async () => {
    await made.ask("jsoc_info", KEYS);
    await locked(async () => {
      const left = new AbortController();
      const gone = fetch(`${made.server.url}/jsoc_info?${new URLSearchParams(KEYS)}`, {
        signal: left.signal,
      });
      await untilWaiting(1);
      left.abort();
      await expect(gone).rejects.toThrow();
      await untilWaiting(0);
      const record = await made.server.live.record(({ outcome }) => outcome === "cancelled");
      expect(record).toMatchObject({ query: "/jsoc", status: 0 });
    });
    expect(await made.ask("jsoc_info", KEYS)).toMatchObject({ status: 0, count: 3 });
  });

  it("counts lists among the requests of a client that read data, and refuses what is too many in its own form", async () => {
    const strict = await jsocServer(made.archive.database.url, {
      HELIOSTREAM_CLIENT_DATA_REQUESTS: "1",
      HELIOSTREAM_CLIENTS_EXEMPT: "192.0.2.1",
    });
    try {
      await strict.ask("jsoc_info", KEYS);
      await locked(async () => {
        const first = strict.ask("jsoc_info", KEYS);
        await untilWaiting(1);
        const second = await fetch(`${strict.url}/jsoc_info?${new URLSearchParams(KEYS)}`);
        expect([second.status, await second.json()]).toEqual([
          429,
          { status: 1, error: expect.any(String), errmsg: expect.any(String) },
        ]);
        expect(Number(second.headers.get("retry-after"))).toBeGreaterThan(0);
        const text = await fetch(`${strict.url}/show_info?ds=su_ex.log&n=1`);
        expect([text.status, await text.text()]).toEqual([429, expect.stringMatching(/^show_info: /)]);
        expect(await strict.ask("show_series", {})).toMatchObject({ status: 0 });
        await locker.query("ROLLBACK");
        expect(await first).toMatchObject({ status: 0, count: 3 });
      });
    } finally {
      await strict.close();
    }
  });

  it("makes no connection for a request, and no more than it may for many", async () => {
    const all = await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        made.ask("jsoc_info", {
          ...KEYS,
          ...(n % 2 === 0 ? { seg: "field", R: "1" } : { op: "series_struct" }),
        }),
      ),
    );
    expect(all.map(({ status }) => status)).toEqual(all.map(() => 0));
    const connections = () =>
      made.archive.rows(
        "SELECT pid FROM pg_stat_activity WHERE application_name = 'heliostream' AND datname = current_database() ORDER BY pid",
      );
    const before = await connections();
    // DRMS_MAX_CONNECTIONS of both servers, and those that made the archive.
    expect(before.length).toBeLessThanOrEqual(2 * 8 + 8);
    await made.ask("jsoc_info", KEYS);
    expect(await connections()).toEqual(before);
  });

  it("gives a list that memory does not hold whole, and refuses one that is too long", async () => {
    await made.archive.rows(
      "INSERT INTO su_ex.log (recnum, sunum, slotnum, sessionid, sessionns, note) SELECT n, -1, -1, 1, 'su_ex', 'note ' || n || repeat('-', 60) FROM generate_series(2, 80000) n",
    );
    const { keywords, links, recinfo, count } = await made.ask("jsoc_info", {
      op: "rs_list",
      ds: "su_ex.log[:#2-#]",
      key: "*recnum*,NOTE",
      link: "none",
      R: "1",
    });
    const numbers = Array.from({ length: 79_999 }, (_, n) => n + 2);
    expect(count).toBe(79_999);
    expect(keywords).toEqual([
      { name: "*recnum*", values: numbers },
      { name: "NOTE", values: numbers.map((n) => `note ${n}${"-".repeat(60)}`) },
    ]);
    expect(links).toEqual([{ name: "none", values: numbers.map(() => "Invalid_Link") }]);
    expect((recinfo as readonly unknown[]).at(-1)).toEqual({ name: "su_ex.log[:#80000]", online: 0 });
    expect(
      await hurried.ask("jsoc_info", { op: "rs_list", ds: "su_ex.log[:#2-#]", key: "NOTE" }),
    ).toMatchObject({
      status: 1,
      error: "The list has more than 65536 bytes, expected fewer records or names",
    });
  });

  it("tells of a database that is away, and answers again when it is back", async () => {
    const away = await jsocServer("postgres://nobody@127.0.0.1:1/none");
    try {
      expect(await away.ask("jsoc_info", KEYS)).toEqual({
        status: 1,
        error: "The archive's database does not answer",
        errmsg: "The archive's database does not answer",
      });
    } finally {
      await away.close();
    }
    // All connections are cut; the next requests get new ones.
    await made.archive.rows(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'heliostream' AND datname = current_database()",
    );
    const after = [await made.ask("jsoc_info", KEYS), await made.ask("jsoc_info", KEYS)];
    expect(after.at(-1)).toMatchObject({ status: 0, count: 3 });
  });
});
