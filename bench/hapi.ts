import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { parseTime, type TimeRange } from "../stream/time.js";
import { startApache } from "../test/support/apache.js";
import { findProgram } from "../test/support/system-programs.js";
import { apacheCgi } from "./apache-cgi.js";
import { benchCache } from "./bench-cache.js";
import type { Print } from "./print.js";
import { median, requestRate, startServe, timeOf } from "./requests.js";

const ID = "Bench/Scalars";
const DEFINITION = [
  "reader = 'synthetic --cadence 1s --planes 2'",
  "validRange = '2020-01-01 to 2021-01-01 UTC'",
  "exampleRange_00 = '2020-06-01 to 2020-06-01T01:00'",
  "cacheLevel_00 = 'intrinsic | daily'",
];
/** A million seconds, in blocks of a day. */
const RANGE: TimeRange = { begin: parseTime("2020-06-01"), end: parseTime("2020-06-12T13:46:40") };
const RECORDS = 1_000_000;
const SOURCES = 1000;
const ROUNDS = 5;
const PEER_ROUNDS = 2;
/** Longest wait for the other server, seconds. */
const PEER_PATIENCE_S = 120;
const LOAD = { connections: 8, seconds: 3 };

/**
 * What clients of HAPI are given: a million records of two scalars from blocks by the resident server, against a loop of bare Node that
 * prints the same rows, and the two metadata endpoints of a thousand sources, against Apache's rate for a small file. With
 * `HAPI_SERVER_NODEJS`, the folder of a checkout of that server with its packages, it is timed too, on the same rows as a file.
 */
export async function run(print: Print): Promise<void> {
  const definitions: Record<string, readonly string[]> = { [ID]: DEFINITION };
  for (let n = 0; n < SOURCES - 1; n++)
    definitions[`Many/S${String(n).padStart(4, "0")}`] = [
      "reader = 'synthetic --cadence 1s --planes 2'",
      "validRange = '2020-01-01 to 2021-01-01 UTC'",
      "exampleRange_00 = '2020-06-01 to 2020-06-01T01:00'",
    ];
  const site = await benchCache({ definitions });
  try {
    const [level] = await site.levels(ID);
    if (level === undefined) throw new Error(`${ID} has no levels`);
    await site.fill(level, { begin: RANGE.begin, end: parseTime("2020-06-13") }, "monthly");
    const server = await startServe(site.configFile);
    try {
      await records(print, `${server.url}/hapi`, site.folder);
      await metadata(print, `${server.url}/hapi`, site.folder);
    } finally {
      await server.stop();
    }
  } finally {
    await site.close();
  }
}

async function records(print: Print, hapi: string, folder: string): Promise<void> {
  const query = `id=${ID}&start=2020-06-01&stop=2020-06-12T13:46:40Z`;
  const csv = `${hapi}/data?${query}`;
  const text = Buffer.from(await (await fetch(csv)).arrayBuffer());
  writeFileSync(join(folder, "rows.csv"), text);
  writeFileSync(join(folder, "loop.mjs"), LOOP);
  const rows = text.filter((byte) => byte === 0x0a).length;
  if (rows !== RECORDS) throw new Error(`${rows} rows instead of ${RECORDS}`);
  const peer = await startPeer(folder, text);
  const names = ["csv", "binary", "json"] as const;
  const ours: Record<(typeof names)[number], number[]> = { csv: [], binary: [], json: [] };
  const theirs: Record<"csv" | "binary", number[]> = { csv: [], binary: [] };
  const loop: number[] = [];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      for (const name of names) ours[name].push((await timeOf(`${csv}&format=${name}`)).last / 1e3);
      loop.push(await loopSeconds(join(folder, "loop.mjs")));
      // It takes some ten times as long.
      if (peer !== undefined && round < PEER_ROUNDS)
        for (const name of ["csv", "binary"] as const)
          theirs[name].push(await curlSeconds(`${peer.url}&format=${name}`));
    }
  } finally {
    await peer?.stop();
  }
  const seconds = (times: readonly number[]): string => `${median(times).toFixed(3)} s`;
  const ratio = (a: readonly number[], b: readonly number[]): string => (median(a) / median(b)).toFixed(2);
  print(`${RECORDS} records of 2 scalars from blocks, serve`);
  for (const name of names) print(`  ${name.padEnd(42)} ${seconds(ours[name])}`);
  print(`  bare Node, the same rows by String()       ${seconds(loop)}`);
  print(`    ratio, csv                               ${ratio(ours.csv, loop)} x bare   (bar: at most 1.5)`);
  if (peer === undefined) {
    print("  HAPI_SERVER_NODEJS is not set: server-nodejs is not timed");
    return;
  }
  print(`  server-nodejs, csv, a file                 ${seconds(theirs.csv)}`);
  print(`  server-nodejs, binary, of the same file    ${seconds(theirs.binary)}`);
  print(
    `    ratio, binary                            ${ratio(ours.binary, theirs.binary)} x peer   (bar: at most 0.3)`,
  );
}

