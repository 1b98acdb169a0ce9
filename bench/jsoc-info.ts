import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { sql } from "../netdrms/database/sql.js";
import { benchArchive } from "./bench-archive.js";
import { peakMemoryOf } from "./peak-memory.js";
import type { Print } from "./print.js";
import { median, startServe, timeOf } from "./requests.js";

const ROUNDS = 7;
/** Time, bits, and reals of both widths: what clients ask for. */
const KEYWORDS = ["T_REC", "QUALITY", "DATAMEAN", "CRPIX1", "RSUN_OBS"];

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
Keyword: CRPIX1, float, variable, record, DRMS_MISSING_VALUE, %f, none, "Centre"
Keyword: RSUN_OBS, double, variable, record, DRMS_MISSING_VALUE, %f, arcsec, "Radius"
`;

/**
 * A list of records by the JSOC web interface of a resident server, beside psql that prints the same rows, from the start of its process; and
 * the memory of the server for few and many records.
 */
export async function run(print: Print): Promise<void> {
  const archive = await benchArchive();
  const folder = mkdtempSync(join(tmpdir(), "heliostream-bench-"));
  const configFile = join(folder, "das2server.conf");
  writeFileSync(configFile, `DSDF_ROOT = package/dsdf/sources\nLOG_PATH = log\nDRMS_URL = ${archive.url}\n`);
  try {
    await archive.makeSeries(JSD);
    await archive.run(sql`
      INSERT INTO su_ex.keys (recnum, sunum, slotnum, sessionid, sessionns, t_rec, t_rec_index, camera, quality, datamean, crpix1, rsun_obs)
      SELECT n + 1, -1, -1, 1, 'su_ex', 1051747200 + n * 45, 12151680 + n, 1, n % 7, sin(n), 2048 + sin(n), 950 + sin(n / 1e5)
        FROM generate_series(0, 999999) AS n`);
    await archive.run(sql`ANALYZE su_ex.keys`);
    const server = await startServe(configFile);
    try {
      await compare(print, server.url, archive.url);
      print(
        `  peak memory of the server so far: ${(peakMemoryOf(server.pid) / 1e6).toFixed(0)} MB (bar 200)`,
      );
      const { bytes, last } = await timeOf(listUrl(server.url, 1_000_000));
      print(`  1,000,000 records: ${(bytes / 1e6).toFixed(0)} MB in ${(last / 1000).toFixed(2)} s`);
      print(`  peak memory then: ${(peakMemoryOf(server.pid) / 1e6).toFixed(0)} MB (bar 200)`);
    } finally {
      await server.stop();
    }
  } finally {
    await archive.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

const RECORDS = 100_000;

async function compare(print: Print, serverUrl: string, databaseUrl: string): Promise<void> {
  const times: { readonly ours: number; readonly psql: number }[] = [];
  for (let round = 0; round < ROUNDS; round++)
    times.push({
      psql: await psqlSeconds(databaseUrl),
      ours: (await timeOf(listUrl(serverUrl, RECORDS))).last / 1000,
    });
  const ratio = median(times.map(({ ours, psql }) => ours / psql));
  print(
    `  rs_list, ${RECORDS} records of ${KEYWORDS.length} keywords: ${median(times.map(({ ours }) => ours)).toFixed(2)} s, ` +
      `psql ${median(times.map(({ psql }) => psql)).toFixed(2)} s, ${ratio.toFixed(2)} times (bar 4)`,
  );
}

function listUrl(serverUrl: string, records: number): string {
  const words = new URLSearchParams({
    op: "rs_list",
    ds: `su_ex.keys[#12151680/${records}]`,
    key: KEYWORDS.join(),
  });
  return `${serverUrl}/jsoc/jsoc_info?${words}`;
}

/** Seconds from the start of psql until it has printed its last row. */
async function psqlSeconds(url: string): Promise<number> {
  const select = `SELECT ${KEYWORDS.join(", ")} FROM su_ex.keys WHERE t_rec_index < 12151680 + ${RECORDS} ORDER BY t_rec_index, camera`;
  const start = performance.now();
  const child = spawn("psql", ["-X", "-q", "-A", "-t", "-c", select, url], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  child.stdout.resume();
  const [status] = await once(child, "close");
  if (status !== 0) throw new Error(`psql ended with status ${status}`);
  return (performance.now() - start) / 1000;
}
