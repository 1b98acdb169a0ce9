import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { packageRoot } from "../../config/package-root.js";
import { countPackets } from "../support/case-files.js";
import { CASE_SITE, caseEnvironment } from "../support/case-site.js";

/** The program that Apache starts, started as Apache does. */

const ENTRY = join(packageRoot(), "dist/cgi-bin/server");
const RANGE = "start_time=2021-06-30&end_time=2021-07-01";
/** What the endless reader writes, and is called with. */
const LINE = ":01:2021-06-30T12:00:00.000 8.125e+00";
let logPath: string;

beforeAll(async () => {
  expect(existsSync(ENTRY), `${ENTRY}, made by npm run build`).toBe(true);
  logPath = await mkdtemp(join(tmpdir(), "heliostream-cgi-"));
});
afterAll(() => rm(logPath, { recursive: true, force: true }));

function start(query: string, more: Readonly<Record<string, string>> = {}): ChildProcess {
  const env = {
    ...caseEnvironment(logPath),
    PATH: `${join(CASE_SITE, "programs")}:${dirname(process.execPath)}:/usr/bin:/bin`,
    REQUEST_METHOD: "GET",
    SCRIPT_NAME: "/das/server",
    REQUEST_URI: `/das/server?${query}`,
    QUERY_STRING: query,
    SERVER_PROTOCOL: "HTTP/1.1",
    REMOTE_ADDR: "192.0.2.7",
    HTTP_HOST: "data.example.org",
    ...more,
  };
  return spawn(ENTRY, [], { env, stdio: ["ignore", "pipe", "pipe"] });
}

async function run(query: string, more: Readonly<Record<string, string>> = {}) {
  const child = start(query, more);
  const out: Buffer[] = [];
  let errors = "";
  child.stdout?.on("data", (bytes) => out.push(bytes));
  child.stderr?.on("data", (text) => {
    errors += String(text);
  });
  const [status] = await once(child, "close");
  const bytes = Buffer.concat(out);
  const split = bytes.indexOf("\r\n\r\n");
  return { status, head: bytes.toString("latin1", 0, split), body: bytes.subarray(split + 4), errors };
}

/** Process ids of the programs that run below a reader's name. */
async function processesNamed(word: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of await readdir("/proc")) {
    if (!/^\d+$/.test(pid)) continue;
    const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (line.split("\0").includes(word)) found.push(pid);
  }
  return found;
}

describe("the CGI program", () => {
  it("begins with Status and ends with status 0, for small answers and for data", async () => {
    const id = await run("server=id");
    expect(id.head.split("\r\n")[0]).toBe("Status: 200 OK");
    expect(id.body.toString()).toBe("Pump Works\r\n");
    const data = await run(`server=dataset&dataset=Demo/Arguments&${RANGE}`);
    expect(data.head.split("\r\n")[0]).toBe("Status: 200 OK");
    expect(countPackets(data.body).packets).toEqual({ "00": 1, "01": 1, ":01:": 1 });
    const none = await run("server=dsdf&dataset=Demo/None");
    expect(none.head.split("\r\n")[0]).toBe("Status: 404 Not Found");
    expect([id.status, data.status, none.status]).toEqual([0, 0, 0]);
    expect(id.errors + data.errors + none.errors).toBe("");
  });

  it("answers a configuration that cannot be read, and tells the operator why", async () => {
    const broken = await run("server=id", { HELIOSTREAM_CONFIG: join(logPath, "no-such.conf") });
    expect(broken.head).toContain("Status: 500 ");
    expect(countPackets(broken.body).exception).toBe("ServerError");
    expect(broken.body.toString()).not.toContain("no-such.conf");
    expect(broken.errors).toContain("no-such.conf");
  });

  it("answers where no file system makes the folder of its log, and says so once", async () => {
    const log = { HELIOSTREAM_LOG_PATH: "/proc/heliostream/log" };
    const data = await run(`server=dataset&dataset=Demo/Arguments&${RANGE}`, log);
    expect(data.head.split("\r\n")[0]).toBe("Status: 200 OK");
    expect(countPackets(data.body).packets).toEqual({ "00": 1, "01": 1, ":01:": 1 });
    expect(data.errors).toMatch(/^heliostream: the request log cannot be written: E.*\n$/);
  });

  it("ends with its reader when the client has left (EPIPE)", async () => {
    const child = start(`server=dataset&dataset=Demo/Endless&params=8.125e%2B00&${RANGE}`);
    await once(child.stdout ?? child, "data");
    child.stdout?.destroy();
    const [status] = await once(child, "exit");
    expect(status).toBe(0);
    expect(await processesNamed(LINE)).toEqual([]);
  });

  it("ends its reader when it is told to end, though nobody reads its output", async () => {
    const child = start(`server=dataset&dataset=Demo/Endless&params=8.125e%2B00&${RANGE}`);
    // Nothing is read, so the pipe fills up: the program waits to write.
    await vi.waitUntil(async () => (await processesNamed(LINE)).length > 0);
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([0, null]);
    expect(await processesNamed(LINE)).toEqual([]);
    child.stdout?.destroy();
  });

  it("refuses to be one pipeline too many, and forgets those that ended", async () => {
    const limit = { HELIOSTREAM_MAX_PIPELINES: "1" };
    const first = start(`server=dataset&dataset=Demo/Endless&params=8.125e%2B00&${RANGE}`, limit);
    await once(first.stdout ?? first, "readable");
    const refused = await run(`server=dataset&dataset=Demo/Arguments&${RANGE}`, limit);
    expect(refused.head).toContain("Status: 503 ");
    expect(refused.head).toMatch(/\r\nRetry-After: \d+/);
    first.kill("SIGKILL");
    await once(first, "exit");
    first.stdout?.destroy();
    const served = await run(`server=dataset&dataset=Demo/Arguments&${RANGE}`, limit);
    expect(served.head).toContain("Status: 200 ");
  });

  it("writes a record of each", async () => {
    const files = (await readdir(logPath)).filter((name) => name.endsWith(".jsonl"));
    const text = await readFile(join(logPath, files[0] ?? ""), "utf8");
    const records = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(records).toContainEqual(
      expect.objectContaining({ query: "id", client: "192.0.2.7", outcome: "complete" }),
    );
    expect(records).toContainEqual(expect.objectContaining({ source: "Demo/Endless", outcome: "cancelled" }));
    expect(records).toContainEqual(expect.objectContaining({ status: 503, code: "OVERLOADED" }));
  });
});
