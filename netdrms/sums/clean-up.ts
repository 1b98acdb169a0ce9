import type { ConnectionPool } from "../database/connection-pool.js";
import type { Database } from "../database/database.js";
import { param, sql } from "../database/sql.js";
import { pointsToUnit } from "./delete-records.js";
import { endSession, unfinishedUnits } from "./end-session.js";
import type { AskSpace } from "./partition-space.js";
import { partitionFolders } from "./partitions.js";
import { readRecords } from "./read-records.js";
import { giveUpUnits } from "./retention.js";
import { bigintField, textField } from "./row-fields.js";
import { type SettledFolder, settlePartition } from "./set-aside.js";
import { changeSums, readSums } from "./sums-transaction.js";
import { sunumRange } from "./sunum.js";
import { livingSessions, lockSession } from "./unit-locks.js";

/** What is cleaned up, and how. */
export interface CleanUpOptions {
  readonly pool: ConnectionPool;
  readonly log: (line: string) => void;
  readonly askSpace: AskSpace;
  /**
   * Hours after which a session that no living process of this software has counts as dead; {@link DEAD_AFTER_HOURS} where it is
   * missing. Other software holds no lock while it lives, so this must be more than its longest session.
   */
  readonly deadAfterHours?: number;
  /** The archive, to look for units that no record points to; missing: it is not done. */
  readonly orphans?: OrphanOptions;
  /** Only tells what it would do. */
  readonly dryRun?: boolean;
}

/** Which units without records are looked for. */
export interface OrphanOptions {
  readonly drms: ConnectionPool;
  /** Units of this site alone: records of others may not be here. */
  readonly siteCode: number;
  /** Younger units may belong to records that are not committed yet, hours. */
  readonly minAgeHours: number;
  /** Older units were looked at before, days. */
  readonly maxAgeDays: number;
}

/** One thing that a clean-up did, or with a dry run would do. */
export type CleanUpEvent =
  /** A dead session was ended; these units of it disappeared. */
  | { readonly kind: "session"; readonly sumid: bigint; readonly sunums: readonly bigint[] }
  | SettledFolder
  /** A unit that no record points to; it was given up, so that the next purge that needs the room takes it. */
  | { readonly kind: "orphan"; readonly sunum: bigint; readonly series: string };

/** A week: sessions of other software last for days. */
export const DEAD_AFTER_HOURS = 168;

/**
 * Ends what programs that died have left: sessions, removals that were cut off, and, where an archive is given, units that were
 * put while the commit of their records failed.
 *
 * Errors: those of `Database`; what cannot be cleaned up is told to `log` and stays.
 */
export async function* cleanUp(options: CleanUpOptions): AsyncGenerator<CleanUpEvent> {
  yield* endDeadSessions(options);
  yield* settlePartitions(options);
  if (options.orphans !== undefined) yield* giveUpOrphans(options, options.orphans);
}

async function* endDeadSessions(options: CleanUpOptions): AsyncGenerator<CleanUpEvent> {
  const { pool, log, deadAfterHours = DEAD_AFTER_HOURS, dryRun = false } = options;
  const sumids = await readSums(pool, (sums) => quietSessions(sums, deadAfterHours));
  for (const sumid of sumids) {
    if (dryRun) {
      const units = await readSums(pool, (sums) => unfinishedUnits(sums, sumid));
      yield { kind: "session", sumid, sunums: units.map(({ sunum }) => sunum) };
      continue;
    }
    const lock = await lockSession(pool, sumid);
    if (lock === undefined) continue;
    try {
      yield { kind: "session", sumid, sunums: await endSession(pool, sumid, log) };
    } finally {
      await lock.release();
    }
  }
}

/** Sessions that no process of ours has, and that are old or have no row any more. */
async function quietSessions(sums: Database, hours: number): Promise<readonly bigint[]> {
  const rows = await sums.query(sql`
    SELECT s.sumid FROM (SELECT sumid FROM public.sum_open
                          UNION SELECT sumid FROM public.sum_partn_alloc WHERE status IN (1, 8)) s
      LEFT JOIN public.sum_open o ON o.sumid = s.sumid
     WHERE o.sumid IS NULL OR o.open_date <= localtimestamp(0) - make_interval(hours => ${param(hours, "int4")})
     ORDER BY s.sumid`);
  const sumids = rows.map((row) => bigintField(row, "sumid"));
  const living = await livingSessions(sums, sumids);
  return sumids.filter((sumid) => !living.has(sumid));
}

async function* settlePartitions(options: CleanUpOptions): AsyncGenerator<CleanUpEvent> {
  const { pool, log, askSpace, dryRun = false } = options;
  for (const partition of await readSums(pool, partitionFolders)) {
    // One that does not answer would hang.
    if ((await askSpace(partition)) === undefined) {
      log(`partition ${partition} does not answer and is passed by`);
      continue;
    }
    yield* settlePartition(pool, partition, log, dryRun);
  }
}

/** Units looked up by one statement. */
const CHUNK = 1000;

async function* giveUpOrphans(
  { pool, log, dryRun = false }: CleanUpOptions,
  orphans: OrphanOptions,
): AsyncGenerator<CleanUpEvent> {
  const { first, last } = sunumRange(orphans.siteCode);
  for (let after = first - 1n; ; ) {
    const from = after;
    const rows = await readSums(pool, (sums) => youngUnits(sums, from, last, orphans));
    for (const row of rows) {
      const sunum = bigintField(row, "ds_index");
      after = sunum;
      const series = textField(row, "owning_series");
      const found = await isOrphan(orphans.drms, sunum, textField(row, "online_loc")).catch(
        (error: unknown) => {
          log(`storage unit ${sunum} is not looked at: ${String(error)}`);
          return false;
        },
      );
      if (!found) continue;
      if (!dryRun) await changeSums(pool, (sums) => giveUpUnits(sums, [sunum]));
      yield { kind: "orphan", sunum, series };
    }
    if (rows.length < CHUNK) return;
  }
}

/** Not those that were given up before. */
function youngUnits(sums: Database, after: bigint, last: bigint, { minAgeHours, maxAgeDays }: OrphanOptions) {
  return sums.query(sql`
    SELECT ds_index, online_loc, owning_series FROM public.sum_main m
     WHERE ds_index > ${param(after, "int8")} AND ds_index <= ${param(last, "int8")} AND online_status = 'Y'
       AND creat_date <= localtimestamp(0) - make_interval(hours => ${param(minAgeHours, "int4")})
       AND creat_date > localtimestamp(0) - make_interval(days => ${param(maxAgeDays, "int4")})
       AND NOT EXISTS (SELECT 1 FROM public.sum_partn_alloc a
                        WHERE a.ds_index = m.ds_index AND a.status = 2 AND a.effective_date = '0')
     ORDER BY ds_index LIMIT ${param(CHUNK, "int4")}`);
}

/** A unit without `Records.txt` never had records; one of an unknown series cannot be judged. */
async function isOrphan(drms: ConnectionPool, sunum: bigint, folder: string): Promise<boolean> {
  const records = await readRecords(folder);
  if (records === undefined || records.recnums.size === 0) return false;
  return (await readSums(drms, (archive) => pointsToUnit(archive, sunum, records))) === false;
}
