import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { exports } from "../../bin/commands/exports.js";
import { type ChildProgram, childProgram, type RunningChild } from "../cache/support/child-process.js";
import { postgresForTest, type TestDatabase } from "../support/postgres.js";
import { sampleArchive } from "../support/sample-archive.js";
import { withClient } from "../support/test-databases.js";

// Each process loads everything that a server needs.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const postgres = await postgresForTest();
const ALL = "sample_hmi.m_720s[][3]{magnetogram}";

describe.skipIf(postgres.missing)(postgres.title("exports of heliostream as processes"), () => {
  let program: ChildProgram;
  let database: TestDatabase;
  let root = "";
  let file = "";
  beforeAll(async () => {
    program = await childProgram(join(import.meta.dirname, "../../bin/heliostream.ts"));
    database = await sampleArchive();
    root = mkdtempSync(join(tmpdir(), "heliostream-serve-"));
    mkdirSync(join(root, "sources"));
    file = join(root, "das2server.conf");
    writeFileSync(
      file,
      `SERVER_URL = http://data.example.org/das/server
LISTEN_PORT = 0
DSDF_ROOT = sources
LOG_PATH = log
DRMS_URL = ${database.url}
EXPORT_ROOT = exports
EXPORT_OPEN = yes
EXPORT_MAX_PENDING = 5
`,
    );
  });
  afterAll(async () => {
    await program?.remove();
    await database?.drop();
    if (root !== "") rmSync(root, { recursive: true, force: true });
  });

  async function serve(): Promise<{
    readonly server: RunningChild;
    ask: (words: Record<string, string>) => Promise<Record<string, unknown>>;
  }> {
    const server = program.start("serve", "-c", file);
    await server.said(/^serving /);
    const url = server.lines
      .map((line) => /^serving (\S+)/.exec(line)?.[1])
      .find((one) => one !== undefined)!;
    return {
      server,
      async ask(words) {
        const response = await fetch(`${url}/jsoc/jsoc_fetch?${new URLSearchParams(words)}`);
        return (await response.json()) as Record<string, unknown>;
      },
    };
  }
  const begin = {
    op: "exp_request",
    notify: "user@example.org",
    ds: ALL,
    method: "url",
    protocol: "fits,compress Rice",
  };
  const sql = (text: string) => withClient(database.url, async (client) => (await client.query(text)).rows);
  const isOpen = ({ status }: Record<string, unknown>) => status === 1 || status === 2;

  it("are finished under their id by a server that is started again after a kill", async () => {
    const first = await serve();
    const reply = await first.ask(begin);
    const id = String(reply.requestid);
    expect(reply.status).toBe(2);
    const status = { op: "exp_status", requestid: id };
    await vi.waitUntil(async () => (await first.ask(status)).status === 1, { timeout: 20_000, interval: 5 });
    first.server.kill("SIGKILL");
    expect(await first.server.ended).toBe(null);
    // Nothing half made has a name that is asked for.
    expect(readdirSync(join(root, "exports")).filter((name) => !name.startsWith("."))).toEqual([]);
    // Half a minute later.
    await sql("UPDATE jsoc.heliostream_exports SET lease = clock_timestamp()");
    const second = await serve();
    await vi.waitUntil(async () => !isOpen(await second.ask(status)), { timeout: 60_000, interval: 20 });
    expect(await second.ask(status)).toMatchObject({ status: "0", requestid: id });
    execFileSync("sha256sum", ["-c", "SHA256SUMS"], { cwd: join(root, "exports", id), stdio: "ignore" });
    const [row] = await sql("SELECT attempts FROM jsoc.heliostream_exports");
    expect(row).toEqual({ attempts: 2 });
    second.server.kill("SIGTERM");
    expect(await second.server.ended).toBe(0);
  });

  it("are made by a worker where no server does, which puts back what it runs when it is told to end", async () => {
    const worker = program.start("worker", "-c", file);
    await worker.said("waiting for exports, 1 at a time");
    await sql(
      `INSERT INTO jsoc.heliostream_exports (requestid, kind, status, test, dataset, records, processing, protocol, filenamefmt, method,
         address, requester, client, md5, rcount, size_mb)
       VALUES ('JSOC_20260102_001', 'records', 2, false, '${ALL}', 0, '', 'fits', '{recnum}.fits', 'url', 'a@x.org', 'a', '192.0.2.1', 'x', 40, 3)`,
    );
    const state = async () =>
      (
        await sql(
          "SELECT status, attempts FROM jsoc.heliostream_exports WHERE requestid = 'JSOC_20260102_001'",
        )
      )[0];
    await vi.waitUntil(async () => (await state()).status === 1, { timeout: 20_000, interval: 5 });
    worker.kill("SIGTERM");
    expect(await worker.ended).toBe(0);
    expect(await state()).toEqual({ status: 2, attempts: 0 });
  });

  it("are shown, and taken back", async () => {
    const lines: string[] = [];
    vi.spyOn(console, "log").mockImplementation((line: string) => void lines.push(line));
    try {
      expect(await exports.run(["-c", file])).toBe(0);
      expect(lines.splice(0)).toEqual(
        ["JSOC_20260102_001  waiting  0/40 records  3 MB  a@x.org  waiting"].map((line) =>
          expect.stringMatching(new RegExp(`^${line.replace("0/40", "\\d+/40")}`)),
        ),
      );
      expect(await exports.run(["-c", file, "cancel", "JSOC_20260102_001", "JSOC_20260102_002"])).toBe(1);
      expect(lines.splice(0)).toEqual([
        "JSOC_20260102_001: taken back",
        "JSOC_20260102_002: has ended, or was never there",
      ]);
      expect(await exports.run(["-c", file, "-a", "-n", "1"])).toBe(0);
      expect(lines).toHaveLength(1);
    } finally {
      vi.restoreAllMocks();
    }
    for (const args of [["undo"], ["cancel"], ["-n", "0"], ["cancel", "x"]])
      await expect(exports.run(["-c", file, ...args])).rejects.toThrow();
  });
});
