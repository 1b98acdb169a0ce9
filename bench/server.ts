import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startApache } from "../test/support/apache.js";
import { findProgram } from "../test/support/system-programs.js";
import { apacheCgi, STATIC_BYTES } from "./apache-cgi.js";
import type { Print } from "./print.js";
import { bareNode, median, requestRate, startServe, timeOf } from "./requests.js";

const CONNECTIONS = 8;
const LOAD = { connections: CONNECTIONS, seconds: 4 };
const ROUNDS = 3;
const SINGLE_REQUESTS = 40;

/**
 * Speed of the server: small answers against a static file of Apache, a CGI start against a bare Node program under the same
 * Apache, and the first byte of data against the start of a process.
 */
export async function run(print: Print): Promise<void> {
  const bare = bareNode();
  print(`N0, node -e 0                                ${bare.toFixed(1)} ms`);
  const apacheProgram = findProgram("apache");
  if (apacheProgram === undefined) {
    print("Apache is not installed: nothing to compare with (scripts/install-system.sh installs it)");
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "heliostream-bench-"));
  chmodSync(folder, 0o755);
  const configFile = join(folder, "das2server.conf");
  writeFileSync(configFile, "SITE_NAME = Bench\nDSDF_ROOT = package/dsdf/sources\nLOG_PATH = log\n");
  const apache = await startApache(apacheProgram, apacheCgi(folder));
  const server = await startServe(configFile);
  try {
    await small(
      print,
      `${apache.origin}/static/file`,
      `${server.url}?server=dsdf&dataset=Examples/Spectrogram`,
    );
    await firstByte(print, server.url, bare);
    await cgi(print, apache.origin);
  } finally {
    await server.stop();
    await apache.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function small(print: Print, file: string, description: string): Promise<void> {
  const ratios: number[] = [];
  const rates: [number, number][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const s0 = await requestRate(file, LOAD);
    const ours = await requestRate(description, LOAD);
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
