import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../config/package-root.js";
import { processesWith, until } from "../pipeline/support.js";
import { countPackets } from "../support/case-files.js";
import { parseAnswer } from "../support/raw-http.js";

/** How data answers of the CGI program end when it is told to end, or is killed. */

const root = mkdtempSync(join(tmpdir(), "heliostream-end-"));
const HEADERS = [
  `header='<stream version="2.2"/>'`,
  `printf '[00]%06d%s' "\${#header}" "$header"`,
  `packet='<packet><x type="time24" units="UTC"/><y type="ascii10" units="V" name="volts"/></packet>'`,
  `printf '[01]%06d%s' "\${#packet}" "$packet"`,
];
const ROW = ":01:2021-06-30T12:00:00.000 1.250e+00\n";

/** A source whose reader is this shell script; the programs of one test are found by the mark they are given. */
function source(name: string, body: readonly string[], keywords: readonly string[] = []): void {
  const program = join(root, "bin", `read-${name}`);
  writeFileSync(program, ["#!/bin/sh", ...body, ""].join("\n"));
  chmodSync(program, 0o755);
  const lines = [
    `description = '${name}'`,
    "reducer = 'not_reducible'",
    `reader = 'read-${name}'`,
    ...keywords,
  ];
  writeFileSync(join(root, "sources", `${name}.dsdf`), `${lines.join("\n")}\n`);
}

