import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCgi } from "../../cgi/adapters/cgi.js";
import { type CgiOutput, nonParsedOutput, parsedOutput } from "../../cgi/adapters/cgi-output.js";
import type { RequestRecord } from "../../cgi/log/record.js";
import { openSite } from "../../cgi/open-site.js";
import { handle } from "../../cgi/routes.js";
import { type RunningServer, startServer } from "../../cgi/serve.js";
import { builtInProgram } from "../../pipeline/built-in.js";
import type { ProgramLookup } from "../../pipeline/options.js";
import { bundleProgram } from "../pipeline/programs.js";
import { caseConfig } from "../support/case-site.js";
import { cgiEnvironment } from "../support/cgi-transport.js";
import { send } from "../support/live-server.js";
import { madeBytes, madeFile } from "../support/made-file.js";
import { parseAnswer, type RawAnswer, rawRequest } from "../support/raw-http.js";

/** Answers that are files, of a program inside the server and of the same as a process, by each way an answer can go. */

const MOUNT = "/das/server";
const RANGE = "start_time=2021-06-30&end_time=2021-07-01";
const SETTINGS = {
  HELIOSTREAM_DRMS_URL: "postgres://solar:xyzzy@db.example.org/drms",
  HELIOSTREAM_DRMS_MAX_CONNECTIONS: "3",
  HELIOSTREAM_KILL_GRACE: "0.1",
};
const root = mkdtempSync(join(tmpdir(), "heliostream-file-answers-"));
const sources = join(root, "sources");
const { config, dispose } = caseConfig({
  ...SETTINGS,
  HELIOSTREAM_DSDF_ROOT: sources,
  HELIOSTREAM_ENABLE_DEBUG: "true",
});
const records: RequestRecord[] = [];
const log = { write: (record: RequestRecord) => void records.push(record), close: () => Promise.resolve() };
/** What ships here, and the program of the test. */
const programs: ProgramLookup = (name) =>
  name === madeFile.name ? Promise.resolve(madeFile) : builtInProgram(name);
let programFolder = "";
let server: RunningServer;

function source(name: string, reader: string, more = "outputType = 'application/x-tar | tar'"): void {
  writeFileSync(join(sources, `${name}.dsdf`), `description = '${name}'\nreader = '${reader}'\n${more}\n`);
}

beforeAll(async () => {
  programFolder = await bundleProgram(
    "drms-made",
    join(import.meta.dirname, "../support/made-file.ts"),
    "madeFile",
  );
  mkdirSync(sources);
  const process = join(programFolder, "drms-made");
  for (const [way, program] of [
    ["In", "drms-made"],
    ["Out", process],
  ]) {
    source(`Whole${way}`, `${program} 700000 30000 end`);
    source(`Torn${way}`, `${program} 700000 30000 fail`);
    source(`TornEarly${way}`, `${program} 0 1 fail`);
    source(`None${way}`, `${program} 0 1 none`);
    source(`Waits${way}`, `${program} 200000 30000 wait`);
    source(`Endless${way}`, `${program} 1000000000000 30000 end`);
  }
  source("Settings", "drms-made settings");
  source("OtherSettings", "sh -c env", "outputType = 'text/plain | txt'");
  source("Mislabelled", "drms-made 100 10", "das2Stream = 1\nreducer = not_reducible");
  server = await startServer(config, { log, programs });
});
afterAll(async () => {
  await server.close(0);
  dispose();
  for (const folder of [root, programFolder]) rmSync(folder, { recursive: true, force: true });
});

const target = (name: string) => `${MOUNT}?server=dataset&dataset=${name}&${RANGE}`;
const port = () => Number(new URL(server.url).port);

/** An answer, with whether the program that wrote it says that it is whole. */
type Answer = RawAnswer & { readonly said: boolean };

async function bySocket(name: string): Promise<Answer> {
  const answer = await rawRequest(port(), { target: target(name) });
  return { ...answer, said: answer.whole };
}

