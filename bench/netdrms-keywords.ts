import { spawn } from "node:child_process";
import { once } from "node:events";
import { performance } from "node:perf_hooks";
import { sql } from "../netdrms/database/sql.js";
import { type BenchArchive, benchArchive } from "./bench-archive.js";
import { peakMemoryOf } from "./peak-memory.js";
import type { Print } from "./print.js";
import { built } from "./whole-process.js";

const RECORDS = 500_000;
const ROUNDS = 7;
const KEYWORDS = ["DATAMEAN", "DATARMS", "DATAMIN", "DATAMAX", "CRPIX1", "CRPIX2", "RSUN_OBS", "TOTVALS"];

const JSD = `Seriesname: su_ex.keys
Author: "Bench"
Owner: bench
Unitsize: 1
Archive: 0
Retention: 10
Tapegroup: 0
PrimeKeys: T_REC, CAMERA
Description: "Keywords"
Keyword: T_REC, time, ts_eq, record, DRMS_MISSING_VALUE, 0, TAI, "Slot time"
Keyword: T_REC_step, double, constant, record, 45, %f, sec, "Slot width"
Keyword: T_REC_epoch, time, constant, record, 1993.01.01_00:00:00_TAI, 0, TAI, "Slot epoch"
Keyword: CAMERA, int, variable, record, DRMS_MISSING_VALUE, %d, none, "Camera"
Keyword: QUALITY, int, variable, record, 0, 0x%08X, none, "Quality"
Keyword: DATAMEAN, float, variable, record, DRMS_MISSING_VALUE, %f, Gauss, "Mean"
Keyword: DATARMS, float, variable, record, DRMS_MISSING_VALUE, %f, Gauss, "Deviation"
Keyword: DATAMIN, float, variable, record, DRMS_MISSING_VALUE, %f, Gauss, "Least"
Keyword: DATAMAX, float, variable, record, DRMS_MISSING_VALUE, %f, Gauss, "Largest"
Keyword: CRPIX1, float, variable, record, DRMS_MISSING_VALUE, %f, none, "Centre"
Keyword: CRPIX2, float, variable, record, DRMS_MISSING_VALUE, %f, none, "Centre"
Keyword: RSUN_OBS, double, variable, record, DRMS_MISSING_VALUE, %f, arcsec, "Radius"
Keyword: TOTVALS, int, variable, record, DRMS_MISSING_VALUE, %d, none, "Pixels"
`;

/**
 * Keywords of many records as a das2 stream, whole process into `cat`, beside `COPY` of the same columns by psql into `cat`; and the
 * memory for few and many records.
 */
export async function run(print: Print): Promise<void> {
  const archive = await benchArchive();
  try {
    await archive.makeSeries(JSD);
    await archive.run(sql`
      INSERT INTO su_ex.keys (recnum, sunum, slotnum, sessionid, sessionns, t_rec, t_rec_index, camera, quality, datamean, datarms,
                              datamin, datamax, crpix1, crpix2, rsun_obs, totvals)
      SELECT n + 1, -1, -1, 1, 'su_ex', 1051747200 + n * 45, 12151680 + n, 1, 0, sin(n), 50 + cos(n), -n / 1000.0, n / 1000.0,
             2048 + sin(n), 2048 + cos(n), 950 + sin(n / 1e5), 12000000 + n % 1000
        FROM generate_series(0, 499999) AS n`);
    await archive.run(sql`ANALYZE su_ex.keys`);
    const copy = `COPY (SELECT t_rec, ${KEYWORDS.join(", ")} FROM su_ex.keys) TO STDOUT (FORMAT binary)`;
    const times: { ours: number; copy: number }[] = [];
    for (let round = 0; round < ROUNDS; round++)
      times.push({
        copy: await intoCat("psql", ["-X", "-q", "-c", copy, archive.url], archive),
        ours: await intoCat(...reader("2020-01-01"), archive),
      });
    const middle = (values: readonly number[]): number =>
      [...values].sort((a, b) => a - b)[values.length >> 1]!; // there is a round
    const ratio = middle(times.map((t) => t.ours / t.copy));
    print(
      `  ${RECORDS} records of ${KEYWORDS.length} keywords, whole process into cat: ${middle(times.map((t) => t.ours)).toFixed(2)} s, ` +
        `COPY ${middle(times.map((t) => t.copy)).toFixed(2)} s, ${ratio.toFixed(2)} times (bar 2.5)`,
    );
    for (const [end, count] of [
      ["2010-05-27", "50,000"],
      ["2020-01-01", "500,000"],
    ] as const)
      print(`  peak memory for ${count} records: ${(await peak(end, archive)).toFixed(0)} MB (bar 200)`);
  } finally {
    await archive.end();
  }
}

/** The reader as a program, and its arguments. */
function reader(end: string): [command: string, args: readonly string[]] {
  const args = ["ds=su_ex.keys[][1]", `key=${KEYWORDS.join(",")}`, "2010-01-01", end];
  return [built("drms-keywords", args).command, args];
}

/** Seconds from the start of a program until `cat` has passed on its last byte. */
async function intoCat(command: string, args: readonly string[], { env }: BenchArchive): Promise<number> {
  const start = performance.now();
  const shell = spawn("sh", ["-c", '"$0" "$@" | cat > /dev/null', command, ...args], {
    stdio: ["ignore", "ignore", "inherit"],
    env,
  });
  const [status] = await once(shell, "exit");
  if (status !== 0) throw new Error(`${command} ended with status ${status}`);
  return (performance.now() - start) / 1000;
}

/** MB. */
async function peak(end: string, { env }: BenchArchive): Promise<number> {
  const [command, args] = reader(end);
  const child = spawn(command, args, { stdio: ["ignore", "ignore", "inherit"], env });
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, peakMemoryOf(child.pid));
  }, 20);
  await once(child, "exit");
  clearInterval(watch);
  return most / 1e6;
}
