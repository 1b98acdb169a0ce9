import { dirname } from "node:path";
import { DasError } from "../../errors/das-error.js";
import type { ConnectionPool } from "../database/connection-pool.js";
import type { Database, Row } from "../database/database.js";
import { param, type Sql, sql } from "../database/sql.js";
import { syncFolder } from "./durable.js";
import { partitionFolders } from "./partitions.js";
import { readRecords } from "./read-records.js";
import { RECORDS_FILE, type UnitRecords } from "./records-file.js";
import { bigintField, textField } from "./row-fields.js";
import { type AsideFolder, putBack, removeFolder, setAside, settleAside } from "./set-aside.js";
import { storageError } from "./storage-error.js";
import { changeSums } from "./sums-transaction.js";
import { lockFreeUnits } from "./unit-locks.js";
import { isUnitFolder } from "./unit-path.js";

/** Deletes the records of a unit from its series, in a transaction of its own that is over when it returns. */
export type DeleteRecords = (sunum: bigint, records: UnitRecords) => Promise<void>;

/** How units are removed. */
export interface RemoveOptions {
  /** Takes up to two connections at a time. */
  readonly pool: ConnectionPool;
  readonly log: (line: string) => void;
  /** Missing: units whose `Records.txt` demands it are kept. */
  readonly deleteRecords?: DeleteRecords;
  /**
   * Whether a unit whose folder is not there is forgotten. Missing: it is kept, for it may be its partition that is not there.
   */
  readonly forgetMissing?: boolean;
}

/** What happened to a unit; `kept` says why. */
export type Removal =
  | { readonly sunum: bigint; readonly end: "removed"; readonly bytes: bigint }
  | { readonly sunum: bigint; readonly end: "held" }
  | { readonly sunum: bigint; readonly end: "kept"; readonly why: string };

/** State 2 past its date, or given up (`0`); a date that is none never comes. Comparison as text, netdrms 3.6. */
export const EXPIRED: Sql = sql`a.status = 2 AND (a.effective_date = '0'
  OR (a.effective_date ~ '^[0-9]{12}$' AND a.effective_date < to_char(now(), 'YYYYMMDDHH24MI')))`;

/**
 * No other row of the unit keeps it: of a reader (8), one that is permanent (16) or waits (4), or of the session that writes it (1),
 * whose ds_index is 0, which a unit may have as well.
 */
export const NOT_KEPT: Sql = sql`
  NOT EXISTS (SELECT 1 FROM public.sum_partn_alloc b WHERE b.ds_index = a.ds_index AND b.status NOT IN (1, 2))
  AND NOT EXISTS (SELECT 1 FROM public.sum_partn_alloc b WHERE b.wd = a.wd AND b.status IN (1, 8))`;

/**
 * Removes expired units: their records where `Records.txt` demands it, then row and folder, then the files. Units that a reader
 * holds, that are not expired (any more) or that somebody changes just now are not touched. At no point is a unit on line
 * with a part of its files gone; what a crash leaves is settled by `cleanUp` and the next purge.
 *
 * Lock, then look: the transaction that looks begins after the lock, so it sees what holders did before they let go.
 *
 * @param sunums at most `MAX_HELD_UNITS`
 * Errors: those of `Database`; a problem of one unit is told in its {@link Removal}.
 * Source: netdrms 3.6, 7. **RULE**: the row in `sum_main` goes, as the newer original does; of a unit on tape it stays, off line.
 */
export async function removeUnits(
  options: RemoveOptions,
  sunums: readonly bigint[],
): Promise<readonly Removal[]> {
  const lock = await lockFreeUnits(options.pool, sunums);
  const removals = new Map<bigint, Removal>(sunums.map((sunum) => [sunum, { sunum, end: "held" }]));
  const aside: AsideFolder[] = [];
  try {
    await changeSums(options.pool, async (sums) => {
      // A transaction that is begun anew finds what it had set aside in its place.
      await putAllBack(aside);
      for (const sunum of lock.sunums) removals.set(sunum, kept(sunum, "changed by somebody else"));
      const partitions = await partitionFolders(sums);
      for (const unit of expiredOnce(await sums.query(expiredRows(lock.sunums))))
        removals.set(unit.sunum, await takeAway(options, unit, partitions, aside));
      await forget(
        sums,
        [...removals.values()].filter(({ end }) => end === "removed").map(({ sunum }) => sunum),
      );
      for (const folder of new Set(aside.map((one) => dirname(one.aside)))) await syncFolder(folder);
    });
  } catch (error) {
    // Nobody knows whether the database has forgotten them; it is asked.
    await settleAll(options, aside, lock.release);
    throw error;
  } finally {
    await lock.release();
  }
  for (const { sunum, aside: folder } of aside)
    await removeFolder(folder).catch((error: unknown) => {
      options.log(`files of removed storage unit ${sunum} stay for the next purge: ${String(error)}`);
    });
  return [...removals.values()];
}

