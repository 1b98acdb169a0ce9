import { choosePyramid, describePyramid } from "../cache/levels/choose-pyramid.js";
import type { Measurement } from "../cache/levels/measurement.js";
import { keepPyramid, pyramidPath } from "../cache/levels/pyramid-file.js";
import { parseTime, type TimeRange, timeToUs2000 } from "../stream/time.js";
import { testRedis } from "../test/support/redis.js";
import { findProgram } from "../test/support/system-programs.js";
import { type BenchCache, benchCache } from "./bench-cache.js";
import type { Print } from "./print.js";
import { bareNode, quantile, startServe, timeOf } from "./requests.js";

const AUTO = "Bench/Auto";
const DECLARED = "Bench/Declared";
/** 31 years of a spectrum a second, 1036 bytes each: 1.01 TB. */
const RANGE: TimeRange = { begin: parseTime("1990-01-01"), end: parseTime("2021-01-01") };
const RECORD_BYTES = 1036;
const POINTS = 2000;
const WARM_UP = 5;
const REQUESTS = 60;
const SECONDS = (timeToUs2000(RANGE.end) - timeToUs2000(RANGE.begin)) / 1e6;

/** What the reader of the source gives, as a look at it would find. */
const MEASURED: Measurement = {
  cadence: 1,
  channels: 256,
  recordBytes: RECORD_BYTES,
  bytesPerSecond: RECORD_BYTES,
  packets: 3600,
  spanSeconds: 3600,
};

/**
 * The whole of a source of a terabyte in some 2000 points of 256 channels, warm, to the last byte: from the levels that the server
 * chooses by itself, whose bins are made wider for each answer, and from a level that was declared for it.
 */
export async function run(print: Print): Promise<void> {
  const bare = bareNode();
  print(`N0, node -e 0                                ${bare.toFixed(1)} ms`);
  const redis = findProgram("redis") === undefined ? undefined : await testRedis();
  const site = await benchCache({
    definitions: {
      [AUTO]: definition("cacheLevels = auto"),
      [DECLARED]: definition("cacheLevel_00 = '5 day | yearly'"),
    },
    ...(redis === undefined ? {} : { redis: redis.address }),
  });
  try {
    print(
      `index in ${redis === undefined ? "files" : "Redis"}; ${((SECONDS * RECORD_BYTES) / 1e12).toFixed(2)} TB, as if`,
    );
    await fillSite(site, print);
    const server = await startServe(site.configFile);
    try {
      const wanted = SECONDS / POINTS;
      await summary(print, server.url, bare, AUTO, wanted, "levels of auto, bins joined");
      await summary(print, server.url, bare, DECLARED, 432_000, "a declared level, as it is");
    } finally {
      await server.stop();
    }
  } finally {
    await site.close();
    await redis?.stop();
  }
}

function definition(levels: string): string[] {
  return [
    "reader = 'synthetic --cadence 1s --channels 256'",
    "validRange = '1990-01-01 to 2021-01-01 UTC'",
    levels,
  ];
}

/** The coarsest level of each source: no other is asked for the whole range. */
async function fillSite(site: BenchCache, print: Print): Promise<void> {
  const levels = choosePyramid(MEASURED, SECONDS);
  for (const line of describePyramid(levels, MEASURED, SECONDS)) print(`  ${line}`);
  const path = pyramidPath(site.cacheRoot, AUTO);
  await keepPyramid(path, { measurement: MEASURED, measuredAt: new Date().toISOString(), levels }, true);
  for (const id of [AUTO, DECLARED]) {
    const coarsest = (await site.levels(id)).at(-1);
    if (coarsest === undefined) throw new Error(`${id} has no levels`);
    await site.fill(coarsest, RANGE, "yearly");
  }
}

async function summary(
  print: Print,
  url: string,
  bare: number,
  id: string,
  resolution: number,
  what: string,
): Promise<void> {
  const query = `${url}?server=dataset&dataset=${id}&start_time=1990-01-01&end_time=2021-01-01&resolution=${resolution}`;
  for (let i = 0; i < WARM_UP; i++) await timeOf(query);
  const times: number[] = [];
  let bytes = 0;
  for (let i = 0; i < REQUESTS; i++) {
    const answer = await timeOf(query);
    times.push(answer.last);
    bytes = answer.bytes;
  }
  const [p50, p95] = [quantile(times, 0.5), quantile(times, 0.95)];
  print(
    `${what}: ${(bytes / RECORD_BYTES).toFixed(0)} points, ${(bytes / 1e6).toFixed(1)} MB, p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`,
  );
  print(`  ratio of p95                               ${(p95 / bare).toFixed(2)} x N0   (bar: at most 4)`);
}
