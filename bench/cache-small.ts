import { parseTime, type TimeRange } from "../stream/time.js";
import { startApache } from "../test/support/apache.js";
import { testRedis } from "../test/support/redis.js";
import { findProgram } from "../test/support/system-programs.js";
import { apacheCgi, STATIC_BYTES } from "./apache-cgi.js";
import { benchCache } from "./bench-cache.js";
import type { Print } from "./print.js";
import { bareNode, median, quantile, requestRate, startServe, timeOf } from "./requests.js";

const ID = "Bench/Signals";
const DEFINITION = [
  "reader = 'synthetic --cadence 1s --planes 2'",
  "validRange = '2020-01-01 to 2021-01-01 UTC'",
  "cacheLevel_00 = '60 s | daily'",
];
/** A month of daily blocks; each request is for an hour of one of them. */
const RANGE: TimeRange = { begin: parseTime("2020-06-01"), end: parseTime("2020-07-01") };
const LOAD = { connections: 8, seconds: 4 };
const ROUNDS = 3;
const WARM_UP = 200;
const SINGLE_REQUESTS = 200;
const QUERY = `?server=dataset&dataset=${ID}&start_time=2020-06-10T03:00&end_time=2020-06-10T04:00&resolution=60`;

/** Small answers from blocks by the resident server, under load and one at a time, with Redis as the index and with files. */
export async function run(print: Print): Promise<void> {
  const bare = bareNode();
  print(`N0, node -e 0                                ${bare.toFixed(1)} ms`);
  const apacheProgram = findProgram("apache");
  if (apacheProgram === undefined) {
    print("Apache is not installed: nothing to compare with (scripts/install-system.sh installs it)");
    return;
  }
  if (findProgram("redis") === undefined) print("redis-server is not installed: only files are measured");
  else {
    const redis = await testRedis();
    try {
      await measure(print, apacheProgram, bare, redis.address);
    } finally {
      await redis.stop();
    }
  }
  await measure(print, apacheProgram, bare, undefined);
}

async function measure(
  print: Print,
  apacheProgram: string,
  bare: number,
  redis: string | undefined,
): Promise<void> {
  const site = await benchCache({
    definitions: { [ID]: DEFINITION },
    ...(redis === undefined ? {} : { redis }),
  });
  try {
    const [level] = await site.levels(ID);
    if (level === undefined) throw new Error(`${ID} has no levels`);
    await site.fill(level, RANGE, "monthly");
    const apache = await startApache(apacheProgram, apacheCgi(site.folder));
    const server = await startServe(site.configFile);
    try {
      print(`index in ${redis === undefined ? "files" : "Redis"}`);
      await underLoad(print, `${apache.origin}/static/file`, `${server.url}${QUERY}`);
      await single(print, `${server.url}${QUERY}`, bare);
    } finally {
      await server.stop();
      await apache.stop();
    }
  } finally {
    await site.close();
  }
}

async function underLoad(print: Print, file: string, cached: string): Promise<void> {
  for (let i = 0; i < WARM_UP; i++) await timeOf(cached);
  const pairs: { readonly s0: number; readonly ours: number }[] = [];
  for (let round = 0; round < ROUNDS; round++)
    pairs.push({ s0: await requestRate(file, LOAD), ours: await requestRate(cached, LOAD) });
  const ratio = median(pairs.map(({ s0, ours }) => ours / s0));
  print(
    `  S0, Apache, static file of ${STATIC_BYTES} bytes        ${median(pairs.map(({ s0 }) => s0)).toFixed(0)} requests/s`,
  );
  print(
    `  serve, cached, ${LOAD.connections} connections               ${median(pairs.map(({ ours }) => ours)).toFixed(0)} requests/s`,
  );
  print(
    `    ratio, median of ${ROUNDS} pairs                 ${ratio.toFixed(3)} x S0   (bar: at least 0.15)`,
  );
}

async function single(print: Print, url: string, bare: number): Promise<void> {
  const times: number[] = [];
  let bytes = 0;
  for (let i = 0; i < SINGLE_REQUESTS; i++) {
    const answer = await timeOf(url);
    times.push(answer.first);
    bytes = answer.bytes;
  }
  const p50 = quantile(times, 0.5);
  print(`  first byte of an answer of ${bytes} bytes, p50   ${p50.toFixed(2)} ms`);
  print(`    ratio                                    ${(p50 / bare).toFixed(3)} x N0   (bar: at most 0.1)`);
}
