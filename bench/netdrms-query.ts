import { spawn } from "node:child_process";
import { once } from "node:events";
import { performance } from "node:perf_hooks";
import { param, sql } from "../netdrms/database/sql.js";
import { PROGRAM_LOADERS } from "../readers/index.js";
import type { ProgramContext } from "../stream/program.js";
import { type BenchArchive, benchArchive } from "./bench-archive.js";
import type { Print } from "./print.js";
import { built } from "./whole-process.js";

const RECORDS = 10_000_000;
const DAYS = 40;
const ROUNDS = 3;
/** Slots of 45 s a day, and the slot of 2010.05.01_00:00:00_TAI; netdrms 1.6. */
const SLOTS_A_DAY = 1920;
const FIRST_SLOT = 12_151_680;

const JSD = `Seriesname: su_ex.many
Author: "Bench"
Owner: bench
Unitsize: 1
Archive: 0
Retention: 10
Tapegroup: 0
PrimeKeys: T_REC, CAMERA
Description: "Many records"
Keyword: T_REC, time, ts_eq, record, DRMS_MISSING_VALUE, 0, TAI, "Slot time"
Keyword: T_REC_step, double, constant, record, 45, %f, sec, "Slot width"
Keyword: T_REC_epoch, time, constant, record, 1993.01.01_00:00:00_TAI, 0, TAI, "Slot epoch"
Keyword: CAMERA, int, variable, record, DRMS_MISSING_VALUE, %d, none, "Camera"
Keyword: QUALITY, int, variable, record, 0, 0x%08X, none, "Quality"
Keyword: DATAMEAN, float, variable, record, DRMS_MISSING_VALUE, %f, Gauss, "Mean"
Keyword: DATARMS, float, variable, record, DRMS_MISSING_VALUE, %f, Gauss, "Deviation"
`;

/**
 * The records of one day out of ten million, by the reader in a process that runs, beside the same SELECT written by hand in psql; and
 * both as new processes. `HELIOSTREAM_BENCH_RECORDS` makes the series smaller.
 */
export async function run(print: Print): Promise<void> {
  const records = Number(process.env.HELIOSTREAM_BENCH_RECORDS ?? RECORDS);
  const archive = await benchArchive();
  try {
    await archive.makeSeries(JSD);
    const begin = performance.now();
    await fill(archive, records);
    print(`  ${records} records made in ${((performance.now() - begin) / 1000).toFixed(0)} s`);
    // Two records a slot, one of each camera.
    const days = Math.floor(records / 2 / SLOTS_A_DAY);
    const asked = Array.from({ length: DAYS }, (_, n) => Math.floor(((n * 7) % DAYS) * (days / DAYS)));
    const times: { ours: number; psql: number }[] = [];
    for (let round = 0; round < ROUNDS; round++)
      times.push({ psql: await byHand(archive, asked), ours: await byReader(archive, asked) });
    const best = (values: readonly number[]): number => Math.min(...values) / DAYS;
    const [ours, psql] = [best(times.map((t) => t.ours)), best(times.map((t) => t.psql))];
    print(
      `  one day, ${SLOTS_A_DAY} records: ${ours.toFixed(1)} ms, by hand ${psql.toFixed(1)} ms, ${(ours / psql).toFixed(2)} times (bar 5)`,
    );
    const cold = {
      ours: await program(archive, asked[1]!),
      psql: await psqlSeconds(archive, [select(asked[1]!)]),
    };
    print(`  as new processes: drms-keywords ${cold.ours.toFixed(0)} ms, psql ${cold.psql.toFixed(0)} ms`);
  } finally {
    await archive.end();
  }
}

async function fill(archive: BenchArchive, records: number): Promise<void> {
  await archive.run(sql`DROP INDEX su_ex.many_prime_idx`);
  await archive.run(sql`
    INSERT INTO su_ex.many (recnum, sunum, slotnum, sessionid, sessionns, t_rec, t_rec_index, camera, quality, datamean, datarms)
    SELECT n + 1, -1, -1, 1, 'su_ex', 1051747200 + (n / 2) * 45, 12151680 + n / 2, 1 + n % 2, 0, n % 1000, n % 77
      FROM generate_series(0, ${param(BigInt(records - 1), "int8")}) AS n`);
  await archive.run(sql`CREATE INDEX many_prime_idx ON su_ex.many (t_rec_index, camera)`);
  await archive.run(sql`ANALYZE su_ex.many`);
}

function select(day: number): string {
  const first = FIRST_SLOT + day * SLOTS_A_DAY;
  return `SELECT t_rec, datamean, datarms FROM su_ex.many WHERE t_rec_index >= ${first} AND t_rec_index < ${first + SLOTS_A_DAY} AND camera = 1 ORDER BY t_rec_index;`;
}

/** Milliseconds of all queries in one session of psql, without its start. */
async function byHand(archive: BenchArchive, days: readonly number[]): Promise<number> {
  return (await psqlSeconds(archive, days.map(select))) - (await psqlSeconds(archive, ["SELECT 1;"]));
}

async function psqlSeconds({ url, env }: BenchArchive, statements: readonly string[]): Promise<number> {
  const start = performance.now();
  const psql = spawn("psql", ["-X", "-q", "-A", "-t", "-o", "/dev/null", "-f", "-", url], {
    stdio: ["pipe", "inherit", "inherit"],
    env,
  });
  psql.stdin.end(statements.join("\n"));
  const [status] = await once(psql, "exit");
  if (status !== 0) throw new Error(`psql ended with status ${status}`);
  return performance.now() - start;
}

/** Milliseconds of all queries by the reader, as a server runs it. */
async function byReader({ env }: BenchArchive, days: readonly number[]): Promise<number> {
  const reader = await PROGRAM_LOADERS["drms-keywords"]!();
  if (reader.kind !== "reader") throw new Error("drms-keywords is no reader");
  const context: ProgramContext = { signal: new AbortController().signal, log: () => undefined, env };
  const start = performance.now();
  for (const day of days) {
    let packets = 0;
    for await (const items of reader.open(argumentsFor(day), context))
      for (const item of items) packets += item.kind === "data" ? item.batch.count : 0;
    if (packets !== SLOTS_A_DAY) throw new Error(`${packets} packets, expected ${SLOTS_A_DAY}`);
  }
  return performance.now() - start;
}

/** Milliseconds of the reader as a program. */
async function program({ env }: BenchArchive, day: number): Promise<number> {
  const start = performance.now();
  const child = spawn(built("drms-keywords", []).command, argumentsFor(day), {
    stdio: ["ignore", "ignore", "inherit"],
    env,
  });
  await once(child, "exit");
  return performance.now() - start;
}

/** TAI is 34 s ahead of UTC until July of 2012, 35 until July of 2015, then 36, from 2017 on 37. */
function argumentsFor(day: number): readonly string[] {
  const at = (n: number): string => new Date(Date.UTC(2010, 4, 1) + n * 86_400_000 - leapMs(n)).toISOString();
  return [
    "ds=su_ex.many[][1]",
    "key=DATAMEAN,DATARMS",
    at(day).replace("Z", ""),
    at(day + 1).replace("Z", ""),
  ];
}

function leapMs(day: number): number {
  const date = Date.UTC(2010, 4, 1) + day * 86_400_000;
  const steps = [Date.UTC(2012, 6, 1), Date.UTC(2015, 6, 1), Date.UTC(2017, 0, 1)];
  return 1000 * (34 + steps.filter((step) => date > step).length);
}
