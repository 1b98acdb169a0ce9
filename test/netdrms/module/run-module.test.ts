import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { connectionPool } from "../../../netdrms/database/connection-pool.js";
import { sql } from "../../../netdrms/database/sql.js";
import { declareArguments } from "../../../netdrms/module/check-declaration.js";
import { defineModule, OutputGone } from "../../../netdrms/module/module.js";
import type { ModuleHost } from "../../../netdrms/module/module-host.js";
import { runModule } from "../../../netdrms/module/run-module.js";
import { SESSION_CONNECTIONS } from "../../../netdrms/session/archive-session.js";
import { SessionServer, type SessionServerOptions } from "../../../netdrms/session/session-server.js";
import { postgresForTest } from "../../support/postgres.js";
import { withClient } from "../../support/test-databases.js";
import { FACTS, TEST_TABLE } from "../session/small-archive.js";
import { FIRST_SUNUM, type SumsSite, sumsSite } from "../sums/sums-site.js";
import { probe } from "./probe-module.js";

/** What a run of a module left. */
interface Run {
  readonly status: number;
  readonly out: string;
  readonly lines: readonly string[];
}

function hostOf(given: Partial<ModuleHost>): {
  readonly host: ModuleHost;
  readonly end: (status: number) => Run;
} {
  const out: Uint8Array[] = [];
  const lines: string[] = [];
  const host: ModuleHost = {
    argv: [],
    calledAs: "probe",
    env: {},
    storage: { durable: false },
    facts: FACTS,
    serverCommand: ["drms_server"],
    signal: new AbortController().signal,
    print: async (bytes) => void out.push(bytes),
    log: (line) => void lines.push(line),
    ...given,
  };
  return { host, end: (status) => ({ status, out: Buffer.concat(out).toString(), lines }) };
}

describe("a module without a database", () => {
  const nowhere = { databaseUrl: "postgresql://127.0.0.1:1/none" };
  const run = async (...argv: string[]): Promise<Run> => {
    const { host, end } = hostOf({ ...nowhere, argv });
    return end(await runModule(probe, host));
  };

  it("tells its usage and its version all the same", async () => {
    expect(await run("-H")).toMatchObject({ status: 0, out: expect.stringContaining("usage: probe ") });
    expect(await run("--jsocmodver")).toMatchObject({ status: 0, out: "1.2.3(10203)\n" });
  });

  it("fails with 1 for arguments that are wrong, and where no database answers", async () => {
    expect(await run("insert=x")).toMatchObject({
      status: 1,
      lines: ['probe: insert = "x", expected a list, each an integer, decimal or 0x'],
    });
    expect(await run()).toMatchObject({
      status: 1,
      lines: ["probe: The archive's database does not answer", "connect ECONNREFUSED 127.0.0.1:1"],
    });
  });

  it("says so where the database that does not answer is one that nobody named", async () => {
    const folder = await mkdtemp(join(tmpdir(), "no-database-"));
    const hint = "probe: no database is named, expected DRMS_URL in the configuration or JSOC_DBHOST";
    const lines = async (given: Partial<ModuleHost>): Promise<readonly string[]> => {
      const { host, end } = hostOf(given);
      return end(await runModule(probe, host)).lines;
    };
    // What a person has who set nothing: PostgreSQL's own rules, here with no server where they lead.
    vi.stubEnv("PGHOST", folder);
    try {
      expect(await lines({})).toEqual([
        "probe: The archive's database does not answer",
        expect.stringContaining(folder),
        hint,
      ]);
    } finally {
      vi.unstubAllEnvs();
      await rm(folder, { recursive: true });
    }
    expect(await lines({ argv: ["JSOC_DBHOST=127.0.0.1:1"] })).not.toContain(hint);
    expect(await lines({ env: { PGHOST: "127.0.0.1", PGPORT: "1" }, ...nowhere })).not.toContain(hint);
  });
});

const postgres = await postgresForTest();

