import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, statSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { reachableFolder } from "../../../netdrms/postgres/data-folder.js";
import {
  givenPostgres,
  type LocalPostgres,
  type LocalPostgresOptions,
  startLocalPostgres,
} from "../../../netdrms/postgres/local-server.js";
import { isAlive } from "../../../netdrms/postgres/postmaster-file.js";
import { postgresForTest } from "../../support/postgres.js";
import { withClient } from "../../support/test-databases.js";
import { startServerInProcess } from "./server-process.js";

const postgres = await postgresForTest();

/** The one value of a query of one row and one column. */
async function oneValue(url: string, sql: string): Promise<unknown> {
  const { rows } = await withClient(url, (client) => client.query({ text: sql, rowMode: "array" }));
  return (rows[0] as unknown[] | undefined)?.[0];
}

async function pidOf(server: LocalPostgres): Promise<number> {
  return Number(
    String(await oneValue(server.adminUrl, "SELECT pg_read_file('postmaster.pid')")).split("\n")[0],
  );
}

const keeperPid = async (server: LocalPostgres): Promise<number> =>
  Number(await oneValue(server.adminUrl, "SHOW heliostream.keeper"));

// One cluster for all tests of this file: making it takes longer than all of them. Each opens it again.
describe.skipIf(postgres.missing)(postgres.title("a server of our own"), () => {
  let scratch = "";
  let folder = "";
  const running: LocalPostgres[] = [];

  const start = async (options: Partial<LocalPostgresOptions> = {}): Promise<LocalPostgres> => {
    const server = await startLocalPostgres({ folder, fsync: false, ...options });
    running.push(server);
    return server;
  };

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), "heliostream-local-"));
    await chmod(scratch, 0o755); // its server may be of another user
    folder = join(scratch, "server");
    const server = await start();
    await oneValue(server.adminUrl, "CREATE DATABASE kept");
    await oneValue(server.url("kept"), "CREATE TABLE t AS SELECT 42 AS answer");
    await server.stop();
  }, 60_000);

  afterEach(async () => {
    await Promise.all(running.splice(0).map((server) => server.stop()));
  });
  afterAll(() => rm(scratch, { recursive: true, force: true }));

  const answer = (server: LocalPostgres): Promise<unknown> =>
    oneValue(server.url("kept"), "SELECT answer FROM t");

  it("keeps its data from start to start", async () => {
    expect(await answer(await start())).toBe(42);
  });

  it("is new enough, of locale C, and listens on no port", async () => {
    const server = await start();
    expect(server.major).toBeGreaterThanOrEqual(13);
    expect(await oneValue(server.adminUrl, "SHOW listen_addresses")).toBe("");
    const sql =
      "SELECT datcollate || ' ' || pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'kept'";
    expect(await oneValue(server.adminUrl, sql)).toBe("C LATIN1");
  });

  it("syncs to disk unless told not to", async () => {
    const server = await startLocalPostgres({ folder });
    running.push(server);
    expect(await oneValue(server.adminUrl, "SHOW fsync")).toBe("on");
  });

  it("is not reached by other users of the host", async () => {
    await start();
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it.skipIf(process.getuid?.() !== 0)("runs as another user than root", async () => {
    const server = await start();
    const { uid } = statSync(`/proc/${await pidOf(server)}`);
    expect(uid).not.toBe(0);
    expect(statSync(folder).uid).toBe(uid);
  });

  it("is gone when it is stopped, and may be stopped twice", async () => {
    const server = await start();
    const pid = await pidOf(server);
    await server.stop();
    await server.stop();
    expect(isAlive(pid)).toBe(false);
    expect(existsSync(join(folder, "data/postmaster.pid"))).toBe(false);
  });

  it("leaves no server behind where its process is killed", async () => {
    const owner = await startServerInProcess(folder, scratch);
    const guest = await start();
    expect(guest.origin).toBe("joined");
    const pid = await pidOf(guest);
    const client = new Client({ connectionString: guest.adminUrl });
    await client.connect();
    client.on("error", () => {}); // it says so, then ends
    const cutOff = new Promise((resolve) => client.once("end", resolve));
    owner.kill("SIGKILL");
    await cutOff;
    const next = await start(); // waits for the end of the one before
    expect(next.origin).toBe("started");
    expect(isAlive(pid)).toBe(false);
    expect(await answer(next)).toBe(42);
  });

  it("is joined by a second start, which does not stop it", async () => {
    const [first, second] = [await start(), await start()];
    expect([first.origin, second.origin]).toEqual(["started", "joined"]);
    await second.stop();
    expect(await answer(first)).toBe(42);
  });

  it("is started once by two that start at the same time", async () => {
    const servers = await Promise.all([start(), start()]);
    expect(await Promise.all(servers.map(answer))).toEqual([42, 42]);
    expect(await keeperPid(servers[0])).toBe(await keeperPid(servers[1]));
  });

  it("is started anew where a server was left without its keeper", async () => {
    const first = await start();
    const left = await pidOf(first);
    process.kill(await keeperPid(first), "SIGKILL");
    await first.stop();
    const second = await start();
    expect(second.origin).toBe("started");
    expect(await pidOf(second)).not.toBe(left);
    expect(await answer(second)).toBe(42);
  });

  it("starts after a crash whose process number is another program's now", async () => {
    const { uid, gid } = statSync(join(folder, "data"));
    const stranger = spawn("cat", { stdio: ["pipe", "ignore", "ignore"], uid, gid, cwd: "/" });
    await once(stranger, "spawn");
    const file = join(folder, "data/postmaster.pid");
    await writeFile(file, `${stranger.pid}\n${join(folder, "data")}\n1700000000\n5432\n${folder}\n\n`);
    expect(await answer(await start())).toBe(42);
    expect(stranger.exitCode).toBeNull();
    stranger.stdin.end();
    await once(stranger, "exit");
  });

  it("serves from a path that is too long for a socket, and leaves nothing elsewhere", async () => {
    const short = folder;
    const before = await readdir(tmpdir());
    folder = join(scratch, "long".repeat(25));
    await rename(short, folder);
    const server = await start();
    expect(await answer(server)).toBe(42);
    const guest = await start();
    expect(guest.origin).toBe("joined");
    await server.stop();
    await rename(folder, short);
    folder = short;
    const made = (await readdir(tmpdir())).filter((name) => !before.includes(name));
    expect(made.filter((name) => /^heliostream-socket-/.test(name))).toEqual([]);
  });

  it("says what the server said where it does not start", async () => {
    const file = join(folder, "data/global/pg_control");
    await rename(file, `${file}.away`);
    const failure = await start().catch((error: unknown) => error);
    await rename(`${file}.away`, file);
    expect(failure).toMatchObject({
      code: "ARCHIVE_AWAY",
      where: { detail: expect.stringContaining("pg_control") },
    });
  });

  it("goes with its folder where it is temporary", async () => {
    const temporary = join(scratch, "temporary");
    // As it is, with its owners: making a cluster takes longer.
    await promisify(execFile)("cp", ["-a", folder, temporary]);
    const server = await startLocalPostgres({ folder: temporary, fsync: false, temporary: true });
    expect(existsSync(temporary)).toBe(true);
    await server.stop();
    expect(existsSync(temporary)).toBe(false);
  });

  it("is one that is named, which is left alone", async () => {
    const own = await start();
    const given = await givenPostgres(own.url("kept"));
    expect(given.major).toBe(own.major);
    expect(await answer(given)).toBe(42);
    await given.stop();
    expect(await answer(own)).toBe(42);
  });

  it("is away where nothing answers at the name that is given", async () => {
    const nowhere = `postgresql://x@/y?host=${encodeURIComponent(join(scratch, "nobody"))}`;
    await expect(givenPostgres(nowhere)).rejects.toMatchObject({ code: "ARCHIVE_AWAY" });
    await expect(givenPostgres("mysql://x:secret@y/z")).rejects.toMatchObject({
      code: "BAD_CONFIG",
      message: expect.not.stringContaining("secret"),
    });
  });

  describe("a folder that is unfit", () => {
    const refusal = async (name: string): Promise<unknown> =>
      start({ folder: join(scratch, name) }).catch((error: unknown) => error);
    const bad = (message: string): unknown =>
      expect.objectContaining({ code: "BAD_CONFIG", message: expect.stringContaining(message) });

    it("is refused where it is a file", async () => {
      await writeFile(join(scratch, "file"), "");
      expect(await refusal("file")).toEqual(bad("expected a folder"));
    });

    it("is refused, and not changed, where it holds something else", async () => {
      await mkdir(join(scratch, "home"), { mode: 0o755 });
      await writeFile(join(scratch, "home/letter.txt"), "");
      expect(await refusal("home")).toEqual(bad("holds other files"));
      expect(statSync(join(scratch, "home")).mode & 0o777).toBe(0o755);
    });

    it("is refused where its data are of a version that nothing here can serve", async () => {
      await mkdir(join(scratch, "future/data"), { recursive: true });
      await writeFile(join(scratch, "future/data/PG_VERSION"), "99\n");
      expect(await refusal("future")).toEqual(bad("PostgreSQL 99"));
    });

    it("is refused where its data are none of PostgreSQL", async () => {
      await mkdir(join(scratch, "other/data"), { recursive: true });
      expect(await refusal("other")).toEqual(bad("no data of PostgreSQL"));
    });

    it.skipIf(process.getuid?.() !== 0)(
      "is refused where the server's user cannot enter above it",
      async () => {
        await mkdir(join(scratch, "closed"), { mode: 0o700 });
        expect(await refusal("closed/server")).toEqual(bad("cannot be reached"));
        const [closed, open] = [join(scratch, "closed/a/b"), join(scratch, "open/a/b")];
        expect(await reachableFolder([closed, open])).toBe(open);
        expect(await reachableFolder([closed])).toBeUndefined();
        expect(existsSync(join(scratch, "open"))).toBe(false);
      },
    );
  });
});