/** As a program of CGI, whose output a web server makes HTTP of or passes on. */
async function byCgi(name: string, output: CgiOutput): Promise<Answer> {
  const out = new PassThrough();
  const pieces: Buffer[] = [];
  out.on("data", (bytes: Buffer) => pieces.push(bytes));
  const site = openSite(config, { resident: false, log, programs });
  const env = cgiEnvironment({ target: target(name) }, MOUNT);
  const said = await runCgi((request) => handle(request, site), env, out, new AbortController(), output);
  const text = Buffer.concat(pieces)
    .toString("latin1")
    .replace(/^Status: /, "HTTP/1.1 ");
  return { ...parseAnswer(Buffer.from(text, "latin1"), "GET"), said };
}

const NPH = nonParsedOutput({ method: "GET", protocol: "HTTP/1.1", now: new Date(0) });
const WAYS = {
  socket: bySocket,
  cgi: (name: string) => byCgi(name, parsedOutput),
  nph: (name: string) => byCgi(name, NPH),
};

describe.each(Object.entries(WAYS))("a file by way of %s", (way, ask) => {
  it.each(["In", "Out"])("has every byte, with the program %sside", async (where) => {
    records.length = 0;
    const answer = await ask(`Whole${where}`);
    expect([answer.status, answer.whole, answer.said]).toEqual([200, true, true]);
    expect(answer.headers).toContainEqual(["Content-Type", "application/x-tar"]);
    expect(answer.headers).toContainEqual([
      "Content-Disposition",
      `attachment; filename="Whole${where}_2021-06-30_2021-07-01.tar"`,
    ]);
    expect(answer.body.equals(madeBytes(700_000))).toBe(true);
    expect(records).toMatchObject([{ outcome: "complete", status: 200, bytes: 700_000 }]);
    expect(records[0]?.stages).toMatchObject([{ role: "reader", builtIn: where === "In", status: 0 }]);
  });

  it.each(["In", "Out"])(
    "that breaks off is not ended as a whole one, with the program %sside",
    async (where) => {
      records.length = 0;
      const answer = await ask(`Torn${where}`);
      expect([answer.status, answer.said]).toEqual([200, false]);
      // Only a web server that makes HTTP of a program's output cannot tell (das2-server 3.3).
      expect(answer.whole).toBe(way === "cgi");
      expect(answer.body.equals(madeBytes(700_000))).toBe(true);
      expect(answer.body.includes("tape")).toBe(false);
      const code = where === "In" ? "BAD_FILE" : "READER_FAILED";
      expect(records).toMatchObject([{ outcome: "failed", status: 200, bytes: 700_000, code }]);
      expect(records[0]?.stages[0]?.status).toBe(where === "In" ? 1 : 22);
    },
  );

  it.each(["In", "Out"])("that fails at once is an error, with the program %sside", async (where) => {
    records.length = 0;
    const answer = await ask(`TornEarly${where}`);
    expect([answer.status, answer.whole]).toEqual([500, true]);
    expect(answer.headers).toContainEqual(["Content-Type", "text/vnd.das2.das2stream"]);
    expect(records).toMatchObject([{ outcome: "failed", status: 500 }]);
  });

  it.each(["In", "Out"])("of nothing is 404, with the program %sside", async (where) => {
    records.length = 0;
    const answer = await ask(`None${where}`);
    expect([answer.status, answer.whole]).toEqual([404, true]);
    expect(answer.body.toString()).toContain("No data found between 2021-06-30 and 2021-07-01");
    expect(records).toMatchObject([{ outcome: "no data", status: 404 }]);
    expect(records[0]?.stages).toMatchObject([{ builtIn: where === "In", status: 0 }]);
    expect(records[0]?.stderr?.join()).toContain("no tape of that day");
    expect(records[0]).not.toHaveProperty("fileName");
  });
});

/** Waits for the record of a request that has ended. */
async function recorded(): Promise<RequestRecord> {
  while (records.length === 0) await new Promise((resolve) => setImmediate(resolve));
  return records[0] as RequestRecord;
}

