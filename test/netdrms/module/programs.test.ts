import { existsSync, statSync } from "node:fs";
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { parseEnvironmentFile, type SessionEnvironment } from "../../../netdrms/session/environment-file.js";
import { postgresForTest } from "../../support/postgres.js";
import { type SmallArchive, smallArchive } from "../session/small-archive.js";
import { type ArchivePrograms, archivePrograms, type Ended, type Running, start } from "./programs.js";

const postgres = await postgresForTest();

describe.skipIf(postgres.missing)(postgres.title("programs of the archive"), () => {
  let archive: SmallArchive;
  let programs: ArchivePrograms;
  let folder: string;
  const running: Running[] = [];
  beforeAll(async () => {
    [archive, programs, folder] = await Promise.all([
      smallArchive(),
      archivePrograms(),
      mkdtemp(join(tmpdir(), "drms-programs-")),
    ]);
  });
  afterEach(async () => {
    for (const one of running.splice(0)) {
      one.child.kill("SIGKILL");
      await one.ended;
    }
    await archive.outside("TRUNCATE su_ex.t, su_ex.drms_session");
  });
  afterAll(async () => {
    await archive.drop();
    await programs.remove();
    await rm(folder, { recursive: true });
  });

  const environment = (more: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> => ({
    HELIOSTREAM_CONFIG: "",
    HELIOSTREAM_DRMS_URL: archive.database.url,
    TMPDIR: folder,
    ...more,
  });
  const begin = (
    name: string,
    args: readonly string[],
    more: Readonly<Record<string, string>> = {},
  ): Running => {
    const one = start(join(programs.folder, name), args, environment(more));
    running.push(one);
    return one;
  };
  const run = (
    name: string,
    args: readonly string[],
    more: Readonly<Record<string, string>> = {},
  ): Promise<Ended> => begin(name, args, more).ended;
  const numbers = async (): Promise<unknown[]> =>
    (await archive.outside("SELECT n::int FROM su_ex.t ORDER BY n")).map(({ n }) => n);
  const sessions = () => archive.outside("SELECT * FROM su_ex.drms_session ORDER BY sessionid");

  it("tell what those need who mend a broken installation", async () => {
    const stray = join(folder, "drms_server.cjs");
    await copyFile(join(programs.folder, "drms_server"), stray);
    const one = start(stray, [], environment());
    running.push(one);
    const { code, err } = await one.ended;
    expect(code).toBe(1);
    expect(err).toMatch(
      /^drms_server: the program failed for an internal reason\nError: no package\.json of/,
    );
  });
  const sleeping = async (): Promise<void> => {
    const asleep =
      "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT pg_sleep%' AND datname = current_database()";
    while ((await archive.outside(asleep)).length === 0);
  };
  /** A script for `drms_run`; `$P` is the folder of the programs. */
  const script = async (name: string, body: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(
      path,
      `#!/bin/sh\nP='${programs.folder}'\nprobe() { '${process.execPath}' "$P/probe" "$@"; }\n${body}\n`,
      { mode: 0o755 },
    );
    return path;
  };

  /** A server in the foreground, when programs can come. */
  const serve = async (
    ...args: string[]
  ): Promise<{ readonly server: Running; readonly file: string; readonly env: SessionEnvironment }> => {
    const server = begin("drms_server", ["-f", "-V", `shenvfile=${join(folder, "env")}`, ...args]);
    const file = join(folder, `env.${server.child.pid}`);
    while (!existsSync(file)) {
      if (server.child.exitCode !== null) throw new Error((await server.ended).err);
      await new Promise(setImmediate);
    }
    return { server, file, env: parseEnvironmentFile(await readFile(file, "utf8"))! };
  };

  describe("a module", () => {
    it("keeps what it wrote with status 0, and prints and exits as it says", async () => {
      const file = join(folder, "parameters");
      await writeFile(file, "# numbers\ninsert=[1,2]\n");
      expect(await run("probe", [`@${file}`])).toEqual({
        code: 0,
        out: "sees 1,2\n",
        err: "probe was here\n",
      });
      expect(await run("probe", ["insert=3", "status=7"])).toMatchObject({ code: 7 });
      expect(await numbers()).toEqual([1, 2]);
    });

    it("takes everything back where nobody is there to be told, and does not exit with 0", async () => {
      const one = begin("probe", ["insert=7"]);
      one.child.stdout?.destroy();
      expect((await one.ended).code).toBe(1);
      expect(await numbers()).toEqual([]);
    });

    it("takes everything back at SIGTERM and exits with 143", async () => {
      const module = begin("probe", ["insert=1", "--hang"]);
      await sleeping();
      module.child.kill("SIGTERM");
      expect(await module.ended).toMatchObject({ code: 143 });
      expect(await numbers()).toEqual([]);
      expect(await sessions()).toMatchObject([{ status: "aborted" }]);
    });

    it("called probe_sock starts a session server of its own, which keeps what status 0 says", async () => {
      const [kept, failed] = await Promise.all([
        run("probe_sock", ["insert=1"]),
        run("probe_sock", ["insert=2", "status=3"]),
      ]);
      expect([kept, failed]).toMatchObject([{ code: 0, out: "sees 1\n" }, { code: 3 }]);
      expect(await numbers()).toEqual([1]);
      const rows = await sessions();
      expect(rows.map(({ status, clients }) => [status, clients]).sort()).toEqual([
        ["aborted", 1],
        ["finished", 1],
      ]);
      expect(rows[0]?.port).toBeGreaterThan(0);
    });
  });

  describe("drms_server", () => {
    it("serves programs that its file tells of until SIGUSR1, and then keeps what they wrote", async () => {
      const { server, file, env } = await serve();
      const { pid } = server.child;
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(env).toEqual({
        DRMS_HOST: "127.0.0.1",
        DRMS_PORT: expect.stringMatching(/^\d+$/),
        DRMS_PID: String(pid),
        DRMSSESSION: `127.0.0.1:${env.DRMS_PORT}`,
        DRMS_TOKEN: expect.stringMatching(/^[0-9a-f]{64}$/),
      });
      // Nothing half-written lies beside it.
      expect((await readdir(folder)).filter((name) => name.startsWith("env."))).toEqual([`env.${pid}`]);

      expect(await run("probe", ["insert=1"], env)).toMatchObject({ code: 0, out: "sees 1\n" });
      expect(await run("probe", ["insert=2", "status=1"], env)).toMatchObject({ code: 1, out: "sees 1,2\n" });
      expect(await run("probe", [], { ...env, DRMS_TOKEN: "0".repeat(64) })).toMatchObject({
        code: 1,
        err: expect.stringContaining("does not know this token"),
      });
      expect(await numbers()).toEqual([]);
      server.child.kill("SIGUSR1");
      expect(await server.ended).toMatchObject({ code: 0 });
      expect([await numbers(), existsSync(file)]).toEqual([[1, 2], false]);
      expect(await sessions()).toMatchObject([{ status: "finished", clients: 2, pid }]);
    });

    it.each([
      ["SIGTERM", 143],
      ["SIGINT", 130],
    ] as const)("takes everything back at %s and exits with %d", async (signal, code) => {
      const { server, file, env } = await serve();
      await run("probe", ["insert=1"], env);
      server.child.kill(signal);
      expect(await server.ended).toMatchObject({ code });
      expect([await numbers(), existsSync(file)]).toEqual([[], false]);
      expect(await sessions()).toMatchObject([{ status: "aborted" }]);
    });

    it("outlives a client that is killed in a statement, which it ends, and waits at SIGUSR1 for one that runs", async () => {
      const { server, env } = await serve();
      const killed = begin("probe", ["insert=1", "--hang"], env);
      await sleeping();
      killed.child.kill("SIGKILL");
      const client = begin("probe", ["insert=2", "--hang"], env);
      await client.printed("sees 1,2");
      await sleeping();
      server.child.kill("SIGUSR1");
      await server.printed("keeps");
      expect(server.child.exitCode).toBe(null);
      client.child.kill("SIGTERM");
      expect(await client.ended).toMatchObject({ code: 143 });
      expect(await server.ended).toMatchObject({ code: 0, err: expect.stringContaining("without a word") });
      expect(await numbers()).toEqual([1, 2]);
    });

    it("takes everything back when it is killed", async () => {
      const { server, env } = await serve();
      await run("probe", ["insert=1"], env);
      server.child.kill("SIGKILL");
      await server.ended;
      expect(await numbers()).toEqual([]);
    });

    it("goes to the background without -f, when programs can come", async () => {
      const { code, out } = await run("drms_server", [`shenvfile=${join(folder, "back")}`]);
      expect(code).toBe(0);
      const file = out.trim();
      expect(file.startsWith(join(folder, "back."))).toBe(true);
      const env = parseEnvironmentFile(await readFile(file, "utf8"))!;
      expect(file).toBe(join(folder, `back.${env.DRMS_PID}`));
      expect(await run("probe", ["insert=1"], env)).toMatchObject({ code: 0 });
      process.kill(Number(env.DRMS_PID), "SIGUSR1");
      while (existsSync(file)) await new Promise(setImmediate);
      while ((await sessions())[0]?.status === "idle");
      expect(await sessions()).toMatchObject([{ status: "finished" }]);
    });

    it("says why it cannot begin, in front and in the background", async () => {
      const [front, back, noFile] = await Promise.all([
        run("drms_server", ["-f", "JSOC_DBHOST=127.0.0.1:1"]),
        run("drms_server", ["JSOC_DBHOST=127.0.0.1:1"]),
        run("drms_server", ["-f", `shenvfile=${join(folder, "none/env")}`]),
      ]);
      const away = {
        code: 1,
        err: "drms_server: The archive's database does not answer\ndrms_server: connect ECONNREFUSED 127.0.0.1:1\n",
      };
      expect([front, back]).toMatchObject([away, away]);
      expect(noFile).toMatchObject({
        code: 1,
        err: "drms_server: The environment file of the session cannot be written\n",
      });
    });
  });

  describe("drms_run", () => {
    it("keeps everything where the script exits with 0, also of programs that ran at the same time", async () => {
      const path = await script(
        "good",
        `probe --copy "insert=[$1]" | { probe "insert=[$2]" status=1; cat; }; exit 0`,
      );
      expect(await run("drms_run", [path, "1", "2"])).toMatchObject({ code: 0 });
      expect(await numbers()).toEqual([1, 2]);
      expect(await sessions()).toMatchObject([{ status: "finished", clients: 2 }]);
      // No environment file and no folder for one is left.
      expect((await readdir(folder)).filter((name) => name.startsWith("drms-session-"))).toEqual([]);
    });

    it("takes everything back where the script exits with another status", async () => {
      const path = await script("bad", "probe insert=1\nexit 9");
      expect(await run("drms_run", [path])).toMatchObject({ code: 1 });
      expect(await numbers()).toEqual([]);
      expect(await sessions()).toMatchObject([{ status: "aborted" }]);
    });

    it("exits with 2 where the script cannot be run, or is ended by a signal", async () => {
      const path = await script("killed", "probe insert=1\nkill -9 $$");
      const [missing, killed] = await Promise.all([
        run("drms_run", [join(folder, "no such script")]),
        run("drms_run", [path]),
      ]);
      expect([missing.code, killed.code]).toEqual([2, 2]);
      expect(await numbers()).toEqual([]);
    });

    it("exits with 3 where the server is gone before it", async () => {
      const path = await script("gone", "kill -9 $DRMS_PID\nwhile kill -0 $DRMS_PID 2>/dev/null; do :; done");
      expect((await run("drms_run", [path])).code).toBe(3);
    });

    it("exits with 4 where the server cannot keep the changes", async () => {
      await archive.outside(`
        CREATE FUNCTION su_ex.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'late'; END $$;
        CREATE CONSTRAINT TRIGGER late AFTER INSERT ON su_ex.t DEFERRABLE INITIALLY DEFERRED
          FOR EACH ROW EXECUTE FUNCTION su_ex.refuse()`);
      const path = await script("refused", "probe insert=1");
      expect(await run("drms_run", ["-f", path])).toMatchObject({
        code: 4,
        err: expect.stringContaining("drms_server: A query of the archive failed"),
      });
      await archive.outside("DROP TRIGGER late ON su_ex.t");
      expect(await numbers()).toEqual([]);
    });

    it("exits with 5 where no server comes up", async () => {
      const path = await script("never", "exit 0");
      const [failed, slow] = await Promise.all([
        run("drms_run", [path, "JSOC_DBHOST=127.0.0.1:1"]),
        run("drms_run", [path, "to=0.001"]),
      ]);
      expect(failed).toMatchObject({ code: 5, err: "drms_run: The session server ended with status 1\n" });
      expect(slow).toMatchObject({
        code: 5,
        err: "drms_run: The session server did not serve within 0.001 s\n",
      });
    });

    it("exits with -1 for its usage and with -2 for wrong arguments", async () => {
      expect(await run("drms_run", ["-H"])).toMatchObject({
        code: 255,
        out: expect.stringContaining("usage: drms_run"),
      });
      expect(await run("drms_run", ["to=x", "script"])).toMatchObject({ code: 254 });
      expect(await run("drms_run", [])).toMatchObject({
        code: 254,
        err: expect.stringContaining("SCRIPT is missing"),
      });
    });

    it("ends the script and takes everything back when it is told to end", async () => {
      const path = await script(
        "long",
        `probe insert=1\nexec '${process.execPath}' "$P/probe" insert=2 --hang`,
      );
      const one = begin("drms_run", [path]);
      await sleeping();
      one.child.kill("SIGTERM");
      expect(await one.ended).toMatchObject({ code: 1 });
      expect(await numbers()).toEqual([]);
    });

    it("leaves no server behind when it is killed itself", async () => {
      const path = await script(
        "orphan",
        `probe insert=1\necho pid $DRMS_PID\nexec '${process.execPath}' "$P/probe" --hang`,
      );
      const one = begin("drms_run", [path]);
      await sleeping();
      one.child.kill("SIGKILL");
      while ((await sessions())[0]?.status !== "aborted");
      const [pid] = (await sessions()).map((row) => Number(row.pid));
      expect(() => {
        // Its last act was to change the row; it ends right after that.
        for (const from = performance.now(); performance.now() - from < 5000; ) process.kill(pid!, 0);
      }).toThrow("ESRCH");
    });
  });
});
