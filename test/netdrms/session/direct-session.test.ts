import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { decodeCopy } from "../../../netdrms/database/copy-binary.js";
import type { Database } from "../../../netdrms/database/database.js";
import { param, sql } from "../../../netdrms/database/sql.js";
import { type DirectSessionOptions, openDirectSession } from "../../../netdrms/session/direct-session.js";
import type { Session } from "../../../netdrms/session/session.js";
import { postgresForTest } from "../../support/postgres.js";
import { rejectionOf } from "../../support/thrown.js";
import { FACTS, numbersIn, type SmallArchive, smallArchive } from "./small-archive.js";

const postgres = await postgresForTest();

describe.skipIf(postgres.missing)(postgres.title("a session over a connection of its own"), () => {
  let archive: SmallArchive;
  const open: Session[] = [];
  beforeAll(async () => {
    archive = await smallArchive();
  });
  afterEach(async () => {
    for (const session of open.splice(0)) await session.end("aborted");
    await archive.outside("TRUNCATE su_ex.t, su_ex.drms_session");
  });
  afterAll(() => archive.drop());

  const start = async (options: Partial<DirectSessionOptions> = {}): Promise<Session> => {
    const session = await openDirectSession({
      pool: archive.pool,
      writes: true,
      statementTimeoutMs: 10_000,
      facts: FACTS,
      ...options,
    });
    open.push(session);
    return session;
  };
  const insert = (database: Database, n: number): Promise<unknown> =>
    database.query(sql`INSERT INTO su_ex.t VALUES (${param(n, "int8")}, 'x')`);
  const numbersOutside = async (): Promise<unknown[]> =>
    (await archive.outside("SELECT n::int FROM su_ex.t ORDER BY n")).map(({ n }) => n);
  const rows = () => archive.outside("SELECT * FROM su_ex.drms_session ORDER BY sessionid");

  it("keeps what was written when it finishes, and nothing when it is aborted", async () => {
    const finished = await start();
    await insert((await finished.forWriting()).database, 1);
    expect(await numbersIn(finished.database)).toEqual([1n]);
    expect(await numbersOutside()).toEqual([]);
    await finished.end("finished");
    expect(await numbersOutside()).toEqual([1]);

    const aborted = await start();
    await insert((await aborted.forWriting()).database, 2);
    await aborted.end("aborted");
    expect(await numbersOutside()).toEqual([1]);
  });

  it("leaves no row where it only read, and none has been made before the first write", async () => {
    const session = await start();
    await numbersIn(session.database);
    expect(await rows()).toEqual([]);
    await session.end("finished");
    expect(await rows()).toEqual([]);
  });

  it("makes one row at the first write, which others see at once and which outlives a rollback", async () => {
    const session = await start();
    const [one, two] = await Promise.all([session.forWriting(), session.forWriting()]);
    expect(two.sessionId).toBe(one.sessionId);
    expect(one.sessionNamespace).toBe("su_ex");
    const [row, ...more] = await rows();
    expect(more).toEqual([]);
    expect(row).toMatchObject({
      sessionid: String(one.sessionId),
      hostname: "host.example",
      port: 0,
      pid: 4711,
      sunum: null,
      sudir: null,
      username: "ex",
      starttime: "2026-01-02 03:04:05",
      endtime: null,
      clients: 0,
      status: "idle",
      sums_thread_status: "starting",
      jsoc_version: "1.2.3(10203)",
    });
    expect(row?.lastcontact).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    await session.end("aborted");
    const [after] = await rows();
    expect(after?.status).toBe("aborted");
    expect(after?.clients).toBe(1);
    expect(after?.endtime).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    expect(after?.endtime).toBe(after?.lastcontact);
  });

  it("says finished in its row after success", async () => {
    const session = await start();
    await session.forWriting();
    await session.end("finished");
    expect(await rows()).toMatchObject([{ status: "finished" }]);
  });

  it("takes everything back and says so in its row where the commit fails", async () => {
    await archive.outside(`
      CREATE TABLE su_ex.late (n int8);
      CREATE FUNCTION su_ex.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'late'; END $$;
      CREATE CONSTRAINT TRIGGER late AFTER INSERT ON su_ex.late DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION su_ex.refuse()`);
    const session = await start();
    const { database } = await session.forWriting();
    await insert(database, 1);
    await database.query(sql`INSERT INTO su_ex.late VALUES (1)`);
    expect(await rejectionOf(() => session.end("finished"))).toMatchObject({ code: "ARCHIVE_FAILED" });
    expect(await numbersOutside()).toEqual([]);
    expect(await rows()).toMatchObject([{ status: "aborted: the changes could not be kept" }]);
  });

  it("sees one snapshot from begin to end", async () => {
    const session = await start();
    expect(await numbersIn(session.database)).toEqual([]);
    await archive.outside("INSERT INTO su_ex.t VALUES (7)");
    expect(await numbersIn(session.database)).toEqual([]);
  });

  it("changes nothing through its database for reading, before and after the first write", async () => {
    const session = await start();
    const refused = { code: "ARCHIVE_READ_ONLY" };
    expect(await rejectionOf(() => insert(session.database, 1))).toMatchObject(refused);
    const { database } = await session.forWriting();
    expect(await rejectionOf(() => insert(session.database, 1))).toMatchObject(refused);
    await insert(database, 2);
    expect(await numbersIn(session.database)).toEqual([2n]);
  });

  it("goes on after a statement that failed, without the changes of that one", async () => {
    const session = await start();
    const { database } = await session.forWriting();
    await insert(database, 1);
    const twice = sql`INSERT INTO su_ex.t SELECT n, 'y' FROM (VALUES (5), (1)) AS v(n)`;
    expect(await rejectionOf(() => database.query(twice))).toMatchObject({ code: "ARCHIVE_FAILED" });
    expect(await rejectionOf(() => session.database.query(sql`SELECT 1/0`))).toMatchObject({
      code: "BAD_QUERY",
    });
    await session.end("finished");
    expect(await numbersOutside()).toEqual([1]);
  });

  it("copies rows that it has itself written, and goes on when the reader of the copy leaves early", async () => {
    const session = await start();
    const { database } = await session.forWriting();
    await database.query(
      sql`INSERT INTO su_ex.t SELECT n, 'w' FROM generate_series(${param(1n, "int8")}, ${param(20_000n, "int8")}) AS n`,
    );
    const select = sql`SELECT n, word FROM su_ex.t WHERE n > ${param(5n, "int8")} ORDER BY n`;
    let sum = 0n;
    for await (const { rows: count, columns } of decodeCopy(session.database.copyOut(select), [
      "int8",
      "text",
    ])) {
      const column = columns[0]!;
      for (let n = 0; n < count; n++) sum += column.values[n] as bigint; // int8, as asked
    }
    expect(sum).toBe((20_000n * 20_001n) / 2n - 15n);
    for await (const _ of session.database.copyOut(
      sql`SELECT a, b FROM generate_series(1, 1000000) AS a, generate_series(1, 1000000) AS b`,
    ))
      break;
    await session.end("finished");
    expect(await numbersOutside()).toHaveLength(20_000);
  });

  it("refuses statements that would end its transaction", async () => {
    const session = await start();
    const { database } = await session.forWriting();
    for (const statement of [sql`COMMIT`, sql`  rollback`, sql`Savepoint x`, sql`END`])
      expect(await rejectionOf(() => database.query(statement))).toMatchObject({ code: "ARCHIVE_FAILED" });
  });

  it("ends the statement that runs at its signal, and takes everything back", async () => {
    const controller = new AbortController();
    const session = await start({ signal: controller.signal });
    const { database } = await session.forWriting();
    await insert(database, 1);
    const sleep = database.query(sql`SELECT pg_sleep(600)`);
    setImmediate(() => controller.abort());
    expect(await rejectionOf(() => sleep)).toMatchObject({ code: "CANCELLED" });
    expect(await rejectionOf(() => numbersIn(session.database))).toMatchObject({ code: "CANCELLED" });
    await session.end("aborted");
    expect(await numbersOutside()).toEqual([]);
    expect(await rows()).toMatchObject([{ status: "aborted" }]);
  });

  it.each([
    ["reads", false],
    ["writes", true],
  ])(
    "of a program that %s ends what still runs when it is aborted, also a copy that nobody reads on",
    async (_, writes) => {
      const sleeper = await start({ writes });
      const sleep = rejectionOf(() => sleeper.database.query(sql`SELECT pg_sleep(600)`));
      await sleeper.end("aborted");
      expect(await sleep).toMatchObject({ code: "CANCELLED" });

      const copier = await start({ writes });
      const copy = copier.database
        .copyOut(sql`SELECT n FROM generate_series(1, 1000000) AS n`)
        [Symbol.asyncIterator]();
      await copy.next();
      expect(await rejectionOf(() => numbersIn(copier.database))).toMatchObject({ code: "INTERNAL" });
      await copier.end("aborted");
    },
  );

  it("keeps nothing where it finishes in the middle of a copy", async () => {
    const session = await start();
    await insert((await session.forWriting()).database, 1);
    const copy = session.database
      .copyOut(sql`SELECT n FROM generate_series(1, 1000000) AS n`)
      [Symbol.asyncIterator]();
    await copy.next();
    expect(await rejectionOf(() => session.end("finished"))).toMatchObject({ code: "INTERNAL" });
    expect(await numbersOutside()).toEqual([]);
  });

  it("ends a statement that takes longer than it may", async () => {
    const session = await start({ statementTimeoutMs: 20 });
    expect(await rejectionOf(() => session.database.query(sql`SELECT pg_sleep(600)`))).toMatchObject({
      code: "TIME_LIMIT",
    });
    expect(await numbersIn(session.database)).toEqual([]);
  });

  it("of a program that did not say so never writes", async () => {
    const session = await start({ writes: false });
    expect(await rejectionOf(() => session.forWriting())).toMatchObject({ code: "ARCHIVE_READ_ONLY" });
    expect(await rejectionOf(() => insert(session.database, 1))).toMatchObject({ code: "ARCHIVE_READ_ONLY" });
  });

  it("takes its namespace from the argument, and never public or one that is not there", async () => {
    expect((await (await start({ sessionNamespace: "SU_Ex" })).forWriting()).sessionNamespace).toBe("su_ex");
    for (const sessionNamespace of ["public", "PUBLIC", "su_none", "su_ex'; --"]) {
      const session = await start({ sessionNamespace });
      expect(await rejectionOf(() => session.forWriting())).toMatchObject({ code: "BAD_PARAMETER" });
    }
  });

  it("of a user without a namespace may only read", async () => {
    await archive.outside("UPDATE admin.sessionns SET username = 'somebody else'");
    try {
      const session = await start();
      expect(await rejectionOf(() => session.forWriting())).toMatchObject({ code: "ARCHIVE_READ_ONLY" });
      expect(await numbersIn(session.database)).toEqual([]);
    } finally {
      await archive.outside("UPDATE admin.sessionns SET username = current_user");
    }
  });
});