describe.skipIf(postgres.missing)(postgres.title("a module"), () => {
  let site: SumsSite;
  beforeAll(async () => {
    site = await sumsSite();
    await withClient(site.database.url, (client) => client.query(TEST_TABLE));
  });
  afterEach(async () => {
    await site.clear();
    await outside("TRUNCATE su_ex.t, su_ex.drms_session");
  });
  afterAll(() => site.end());

  const outside = (text: string): Promise<readonly Record<string, unknown>[]> =>
    withClient(site.database.url, async (client) => (await client.query<Record<string, unknown>>(text)).rows);
  const numbers = async (): Promise<unknown[]> =>
    (await outside("SELECT n::int FROM su_ex.t ORDER BY n")).map(({ n }) => n);
  const sessions = () => outside("SELECT * FROM su_ex.drms_session ORDER BY sessionid");
  const run = async (argv: readonly string[], given: Partial<ModuleHost> = {}): Promise<Run> => {
    const { host, end } = hostOf({ databaseUrl: site.database.url, argv, ...given });
    return end(await runModule(probe, host));
  };

  it("has what it wrote kept with status 0 alone", async () => {
    expect(await run(["insert=[1,2]"])).toEqual({ status: 0, out: "sees 1,2\n", lines: ["probe was here"] });
    expect(await run(["insert=3", "status=1"])).toMatchObject({ status: 1, out: "sees 1,2,3\n" });
    expect(await run(["insert=4", "status=7"])).toMatchObject({ status: 7 });
    expect(await run(["insert=5", "-x"])).toMatchObject({
      status: 1,
      lines: [
        "probe was here",
        "probe: the module failed for an internal reason",
        expect.stringContaining("as asked"),
      ],
    });
    expect(await run(["insert=1"])).toMatchObject({
      status: 1,
      lines: [
        "probe: A query of the archive failed",
        'duplicate key value violates unique constraint "t_pkey"',
      ],
    });
    expect(await numbers()).toEqual([1, 2]);
    expect((await sessions()).map(({ status }) => status)).toEqual(["finished", ...Array(4).fill("aborted")]);
  });

  it("leaves no row of a session where it only reads", async () => {
    expect(await run([])).toMatchObject({ status: 0, out: "sees \n" });
    expect(await sessions()).toEqual([]);
  });

  it("is told to end in the middle of a statement: nothing is kept", async () => {
    const controller = new AbortController();
    const running = run(["insert=1", "--hang"], { signal: controller.signal });
    const asleep =
      "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT pg_sleep%' AND datname = current_database()";
    while ((await outside(asleep)).length === 0);
    controller.abort();
    expect(await running).toMatchObject({ status: 1 });
    expect(await numbers()).toEqual([]);
    expect(await sessions()).toMatchObject([{ status: "aborted" }]);
  });

  it("fails where a statement takes longer than DRMS_DBTIMEOUT", async () => {
    expect(await run(["--hang", "DRMS_DBTIMEOUT=20"])).toMatchObject({
      status: 1,
      lines: ["probe was here", "probe: The query of the archive took longer than it may"],
    });
  });

  it("prints SQL instead of running it, and changes nothing", async () => {
    const { status, out } = await run(["insert=5", "--copy", "DRMS_PRINT_SQL=1"]);
    expect(status).toBe(0);
    expect(out).toContain(`INSERT INTO su_ex.t VALUES ($1::int8, 'probe');\n-- $1 = "5"\n`);
    // No row is copied; queries for what the module must know run.
    expect(out).toContain("SELECT n FROM su_ex.t;\ncopied 21 bytes\n");
    expect(out).toContain("SELECT n FROM su_ex.t ORDER BY n;\nsees \n");
    expect([await numbers(), await sessions()]).toEqual([[], []]);
  });

  it("tells all its arguments with -V, on standard error", async () => {
    const { out, lines } = await run(["-V", "insert=5"]);
    expect(out).toBe("sees 5\n");
    expect(lines).toContain("insert = [5] (command line)");
    expect(lines).toContain("status = 0 (default)");
  });

  it("is taken back where nobody reads its output; one that only reads has then not failed", async () => {
    const print = async (): Promise<void> => {
      throw new OutputGone();
    };
    expect(await run(["insert=1"], { print })).toMatchObject({ status: 1, lines: [] });
    expect(await numbers()).toEqual([]);
    // What it printed may have waited to the end.
    const flush = (): void => {
      throw new OutputGone();
    };
    expect(await run(["insert=1"], { flush })).toMatchObject({ status: 1 });
    expect(await numbers()).toEqual([]);
    const reader = defineModule(declareArguments({ name: "reader", summary: "", params: [], flags: [] }), {
      run: async (context) => {
        await context.print("x");
        return 0;
      },
    });
    const { host } = hostOf({ databaseUrl: site.database.url, print });
    expect(await runModule(reader, host)).toBe(0);
  });

  it("that did not say that it writes cannot", async () => {
    const statement = sql`INSERT INTO su_ex.t VALUES (1)`;
    const reader = defineModule(declareArguments({ name: "reader", summary: "", params: [], flags: [] }), {
      run: async (context) => {
        await context.forWriting().catch(({ message }: Error) => context.log(message));
        await context.database.query(statement);
        return 0;
      },
    });
    const { host, end } = hostOf({ databaseUrl: site.database.url });
    expect(end(await runModule(reader, host))).toMatchObject({
      status: 1,
      lines: ["This program only reads the archive", "reader: The archive's database takes no changes"],
    });
  });

  describe("with storage units", () => {
    const units = () => outside("SELECT ds_index, owning_series, online_loc FROM sum_main ORDER BY ds_index");

    it("has them kept with what it wrote, and gone where nothing is kept", async () => {
      const { status, out } = await run(["insert=1", "unit=su_ex.t"]);
      expect(status).toBe(0);
      const [unit, ...more] = await units();
      expect(more).toEqual([]);
      expect(out).toContain(`unit ${unit?.ds_index}\n`);
      expect(BigInt(String(unit?.ds_index))).toBeGreaterThanOrEqual(FIRST_SUNUM);
      expect(unit?.owning_series).toBe("su_ex.t");
      const folder = String(unit?.online_loc);
      expect(await readFile(join(folder, "S00000/image.fits"), "utf8")).toBe("SIMPLE");
      expect(await readFile(join(folder, "Records.txt"), "utf8")).toBe(
        "series=su_ex.t\nslot\trecord number\n0\t1\n",
      );
      expect(await outside("SELECT * FROM sum_open")).toEqual([]);

      expect(await run(["insert=2", "unit=su_ex.t", "status=1"])).toMatchObject({ status: 1 });
      expect(await units()).toHaveLength(1);
      const names = [...(await site.names(site.partitions[0])), ...(await site.names(site.partitions[1]))];
      expect(names).toEqual([`D${unit?.ds_index}`]);
    });

    it("are on the terms of the command line", async () => {
      expect(await run(["unit=su_ex.t", "DRMS_ARCHIVE=-1", "DRMS_NEWSURETENTION=100"])).toMatchObject({
        status: 0,
      });
      const [unit] = await outside(
        `SELECT online_loc, to_date(left(effective_date, 8), 'YYYYMMDD') - current_date AS days
           FROM sum_main JOIN sum_partn_alloc USING (ds_index)`,
      );
      expect([99, 100, 101]).toContain(unit?.days);
      // The records of a series with the flag -1 go with the unit.
      expect(await readFile(join(String(unit?.online_loc), "Records.txt"), "utf8")).toMatch(
        /^DELETE_SLOTS_RECORDS\n/,
      );
    });

    it("keeps its output in one with -L, named in its row, also when it fails", async () => {
      for (const [argv, status, printed] of [
        [["-L"], 0, "sees \n"],
        [["-LQ", "-x", "insert=1"], 1, ""],
      ] as const) {
        expect(await run(argv)).toMatchObject({ status, out: printed });
        const [row] = (await sessions()).slice(-1);
        const [unit] = await outside(`SELECT * FROM sum_main WHERE ds_index = ${String(row?.sunum)}`);
        expect([unit?.owning_series, row?.sudir]).toEqual(["session_log", null]);
        const text = async (name: string): Promise<string> =>
          gunzipSync(await readFile(join(String(unit?.online_loc), `probe.4711.${name}.gz`))).toString();
        expect(await text("stdout")).toBe(status === 0 ? "sees \n" : "sees 1\n");
        expect(await text("stderr")).toContain("probe was here\n");
        if (status === 1) expect(await text("stderr")).toContain("failed for an internal reason");
      }
      expect(await numbers()).toEqual([]);
    });

    it("has the log taken by the tape with -A where there is one", async () => {
      await run(["-LA"], { storage: { durable: false, hasTape: true } });
      // Archive pending: status 4 with substatus 128 (netdrms 3.5).
      expect(await outside("SELECT status, archive_substatus FROM sum_partn_alloc")).toEqual([
        { status: 4, archive_substatus: 128 },
      ]);
    });
  });

  describe("with a session server", () => {
    const servers: { readonly server: SessionServer; readonly close: () => Promise<void> }[] = [];
    afterEach(async () => {
      for (const { server, close } of servers.splice(0)) {
        await server.abort();
        await close();
      }
    });
    const start = async (options: Partial<SessionServerOptions> = {}): Promise<SessionServer> => {
      const pool = connectionPool({ url: site.database.url, maxConnections: SESSION_CONNECTIONS });
      const storage = { pool: site.pool, log: site.log, user: "ex", durable: false };
      const server = await SessionServer.start({
        pool,
        storage,
        statementTimeoutMs: 0,
        facts: FACTS,
        token: "t",
        log: () => undefined,
        ...options,
      });
      servers.push({ server, close: () => pool.close() });
      return server;
    };
    const env = ({ port }: SessionServer) => ({ DRMSSESSION: `127.0.0.1:${port}`, DRMS_TOKEN: "t" });

    it("runs the same, and the server decides what is kept", async () => {
      const server = await start();
      const given = { env: env(server), databaseUrl: "postgresql://127.0.0.1:1/none" };
      expect(await run(["insert=1", "unit=su_ex.t"], given)).toMatchObject({ status: 0 });
      expect(await run(["insert=2", "--copy", "status=1"], given)).toEqual({
        status: 1,
        out: "copied 49 bytes\nsees 1,2\n",
        lines: ["probe was here"],
      });
      expect([await numbers(), await outside("SELECT * FROM sum_main")]).toEqual([[], []]);
      await server.commit();
      expect(await numbers()).toEqual([1, 2]);
      expect(await outside("SELECT owning_series FROM sum_main")).toEqual([{ owning_series: "su_ex.t" }]);
      expect(await sessions()).toMatchObject([{ status: "finished", clients: 2 }]);
    });

    it("loses its units with the rest when the server is aborted", async () => {
      const server = await start();
      expect(await run(["insert=1", "unit=su_ex.t"], { env: env(server) })).toMatchObject({ status: 0 });
      await server.abort();
      expect([await numbers(), await outside("SELECT * FROM sum_main")]).toEqual([[], []]);
      expect(await site.names(site.partitions[0])).toEqual([]);
      expect(await site.names(site.partitions[1])).toEqual([]);
    });

    it("keeps a log only where the server does", async () => {
      const server = await start();
      expect(await run(["-L"], { env: env(server) })).toMatchObject({
        status: 1,
        lines: ["probe: -L: the session server keeps no log, expected one that was started with -L"],
      });
    });

    it("fails with 1 where the server is not there, or the variables are wrong", async () => {
      const wrong: readonly Record<string, string>[] = [
        { DRMSSESSION: "127.0.0.1:1", DRMS_TOKEN: "t" },
        { DRMSSESSION: "localhost", DRMS_TOKEN: "t" },
        { DRMSSESSION: "127.0.0.1:99999", DRMS_TOKEN: "t" },
        { DRMSSESSION: "127.0.0.1:1" },
        { ...env(await start()), DRMS_TOKEN: "other" },
      ];
      const told = [
        "No session server answers",
        "expected host:port",
        "expected host:port",
        "DRMS_TOKEN is not set",
        "does not know this token",
      ];
      for (const [n, variables] of wrong.entries())
        expect(await run([], { env: variables })).toMatchObject({
          status: 1,
          lines: [expect.stringContaining(told[n]!)],
        });
    });
  });
});
