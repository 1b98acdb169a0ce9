import { parseTime, type TimeRange } from "../stream/time.js";
import { startApache } from "../test/support/apache.js";
import { testRedis } from "../test/support/redis.js";
import { findProgram } from "../test/support/system-programs.js";
import { apacheCgi } from "./apache-cgi.js";
import { benchCache } from "./bench-cache.js";
import type { Print } from "./print.js";
import { median, timeOf } from "./requests.js";

const ID = "Bench/Spectra";
/** 576 averages of 256 channels a day: 597 kB. */
const DEFINITION = [
  "reader = 'synthetic --cadence 1s --channels 256'",
  "validRange = '2020-01-01 to 2021-01-01 UTC'",
  "cacheLevel_00 = '150 s | daily'",
];
const RANGE: TimeRange = { begin: parseTime("2020-06-01"), end: parseTime("2020-07-01") };
const REQUESTS = 40;

/** A day of cached spectra by CGI under Apache, against a bare Node program there, with Redis as the index and with files. */
export async function run(print: Print): Promise<void> {
  const apacheProgram = findProgram("apache");
  if (apacheProgram === undefined) {
    print("Apache is not installed: nothing to compare with (scripts/install-system.sh installs it)");
    return;
  }
  if (findProgram("redis") === undefined) print("redis-server is not installed: only files are measured");
  else {
    const redis = await testRedis();
    try {
      await measure(print, apacheProgram, redis.address);
    } finally {
      await redis.stop();
    }
  }
  await measure(print, apacheProgram, undefined);
}

async function measure(print: Print, apacheProgram: string, redis: string | undefined): Promise<void> {
  const site = await benchCache({
    definitions: { [ID]: DEFINITION },
    ...(redis === undefined ? {} : { redis }),
  });
  try {
    const [level] = await site.levels(ID);
    if (level === undefined) throw new Error(`${ID} has no levels`);
    await site.fill(level, RANGE, "monthly");
    const apache = await startApache(apacheProgram, apacheCgi(site.folder));
    try {
      const hello: number[] = [];
      const ours: number[] = [];
      let bytes = 0;
      for (let i = 0; i < REQUESTS; i++) {
        hello.push((await timeOf(`${apache.origin}/hello`)).last);
        const day = String(1 + (i % 28)).padStart(2, "0");
        const next = String(2 + (i % 28)).padStart(2, "0");
        const query = `?server=dataset&dataset=${ID}&start_time=2020-06-${day}&end_time=2020-06-${next}&resolution=150`;
        const answer = await timeOf(`${apache.origin}/das/server${query}`);
        ours.push(answer.last);
        bytes = answer.bytes;
      }
      print(`index in ${redis === undefined ? "files" : "Redis"}`);
      print(`  CGI, bare node hello                       ${median(hello).toFixed(1)} ms`);
      print(`  CGI, ${bytes} bytes from a block            ${median(ours).toFixed(1)} ms`);
      print(
        `    ratio                                    ${(median(ours) / median(hello)).toFixed(2)} x hello   (bar: at most 2.2)`,
      );
    } finally {
      await apache.stop();
    }
  } finally {
    await site.close();
  }
}