beforeAll(() => {
  expect(existsSync(join(packageRoot(), "dist/cgi-bin/server")), "made by npm run build").toBe(true);
  for (const folder of ["bin", "sources", "log"]) mkdirSync(join(root, folder));
  writeFileSync(join(root, "sources/_dirinfo_.dsdf"), "description = 'Ends'\n");
  writeFileSync(join(root, "das2server.conf"), "DSDF_ROOT = sources\nLOG_PATH = log\nKILL_GRACE = 0.2\n");
  const das2 = ["das2Stream = 1"];
  source("Slow", [...HEADERS, `printf '%s\\n' '${ROW.trimEnd()}'; printf ':01:2021-06'; sleep 1000`], das2);
  source("Fast", [...HEADERS, `yes '${ROW.trimEnd()}'`], das2);
  source("Silent", ["sleep 1000"], das2);
  source(
    "Stubborn",
    [
      ...HEADERS,
      "trap '' TERM HUP INT PIPE",
      `sh -c 'sleep 1000; :' sh "$3" & setsid sh -c 'sleep 1000; :' sh "$3" &`,
      "sleep 1000",
    ],
    das2,
  );
  source("Other", ["printf 'a,b\\n1,2\\n'; sleep 1000"], ["outputType = 'text/csv | csv'"]);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

let marks = 0;

function newMark(): string {
  return `mark-${process.pid}-${marks++}-end`;
}

/** The mark is a parameter of the reader. */
function queryOf(name: string, mark: string): string {
  return `server=dataset&dataset=${name}&params=${mark}&start_time=2021-06-30&end_time=2021-07-01`;
}

/** Starts a request as Apache does. */
function start(
  name: string,
  program = "server",
  more: Readonly<Record<string, string>> = {},
): { child: ChildProcess; mark: string } {
  const mark = newMark();
  const query = queryOf(name, mark);
  const env = {
    HELIOSTREAM_CONFIG: join(root, "das2server.conf"),
    HELIOSTREAM_BIN_PATH: join(root, "bin"),
    PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
    REQUEST_METHOD: "GET",
    SCRIPT_NAME: "/das/server",
    REQUEST_URI: `/das/server?${query}`,
    QUERY_STRING: query,
    SERVER_PROTOCOL: "HTTP/1.1",
    REMOTE_ADDR: "192.0.2.7",
    HTTP_HOST: "data.example.org",
    ...more,
  };
  const child = spawn(join(packageRoot(), "dist/cgi-bin", program), [], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  return { child, mark };
}

/** Takes the answer; sends the signal once `isDue` says so of what has come. */
async function answerUntil(child: ChildProcess, isDue: (soFar: Buffer) => boolean, signal: NodeJS.Signals) {
  const pieces: Buffer[] = [];
  let sent = false;
  child.stdout?.on("data", (bytes: Buffer) => {
    pieces.push(bytes);
    if (sent || !isDue(Buffer.concat(pieces))) return;
    sent = true;
    child.kill(signal);
  });
  const [exit] = await once(child, "close");
  const all = Buffer.concat(pieces)
    .toString("latin1")
    .replace(/^Status: /, "HTTP/1.1 ");
  return { exit, ...parseAnswer(Buffer.from(all, "latin1"), "GET") };
}

const EXCEPTION =
  /\[xx\]\d{6}<exception type="ServerError" message="the server was told to stop before the answer was complete"\/>\n$/;

describe("SIGTERM", () => {
  it("lets a slow answer end with whole packets and the reason", async () => {
    const { child, mark } = start("Slow");
    const { body, exit } = await answerUntil(child, (b) => b.includes(ROW), "SIGTERM");
    expect(body.toString()).toMatch(EXCEPTION);
    expect(countPackets(body)).toMatchObject({ packets: { ":01:": 1 }, exception: "ServerError" });
    expect(exit).toBe(0);
    expect(processesWith(mark)).toEqual([]);
  });

  it("lets a fast answer end with whole packets and the reason", async () => {
    const { child, mark } = start("Fast");
    const { body } = await answerUntil(child, (b) => b.length > 1_000_000, "SIGTERM");
    const text = body.toString("latin1");
    expect(text).toMatch(EXCEPTION);
    const rows = text.slice(text.indexOf(":01:"), text.lastIndexOf("[xx]"));
    expect(rows.length % ROW.length).toBe(0);
    expect(processesWith(mark)).toEqual([]);
  });

  it("before the first byte is an error with its status", async () => {
    const { child, mark } = start("Silent");
    const answer = answerUntil(child, () => false, "SIGTERM");
    await until(() => processesWith(mark).length > 0);
    child.kill("SIGTERM");
    const { status, body } = await answer;
    expect(status).toBe(503);
    expect(body.toString()).toMatch(EXCEPTION);
    expect(processesWith(mark)).toEqual([]);
  });

  it("adds nothing to a form without errors in band, whose last chunk is left out", async () => {
    const { child, mark } = start("Other", "nph-server");
    const { body, whole } = await answerUntil(child, (b) => b.includes("1,2"), "SIGTERM");
    expect([body.toString(), whole]).toEqual(["a,b\n1,2\n", false]);
    expect(processesWith(mark)).toEqual([]);
  });
});

describe("a program that ends before its readers have", () => {
  it("kills them itself, without its watcher", async () => {
    const { child, mark } = start("Stubborn", "server", { HELIOSTREAM_KILL_GRACE: "60" });
    const answer = answerUntil(child, () => false, "SIGTERM");
    await until(() => processesWith(mark).length === 3);
    for (const pid of watchersOf(child)) process.kill(pid, "SIGKILL");
    child.kill("SIGTERM");
    const { body, exit } = await answer;
    expect(body.toString()).toMatch(EXCEPTION);
    expect(exit).toBe(1);
    await until(() => processesWith(mark).length === 0, 1000);
  });
});

describe("SIGKILL", () => {
  it("of the CGI program takes its reader and what that started along", async () => {
    for (const name of ["Silent", "Stubborn"]) {
      const { child, mark } = start(name);
      await until(() => processesWith(mark).length === (name === "Silent" ? 1 : 3));
      child.kill("SIGKILL");
      await once(child, "exit");
      await until(() => processesWith(mark).length === 0, 2000);
      child.stdout?.destroy();
    }
  });

  it("of the resident server does so for all its answers, and the watcher ends with it", async () => {
    const env = {
      HELIOSTREAM_CONFIG: join(root, "das2server.conf"),
      HELIOSTREAM_BIN_PATH: join(root, "bin"),
      PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
      HOST: "127.0.0.1",
      PORT: "0",
    };
    const args = [join(packageRoot(), "dist/bin/heliostream.js"), "serve"];
    const server = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit"] });
    const [line] = await once(server.stdout, "data");
    const url = /http:\S+/.exec(String(line))?.[0];
    const mark = newMark();
    const gone = new AbortController();
    for (const name of ["Silent", "Stubborn", "Slow"])
      fetch(`${url}?${queryOf(name, mark)}`, { signal: gone.signal }).catch(() => undefined);
    await until(() => processesWith(mark).length === 5);
    const watchers = watchersOf(server);
    expect(watchers).toHaveLength(1);
    server.kill("SIGKILL");
    await once(server, "exit");
    gone.abort();
    await until(() => processesWith(mark).length === 0, 2000);
    await until(() => !isRunning(watchers[0]), 2000);
  });
});

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1");
  } catch {
    return "";
  }
}

/** The helper processes that a server has beside it. */
function watchersOf({ pid }: ChildProcess): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").trim().split(" ").map(Number);
  return children.filter((child) => commandLine(child).includes("heliostream-watchdog"));
}

/** Whether a process of that number is there and has not ended. */
function isRunning(pid: number | undefined): boolean {
  return pid !== undefined && commandLine(pid) !== "";
}
