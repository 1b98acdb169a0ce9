import { spawn } from "node:child_process";
import { once } from "node:events";
import { statSync, utimesSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { blocksOf } from "../cache/block-number.js";
import { blockPath } from "../cache/block-path.js";
import type { Level } from "../cache/level.js";
import { parseTime, type TimeRange } from "../stream/time.js";
import { startApache } from "../test/support/apache.js";
import { findProgram } from "../test/support/system-programs.js";
import { apacheCgi } from "./apache-cgi.js";
import { benchCache } from "./bench-cache.js";
import type { Print } from "./print.js";
import { median, startServe, timeOf } from "./requests.js";

const ID = "Bench/Spectra";
const DEFINITION = [
  "reader = 'synthetic --cadence 10s --channels 256'",
  "validRange = '2020-01-01 to 2021-01-01 UTC'",
  "cacheLevel_00 = 'intrinsic | daily'",
];
/** 30 daily blocks of 8640 spectra: 268.5 MB. */
const RANGE: TimeRange = { begin: parseTime("2020-06-01"), end: parseTime("2020-07-01") };
const ROUNDS = 9;
/** A file that was changed a moment ago may change again without a sign, so a look at it is not remembered. */
const SETTLED_MS = 200;

/** A month of blocks from the resident server to curl, against Apache sending the same bytes as one file. */
export async function run(print: Print): Promise<void> {
  const apacheProgram = findProgram("apache");
  if (apacheProgram === undefined) {
    print("Apache is not installed: nothing to compare with (scripts/install-system.sh installs it)");
    return;
  }
  const site = await benchCache({ definitions: { [ID]: DEFINITION } });
  try {
    const [level] = await site.levels(ID);
    if (level === undefined) throw new Error(`${ID} has no levels`);
    await site.fill(level, RANGE, "monthly");
    const apache = await startApache(apacheProgram, apacheCgi(site.folder));
    const server = await startServe(site.configFile);
    try {
      const url = `${server.url}?server=dataset&dataset=${ID}&start_time=2020-06-01&end_time=2020-07-01`;
      const { bytes } = await timeOf(url);
      await writeFile(join(site.folder, "static/month"), Buffer.alloc(bytes, 1));
      const file = `${apache.origin}/static/month`;
      const [apacheS, checkedS, knownS]: [number[], number[], number[]] = [[], [], []];
      for (let round = 0; round < ROUNDS; round++) {
        apacheS.push(await secondsOf(file));
        changeTimes(level);
        await delay(SETTLED_MS);
        checkedS.push(await secondsOf(url));
        knownS.push(await secondsOf(url));
      }
      const rate = (seconds: number): string => `${(bytes / 1e6 / seconds).toFixed(0)} MB/s`;
      const ratio = (ours: readonly number[]): string =>
        median(apacheS.map((seconds, round) => seconds / (ours[round] ?? Number.NaN))).toFixed(2);
      print(`Apache, one file of ${(bytes / 1e6).toFixed(1)} MB              ${rate(median(apacheS))}`);
      print(`serve, every block checked                   ${rate(median(checkedS))}`);
      print(
        `  ratio, median of ${ROUNDS}                       ${ratio(checkedS)} x Apache   (bar: at least 0.25)`,
      );
      print(`serve, blocks checked since their last change ${rate(median(knownS))}`);
      print(
        `  ratio, median of ${ROUNDS}                       ${ratio(knownS)} x Apache   (bar: at least 0.45)`,
      );
    } finally {
      await server.stop();
      await apache.stop();
    }
  } finally {
    await site.close();
  }
}

/** Has all blocks checked anew: that they were is known for one time of change only. */
function changeTimes(level: Level): void {
  const { first, end } = blocksOf(RANGE, level.period);
  for (let number = first; number < end; number++) {
    const path = blockPath(level, number);
    const { atime, mtime } = statSync(path);
    utimesSync(path, atime, mtime);
  }
}

/** Seconds that curl takes for an answer. */
async function secondsOf(url: string): Promise<number> {
  const child = spawn(
    "curl",
    ["--silent", "--fail", "--output", "/dev/null", "--write-out", "%{time_total}", url],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  let said = "";
  child.stdout.on("data", (text) => {
    said += String(text);
  });
  const [status] = await once(child, "close");
  if (status !== 0) throw new Error(`curl ended with status ${status}`);
  return Number(said);
}