/** Prints the rows of the bench from the values of its reader, read from a file of numbers that is made outside the measured time. */
const LOOP = `
import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { once } from "node:events";
const rows = readFileSync(new URL("rows.csv", import.meta.url), "latin1").trimEnd().split("\\r\\n");
const times = new Float64Array(rows.length), a = new Float64Array(rows.length), b = new Float64Array(rows.length);
rows.forEach((row, i) => {
  const fields = row.split(",");
  times[i] = Date.parse(fields[0]); a[i] = Number(fields[1]); b[i] = Number(fields[2]);
});
const began = performance.now();
let text = "";
for (let i = 0; i < times.length; i++) {
  text += new Date(times[i]).toISOString() + "," + String(a[i]) + "," + String(b[i]) + "\\r\\n";
  if (text.length > 65536) {
    if (!process.stdout.write(text, "latin1")) await once(process.stdout, "drain");
    text = "";
  }
}
process.stdout.write(text, "latin1");
process.stderr.write(String(performance.now() - began));
`;

/** Seconds of the loop alone, its output taken by a pipe. */
async function loopSeconds(file: string): Promise<number> {
  const child = spawn(process.execPath, [file], { stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.resume();
  let said = "";
  child.stderr.on("data", (bytes) => {
    said += String(bytes);
  });
  await once(child, "close");
  return Number(said) / 1e3;
}

/** Seconds until curl has the whole answer. Errors: another status than 200, and an answer that broke off. */
async function curlSeconds(url: string): Promise<number> {
  const began = performance.now();
  const child = spawn("curl", ["-sf", "-o", "/dev/null", "--max-time", String(PEER_PATIENCE_S), url]);
  const [status] = await once(child, "exit");
  if (status !== 0) throw new Error(`curl ended with status ${status}`);
  return (performance.now() - began) / 1e3;
}

interface Peer {
  readonly url: string;
  stop(): Promise<void>;
}

/** hapi-server/server-nodejs with the rows as a file; `undefined` where it is not at hand. */
async function startPeer(folder: string, rows: Buffer): Promise<Peer | undefined> {
  const home = process.env.HAPI_SERVER_NODEJS;
  const program = home === undefined ? "" : join(home, "server.js");
  if (home === undefined || !existsSync(program)) return undefined;
  const place = join(folder, "peer");
  mkdirSync(place);
  writeFileSync(join(place, "rows.csv"), rows.toString("latin1").replaceAll("\r\n", "\n"));
  writeFileSync(join(place, "bench.json"), JSON.stringify(peerCatalog(join(place, "rows.csv"))));
  const port = await freePort();
  const child = spawn(
    process.execPath,
    [program, "--file", join(place, "bench.json"), "--port", String(port), "--ignore"],
    { cwd: home, stdio: ["ignore", "ignore", "ignore"] },
  );
  const ended = once(child, "exit");
  const url = `http://127.0.0.1:${port}/bench/hapi/data?id=rows&time.min=2020-06-01Z&time.max=2020-06-12T13:46:40Z`;
  const small = url.replace("2020-06-12T13:46:40Z", "2020-06-01T00:01Z");
  for (let tries = 0; ; tries++) {
    await delay(500);
    try {
      await curlSeconds(small);
      break;
    } catch (error) {
      if (tries > 2 * PEER_PATIENCE_S) throw error;
    }
  }
  return {
    url,
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** What server-nodejs is told of the file. */
function peerCatalog(file: string): object {
  const number = { type: "double", units: "nT", fill: null };
  return {
    server: { id: "bench", prefix: "bench", contact: "bench@example.org", HAPI: "3.1" },
    catalog: [
      {
        id: "rows",
        title: "Rows",
        info: {
          startDate: "2020-01-01Z",
          stopDate: "2021-01-01Z",
          parameters: [
            { name: "Time", type: "isotime", units: "UTC", fill: null, length: 24 },
            { name: "v1", ...number },
            { name: "v2", ...number },
          ],
        },
      },
    ],
    data: { file, contact: "bench@example.org", timeout: 60_000 },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function metadata(print: Print, hapi: string, folder: string): Promise<void> {
  const apacheProgram = findProgram("apache");
  if (apacheProgram === undefined) {
    print(
      "Apache is not installed: nothing to compare the metadata with (scripts/install-system.sh installs it)",
    );
    return;
  }
  const began = performance.now();
  const deep = await timeOf(`${hapi}/catalog?depth=all`);
  print(
    `catalog?depth=all of ${SOURCES} sources, the first time ${((performance.now() - began) / 1e3).toFixed(2)} s, ${deep.bytes} bytes`,
  );
  const apache = await startApache(apacheProgram, apacheCgi(folder));
  try {
    for (const target of [`info?id=${ID}`, "catalog", "catalog?depth=all"]) {
      const url = `${hapi}/${target}`;
      const { bytes } = await timeOf(url);
      const pairs: { readonly s0: number; readonly ours: number }[] = [];
      for (let round = 0; round < 3; round++)
        pairs.push({
          s0: await requestRate(`${apache.origin}/static/file`, LOAD),
          ours: await requestRate(url, LOAD),
        });
      const ratio = median(pairs.map(({ s0, ours }) => ours / s0));
      const bar = target === "catalog?depth=all" ? "" : "   (bar: at least 0.15)";
      print(
        `/hapi/${target.padEnd(24)} ${String(bytes).padStart(7)} bytes ${median(pairs.map(({ ours }) => ours))
          .toFixed(0)
          .padStart(6)} requests/s, ${ratio.toFixed(3)} x S0${bar}`,
      );
    }
  } finally {
    await apache.stop();
  }
}
