import { performance } from "node:perf_hooks";
import { makeChangeTracking } from "../netdrms/changes/track-series.js";
import { inTransaction } from "../netdrms/database/connection-pool.js";
import type { Series } from "../netdrms/series/model.js";
import { insertRows } from "../netdrms/store/insert-rows.js";
import type { TableColumn } from "../netdrms/store/table-column.js";
import { type BenchArchive, benchArchive } from "./bench-archive.js";
import type { Print } from "./print.js";

const RECORDS = 10_000;
const ROUNDS = 7;

function jsd(name: string): string {
  return `Seriesname: su_ex.${name}
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
`;
}

/** What it costs a writer that changes of a series are noted: records of one transaction, beside the same series without that. */
export async function run(print: Print): Promise<void> {
  const archive = await benchArchive();
  try {
    const [plain, noted] = [await archive.makeSeries(jsd("plain")), await archive.makeSeries(jsd("noted"))];
    await makeChangeTracking(archive.url, { track: [noted.name], untrack: [] });
    const times: { without: number; with: number }[] = [];
    for (let round = 0; round < ROUNDS; round++)
      times.push({ without: await load(archive, plain, round), with: await load(archive, noted, round) });
    const middle = (values: readonly number[]): number =>
      [...values].sort((a, b) => a - b)[values.length >> 1]!; // there is a round
    print(
      `  ${RECORDS} records of six columns in one transaction: ${middle(times.map((t) => t.without)).toFixed(0)} ms, ` +
        `noted ${middle(times.map((t) => t.with)).toFixed(0)} ms, ${middle(times.map((t) => t.with / t.without)).toFixed(2)} times`,
    );
  } finally {
    await archive.end();
  }
}

/** Milliseconds for all records of a round, as `store_file` and its like add them. */
async function load(archive: BenchArchive, series: Series, round: number): Promise<number> {
  const numbers = Array.from({ length: RECORDS }, (_, n) => round * RECORDS + n);
  const column = (name: string, type: TableColumn["type"], text: (n: number) => string): TableColumn => ({
    name,
    type,
    values: numbers.map(text),
  });
  const columns = [
    column("recnum", "longlong", (n) => String(n + 1)),
    column("t_rec", "time", (n) => String(1_051_747_200 + n * 45)),
    column("t_rec_index", "longlong", (n) => String(12_151_680 + n)),
    column("camera", "int", () => "1"),
    column("quality", "int", () => "0"),
    column("datamean", "float", (n) => String(n / 8)),
  ];
  const start = performance.now();
  await inTransaction(archive.pool, { access: "write", statementTimeoutMs: 0 }, (database) =>
    insertRows(database, series, columns),
  );
  return performance.now() - start;
}