describe("a client that leaves", () => {
  it.each(["WaitsIn", "WaitsOut", "EndlessIn", "EndlessOut"])("ends the program of %s", async (name) => {
    records.length = 0;
    const socket = await send(port(), `GET ${target(name)} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await once(socket, "data");
    socket.destroy();
    const record = await recorded();
    expect(record).toMatchObject({ outcome: "cancelled", status: 200 });
    expect(record.bytes).toBeGreaterThan(0);
    expect(record.durationMs).toBeLessThan(5000);
  });

  it.each(["EndlessIn", "EndlessOut"])("or takes nothing holds the program of %s", async (name) => {
    records.length = 0;
    const socket = await send(port(), `GET ${target(name)} HTTP/1.1\r\nHost: x\r\n\r\n`);
    socket.pause();
    await once(socket, "readable");
    for (let turn = 0; turn < 1000; turn++) await new Promise((resolve) => setImmediate(resolve));
    socket.destroy();
    // What the system keeps for a connection is a few MB; without a halt it would be more than 60 by now.
    expect((await recorded()).bytes).toBeLessThan(30_000_000);
  });
});

describe("the settings of the archive", () => {
  it("reach its programs and no other, and no page shows a password", async () => {
    records.length = 0;
    const shown = (await bySocket("Settings")).body.toString();
    expect(shown).toContain("HELIOSTREAM_DRMS_URL=postgres://solar:xyzzy@db.example.org/drms\n");
    expect(shown).toContain("HELIOSTREAM_DRMS_MAX_CONNECTIONS=3\nHELIOSTREAM_DRMS_STAGING_RETENTION=3\n");
    const others = (await bySocket("OtherSettings")).body.toString();
    expect(others).toContain("PATH=");
    expect(others).not.toMatch(/DRMS|xyzzy/);
    process.env.HELIOSTREAM_DRMS_URL = SETTINGS.HELIOSTREAM_DRMS_URL;
    process.env.PUMP_DATABASE = "postgres://pump:xyzzy@h/d";
    const debug = await rawRequest(port(), { target: `${MOUNT}?server=debug` });
    delete process.env.HELIOSTREAM_DRMS_URL;
    delete process.env.PUMP_DATABASE;
    const page = debug.body.toString();
    expect(page).toContain("drmsUrl = (hidden)");
    expect(page).toContain("HELIOSTREAM_DRMS_URL = (hidden)");
    expect(page).toContain('PUMP_DATABASE = "postgres://pump:(hidden)@h/d"');
    expect(page).toContain('drmsLicense = "CC0 1.0"');
    expect(page).not.toContain("xyzzy");
    expect(JSON.stringify(records)).not.toContain("xyzzy");
  });
});

describe("a definition that calls a file a stream", () => {
  it("is told as wrong before anything is sent", async () => {
    records.length = 0;
    const answer = await bySocket("Mislabelled");
    expect(answer.status).toBe(500);
    expect(answer.body.toString()).toContain("gives a file");
    expect(records).toMatchObject([{ code: "BAD_DEFINITION", outcome: "failed", bytes: answer.body.length }]);
  });
});

describe("server=image of a file", () => {
  it("is refused where plots are made", async () => {
    const { config: plotting, dispose: end } = caseConfig({
      HELIOSTREAM_PNG_MAKER: "plot",
      HELIOSTREAM_DSDF_ROOT: sources,
    });
    const site = openSite(plotting, { resident: true, log, programs });
    const { body, status } = await handle(
      {
        ...{ id: "1", receivedAt: new Date(), method: "GET", protocol: "1.1", scheme: "http", host: "h" },
        ...{ mount: MOUNT, path: "", query: `server=image&dataset=WholeIn&${RANGE}`, headers: {} },
        ...{ peer: "127.0.0.1", signal: new AbortController().signal },
      },
      site,
    );
    end();
    expect(status).toBe(400);
    expect(Buffer.from(body as Uint8Array).toString()).toContain("server=image is not for this source");
  });
});
