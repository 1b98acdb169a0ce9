import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { performance } from "node:perf_hooks";
import autocannon from "autocannon";
import { packageRoot } from "../config/package-root.js";
import { startApache } from "../test/support/apache.js";
import { findProgram } from "../test/support/system-programs.js";
import type { Print } from "./print.js";

const CONNECTIONS = 8;
/** Length of each measurement under load, seconds. */
const LOAD_S = 4;
const ROUNDS = 3;
const SINGLE_REQUESTS = 40;
const STATIC_BYTES = 700;

/**
 * Speed of the server: small answers against a static file of Apache, a CGI start against a bare Node program under the same
 * Apache, and the first byte of data against the start of a process.
 */
export async function run(print: Print): Promise<void> {
  const bare = median(times(15, () => bareNode()));
  print(`N0, node -e 0                                ${bare.toFixed(1)} ms`);
  const apacheProgram = findProgram("apache");
  if (apacheProgram === undefined) {
    print("Apache is not installed: nothing to compare with (scripts/install-system.sh installs it)");
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "heliostream-bench-"));
  chmodSync(folder, 0o755);
  const apache = await startApache(apacheProgram, apacheLines(folder));
  const server = await startServe(folder);
  try {
    await small(
      print,
      `${apache.origin}/static/file`,
      `${server.url}?server=dsdf&dataset=Examples/Spectrogram`,
    );
    await firstByte(print, server.url, bare);
    await cgi(print, apache.origin);
  } finally {
    server.stop();
    await apache.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function small(print: Print, file: string, description: string): Promise<void> {
  const ratios: number[] = [];
  const rates: [number, number][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const s0 = await load(file);
    const ours = await load(description);
    ratios.push(ours / s0);
    rates.push([s0, ours]);
  }
  const [s0, ours] = rates[Math.floor(ROUNDS / 2)] ?? [0, 0];
  print(`S0, Apache, static file of ${STATIC_BYTES} bytes          ${s0.toFixed(0)} requests/s`);
  print(`serve, server=dsdf, ${CONNECTIONS} connections             ${ours.toFixed(0)} requests/s`);
  print(
    `  ratio, median of ${ROUNDS} pairs                   ${median(ratios).toFixed(2)} x S0   (bar: at least 0.25)`,
  );
}

async function firstByte(print: Print, url: string, bare: number): Promise<void> {
  const query = (day: number): string =>
    `${url}?server=dataset&dataset=Examples/Spectrogram&start_time=2024-05-${String(10 + day)}&end_time=2024-05-${String(11 + day)}&resolution=300`;
  await timeOf(query(0));
  const samples: number[] = [];
  for (let i = 0; i < 15; i++) samples.push((await timeOf(query(i))).first);
  const first = median(samples);
  print(`serve, first byte of a dataset               ${first.toFixed(1)} ms`);
  print(
    `  ratio                                      ${(first / bare).toFixed(2)} x N0   (bar: at most 0.3)`,
  );
}

async function cgi(print: Print, origin: string): Promise<void> {
  const hello: number[] = [];
  const ours: number[] = [];
  for (let i = 0; i < SINGLE_REQUESTS; i++) {
    hello.push((await timeOf(`${origin}/hello`)).last);
    ours.push((await timeOf(`${origin}/das/server?server=dsdf&dataset=Examples/Spectrogram`)).last);
  }
  print(`CGI, bare node hello                         ${median(hello).toFixed(1)} ms`);
  print(`CGI, server=dsdf                             ${median(ours).toFixed(1)} ms`);
  print(
    `  ratio                                      ${(median(ours) / median(hello)).toFixed(2)} x hello   (bar: at most 1.5)`,
  );
}

/** Where Apache's own user may read it: the CGI programs, the definitions, a static file and the bare program. */
function apacheLines(folder: string): string {
  const root = packageRoot();
  const package_ = join(folder, "package");
  for (const part of ["dist/cgi-bin", "static", "dsdf/sources"])
    cpSync(join(root, part), join(package_, part), { recursive: true });
  cpSync(join(root, "package.json"), join(package_, "package.json"));
  mkdirSync(join(folder, "static"));
  writeFileSync(join(folder, "static/file"), "x".repeat(STATIC_BYTES));
  const log = join(folder, "log");
  mkdirSync(log);
  chmodSync(log, 0o777);
  writeFileSync(
    join(folder, "das2server.conf"),
    `SITE_NAME = Bench\nDSDF_ROOT = package/dsdf/sources\nLOG_PATH = log\n`,
  );
  mkdirSync(join(folder, "cgi"));
  const hello = join(folder, "cgi/hello");
  writeFileSync(
    hello,
    '#!/usr/bin/env node\nprocess.stdout.write("Content-Type: text/plain\\r\\n\\r\\nhello\\n");\n',
    { mode: 0o755 },
  );
  writeFileSync(join(folder, "cgi/package.json"), '{ "type": "commonjs" }\n');
  return [
    `ScriptAlias "/das/server" "${package_}/dist/cgi-bin/server"`,
    `ScriptAlias "/hello" "${hello}"`,
    `Alias "/static" "${folder}/static"`,
    `SetEnv HELIOSTREAM_CONFIG "${folder}/das2server.conf"`,
    `SetEnv PATH "${dirname(process.execPath)}:/usr/bin:/bin"`,
    `<Directory "${folder}">\nOptions +ExecCGI\nRequire all granted\n</Directory>`,
    "KeepAlive On",
    "MaxKeepAliveRequests 0",
  ].join("\n");
}

/** The resident server in a process of its own, as it runs at a site. */
async function startServe(folder: string): Promise<{ readonly url: string; stop(): void }> {
  const program = join(packageRoot(), "dist/bin/heliostream.js");
  const child = spawn(process.execPath, [program, "serve", "-c", join(folder, "das2server.conf")], {
    env: { ...process.env, HOST: "127.0.0.1", PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(child.stdout, "data");
  const url = /http:\S+/.exec(String(line))?.[0];
  if (url === undefined) throw new Error(`the server did not say where it is: ${String(line)}`);
  return { url, stop: () => void child.kill("SIGTERM") };
}

async function load(url: string): Promise<number> {
  const result = await autocannon({ url, connections: CONNECTIONS, duration: LOAD_S });
  if (result.non2xx + result.errors > 0)
    throw new Error(`${result.non2xx} answers other than 2xx, ${result.errors} errors`);
  return result.requests.average;
}

/** Milliseconds to the first and the last byte of the body. */
function timeOf(url: string): Promise<{ readonly first: number; readonly last: number }> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    get(url, (response) => {
      if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`));
      let first: number | undefined;
      response.on("data", () => {
        first ??= performance.now() - began;
      });
      response.on("end", () => {
        const last = performance.now() - began;
        resolve({ first: first ?? last, last });
      });
    }).on("error", reject);
  });
}

function bareNode(): number {
  const { NODE_EXTRA_CA_CERTS: _unset, ...env } = process.env;
  const began = performance.now();
  spawnSync(process.execPath, ["-e", "0"], { env });
  return performance.now() - began;
}

function times(count: number, one: () => number): number[] {
  return Array.from({ length: count }, one);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