interface ExpiredUnit {
  readonly sunum: bigint;
  readonly folder: string;
  /** Where the unit is on line; empty where it is not. */
  readonly onlineFolder: string;
  readonly series: string;
  readonly bytes: bigint;
}

function unitOf(row: Row): ExpiredUnit {
  return {
    sunum: bigintField(row, "ds_index"),
    folder: textField(row, "wd"),
    onlineFolder: textField(row, "online_loc"),
    series: textField(row, "owning_series"),
    bytes: bigintField(row, "bytes"),
  };
}

/** Each unit once; one that has rows for several folders has no folder. */
function expiredOnce(rows: readonly Row[]): Iterable<ExpiredUnit> {
  const units = new Map<bigint, ExpiredUnit>();
  for (const unit of rows.map(unitOf)) {
    const other = units.get(unit.sunum)?.folder ?? unit.folder;
    units.set(unit.sunum, other === unit.folder ? unit : { ...unit, folder: "" });
  }
  return units.values();
}

function expiredRows(sunums: readonly bigint[]): Sql {
  return sql`
    SELECT a.ds_index, a.wd, a.bytes, m.online_loc, m.owning_series
      FROM public.sum_partn_alloc a
      LEFT JOIN public.sum_main m ON m.ds_index = a.ds_index AND m.online_status = 'Y'
     WHERE a.ds_index = ANY(${param(sunums, "int8[]")}) AND ${EXPIRED} AND ${NOT_KEPT}
       FOR UPDATE OF a SKIP LOCKED`;
}

async function takeAway(
  options: RemoveOptions,
  unit: ExpiredUnit,
  partitions: ReadonlySet<string>,
  aside: AsideFolder[],
): Promise<Removal> {
  const { sunum, folder, onlineFolder, bytes } = unit;
  if (folder === "") return kept(sunum, "it has several folders");
  if (!isUnitFolder(folder, sunum, partitions)) return kept(sunum, "its folder is in none of the partitions");
  if (onlineFolder !== "" && onlineFolder !== folder) return kept(sunum, "it is on line in another folder");
  try {
    await deleteItsRecords(options, unit);
    const moved = await setAside(sunum, folder);
    if (moved !== undefined) aside.push(moved);
    else if (options.forgetMissing !== true) return kept(sunum, "its folder is missing");
  } catch (error) {
    const failure = storageError(error, "it cannot be removed");
    options.log(`storage unit ${sunum} is kept: ${String(failure.where.detail ?? failure.message)}`);
    return kept(sunum, failure.message);
  }
  return { sunum, end: "removed", bytes };
}

async function deleteItsRecords({ deleteRecords }: RemoveOptions, unit: ExpiredUnit): Promise<void> {
  const records = await readRecords(unit.folder);
  if (!records?.deletes) return;
  if (records.series.toLowerCase() !== unit.series.toLowerCase())
    throw new DasError("BAD_FILE", `${RECORDS_FILE} names series ${records.series}, expected ${unit.series}`);
  if (deleteRecords === undefined)
    throw new DasError("ARCHIVE_FAILED", "its records are to be deleted with it, and no archive is given");
  await deleteRecords(unit.sunum, records);
}

async function forget(sums: Database, sunums: readonly bigint[]): Promise<void> {
  const gone = param(sunums, "int8[]");
  await sums.query(sql`DELETE FROM public.sum_partn_alloc WHERE ds_index = ANY(${gone}) AND status = 2`);
  await sums.query(sql`
    UPDATE public.sum_main SET online_status = 'N' WHERE ds_index = ANY(${gone}) AND archive_status = 'Y'`);
  await sums.query(sql`
    DELETE FROM public.sum_main WHERE ds_index = ANY(${gone}) AND archive_status IS DISTINCT FROM 'Y'`);
}

async function putAllBack(aside: AsideFolder[]): Promise<void> {
  for (let one = aside.pop(); one !== undefined; one = aside.pop()) await putBack(one);
}

async function settleAll(
  { pool, log }: RemoveOptions,
  aside: readonly AsideFolder[],
  release: () => Promise<void>,
): Promise<void> {
  await release();
  for (const one of aside)
    await settleAside(pool, one).catch((error: unknown) => {
      log(`storage unit ${one.sunum} stays set aside for a clean-up: ${String(error)}`);
    });
}

function kept(sunum: bigint, why: string): Removal {
  return { sunum, end: "kept", why };
}
