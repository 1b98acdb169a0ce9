import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { get } from "node:http";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import autocannon from "autocannon";
import { packageRoot } from "../config/package-root.js";

/** The resident server in a process of its own. */
export interface ServeProcess {
  /** Where it answers, for example `http://127.0.0.1:40123/das/server`. */
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts the resident server as it runs at a site, on a free port of the loopback. */
export async function startServe(configFile: string): Promise<ServeProcess> {
  const program = join(packageRoot(), "dist/bin/heliostream.js");
  const child = spawn(process.execPath, [program, "serve", "-c", configFile], {
    env: { ...process.env, HOST: "127.0.0.1", PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const [line] = await Promise.race([once(child.stdout, "data"), ended]);
  const url = /http:\S+/.exec(String(line))?.[0];
  if (url === undefined || child.pid === undefined)
    throw new Error(`the server did not say where it is: ${String(line)}`);
  return {
    url,
    pid: child.pid,
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** How a measurement under load is made. */
export interface Load {
  readonly connections: number;
  readonly seconds: number;
}

/** Requests a second. Errors: where an answer is not whole, or another than 2xx. */
export async function requestRate(url: string, { connections, seconds }: Load): Promise<number> {
  const result = await autocannon({ url, connections, duration: seconds });
  if (result.non2xx + result.errors > 0)
    throw new Error(`${result.non2xx} answers other than 2xx, ${result.errors} errors`);
  return result.requests.average;
}

/** Milliseconds to the first and the last byte of the body, and its length. */
export interface AnswerTime {
  readonly first: number;
  readonly last: number;
  readonly bytes: number;
}

/** Times one answer, over a connection that is there already where there is one. Errors: another status than 200. */
export function timeOf(url: string): Promise<AnswerTime> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    get(url, (response) => {
      if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`));
      let first: number | undefined;
      let bytes = 0;
      response.on("data", (piece: Uint8Array) => {
        first ??= performance.now() - began;
        bytes += piece.length;
      });
      response.on("error", reject);
      response.on("end", () => {
        const last = performance.now() - began;
        resolve({ first: first ?? last, last, bytes });
      });
    }).on("error", reject);
  });
}

/** N0: milliseconds of `node -e 0`, the median of 15. */
export function bareNode(): number {
  const { NODE_EXTRA_CA_CERTS: _unset, ...env } = process.env;
  const times = Array.from({ length: 15 }, () => {
    const began = performance.now();
    spawnSync(process.execPath, ["-e", "0"], { env });
    return performance.now() - began;
  });
  return median(times);
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value that a part of all are below. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
