import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { runDrmsServer, type ServerHost, type ServerSignal } from "../../../netdrms/module/drms-server.js";
import type { ModuleHost } from "../../../netdrms/module/module-host.js";
import { runModule } from "../../../netdrms/module/run-module.js";
import { parseEnvironmentFile, type SessionEnvironment } from "../../../netdrms/session/environment-file.js";
import { postgresForTest } from "../../support/postgres.js";
import { withClient } from "../../support/test-databases.js";
import { FACTS, TEST_TABLE } from "../session/small-archive.js";
import { type SumsSite, sumsSite } from "../sums/sums-site.js";
import { probe } from "./probe-module.js";

const postgres = await postgresForTest();

describe.skipIf(postgres.missing)(postgres.title("drms_server in its process"), () => {
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

  const sleeping = async (): Promise<void> => {
    const asleep =
      "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT pg_sleep%' AND datname = current_database()";
    while ((await outside(asleep)).length === 0);
  };

  /** A server that runs, and what stands for its process. */
  interface Served {
    readonly env: SessionEnvironment;
    readonly lines: readonly string[];
    readonly ended: Promise<number>;
    signal(name: ServerSignal): void;
    closeInput(): void;
  }
  const serve = async (argv: readonly string[], given: Partial<ServerHost> = {}): Promise<Served> => {
    const lines: string[] = [];
    let signal: (name: ServerSignal) => void = () => expect.fail("nobody listens to signals");
    let closeInput: () => void = () => expect.fail("nobody looks at the input");
    let ended!: Promise<number>;
    const path = await new Promise<string>((resolve, reject) => {
      ended = runDrmsServer({
        argv: [`shenvfile=${join(site.partitions[0], "env")}`, ...argv],
        env: {},
        databaseUrl: site.database.url,
        storage: { durable: false },
        facts: FACTS,
        isAttended: false,
        onSignal: (listener) => {
          signal = listener;
        },
        inputClosed: () =>
          new Promise((closed) => {
            closeInput = closed;
          }),
        onReady: resolve,
        log: (line) => void lines.push(line),
        ...given,
      });
      void ended.then((status) => reject(new Error(`ended with ${status}: ${lines.join()}`)));
    });
    const env = parseEnvironmentFile(await readFile(path, "utf8"))!;
    return { env, lines, ended, signal: (name) => signal(name), closeInput: () => closeInput() };
  };
  const module = async (argv: readonly string[], env: SessionEnvironment, pid = 1): Promise<number> => {
    const host: ModuleHost = {
      argv,
      calledAs: "probe",
      env,
      storage: {},
      facts: { ...FACTS, pid },
      serverCommand: ["drms_server"],
      signal: new AbortController().signal,
      print: async () => undefined,
      log: () => undefined,
    };
    return runModule(probe, host);
  };

  it("keeps the output of its clients in the unit of its log", async () => {
    const { env, ended, signal } = await serve(["-L"]);
    expect([await module(["-L", "insert=1"], env, 1), await module(["-L", "status=3"], env, 2)]).toEqual([
      0, 3,
    ]);
    signal("SIGUSR1");
    expect(await ended).toBe(0);
    const [row] = await outside("SELECT * FROM su_ex.drms_session");
    const [unit] = await outside("SELECT * FROM sum_main");
    expect([row?.sunum, row?.status, unit?.owning_series]).toEqual([
      unit?.ds_index,
      "finished",
      "session_log",
    ]);
    const folder = String(unit?.online_loc);
    expect((await readdir(folder)).sort()).toEqual([
      "drms_server.4711.stderr.gz",
      "drms_server.4711.stdout.gz",
      "probe.1.stderr.gz",
      "probe.1.stdout.gz",
      "probe.2.stderr.gz",
      "probe.2.stdout.gz",
    ]);
    const text = async (name: string): Promise<string> =>
      gunzipSync(await readFile(join(folder, name))).toString();
    expect(await text("probe.1.stdout.gz")).toBe("sees 1\n");
    expect(await text("drms_server.4711.stderr.gz")).toContain('"probe" (2) has gone, status 1\n');
  });

  it("at a terminal only tells of its clients at the first SIGINT", async () => {
    const { env, lines, ended, signal } = await serve([], { isAttended: true });
    const client = module(["insert=1", "--hang"], env);
    await sleeping();
    signal("SIGINT");
    expect(lines).toEqual(["programs that still run: 1; interrupt once more to take back everything"]);
    signal("SIGINT");
    expect(await ended).toBe(130);
    expect(await client).toBe(1);
    expect(await outside("SELECT n FROM su_ex.t")).toEqual([]);
  });

  it("takes everything back at SIGTERM though SIGUSR1 came before and waits for a client", async () => {
    const { env, ended, signal } = await serve([]);
    const client = module(["insert=1", "--hang"], env);
    await sleeping();
    signal("SIGUSR1");
    signal("SIGTERM");
    expect(await ended).toBe(143);
    expect(await client).toBe(1);
    expect(await outside("SELECT n FROM su_ex.t")).toEqual([]);
  });

  it("takes everything back when the input of one that is attached is closed", async () => {
    const { env, ended, closeInput } = await serve(["--attached"]);
    await module(["insert=1"], env);
    closeInput();
    expect(await ended).toBe(143);
    expect(await outside("SELECT n FROM su_ex.t")).toEqual([]);
  });
});
