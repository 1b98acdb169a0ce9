import { chmod, mkdir, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { DasError } from "../../errors/das-error.js";
import type { ConnectionPool } from "../database/connection-pool.js";
import type { Database } from "../database/database.js";
import { param, sql } from "../database/sql.js";
import { SERIES_LIMITS } from "../series/limits.js";
import { syncFolder } from "./durable.js";
import type { AskSpace } from "./partition-space.js";
import { listPartitions, type Partition } from "./partitions.js";
import { numberField, textField } from "./row-fields.js";
import { storageError } from "./storage-error.js";
import { changeSums } from "./sums-transaction.js";
import { lockFreeUnits } from "./unit-locks.js";
import { isSlotCount, newUnitFolder, slotFolder, sunumOfFolder } from "./unit-path.js";

/** A storage unit that is wanted. */
export interface UnitRequest {
  /** Room that its file system must have free; {@link DEFAULT_UNIT_BYTES} where it is missing. */
  readonly bytes?: number;
  /** Allocation group (`tapegroup` of the series), which chooses the partition set; 0 where it is missing. */
  readonly group?: number;
  /** Number of a unit that another site made; missing: the next one of this site. */
  readonly sunum?: bigint;
  /** Slot folders to make; 0 where all segments are of protocol `tas`. */
  readonly slots: number;
}

/** A storage unit that is being written: nobody else sees it. */
export interface NewUnit {
  readonly sunum: bigint;
  readonly folder: string;
  readonly set: number;
  readonly group: number;
}

/** What an allocation draws on. */
export interface AllocateOptions {
  /** Takes up to two connections at a time. */
  readonly pool: ConnectionPool;
  readonly log: (line: string) => void;
  readonly askSpace: AskSpace;
  /** 0 included to 1 excluded; missing: by chance. */
  readonly random?: () => number;
  /** Whether to wait until the disk has the folders. */
  readonly durable: boolean;
}

/** What callers ask for that do not know better. Source: netdrms 3.6. */
export const DEFAULT_UNIT_BYTES = 100_000_000;

/** Set-group-id, so that what is made inside belongs to the group of the partition. Source: netdrms 3.6. */
const FOLDER_MODE = 0o2775;

/**
 * Makes a storage unit for the session `sumid`: its row first, in a transaction of its own, then the folder, so that whatever a
 * crash leaves on disk is known to the database and found by `cleanUp`.
 *
 * Errors: DISK_FULL where no partition has the room; BAD_PARAMETER for a number that is on line or being made, or no count
 * of slots; ARCHIVE_FAILED where the folder cannot be made; those of {@link Database}.
 * Source: netdrms 3.6, 2.
 */
export async function allocateUnit(
  options: AllocateOptions,
  sumid: bigint,
  request: UnitRequest,
): Promise<NewUnit> {
  const { slots, sunum: given } = request;
  if (!isSlotCount(slots))
    throw new DasError("BAD_PARAMETER", `${slots} slots, expected 0 to ${SERIES_LIMITS.slots}`);
  const unit =
    given === undefined
      ? await changeSums(options.pool, (sums) => insertUnit(options, sums, sumid, request))
      : await insertGiven(options, sumid, given, request);
  try {
    await makeFolders(unit.folder, slots, options.durable);
  } catch (error) {
    await forgetRow(options.pool, sumid, unit.folder).catch((failure: unknown) => {
      options.log(`the row of storage unit ${unit.sunum} stays for a clean-up: ${String(failure)}`);
    });
    throw storageError(error, `storage unit ${unit.sunum} cannot be made`);
  }
  return unit;
}

/** A number that was given is looked up first, while nobody else can take it. */
async function insertGiven(
  options: AllocateOptions,
  sumid: bigint,
  given: bigint,
  request: UnitRequest,
): Promise<NewUnit> {
  if (given < 0n) throw new DasError("BAD_PARAMETER", `storage unit ${given}, expected a number from 0`);
  const lock = await lockFreeUnits(options.pool, [given]);
  try {
    if (lock.sunums.length === 0)
      throw new DasError("BAD_PARAMETER", `storage unit ${given} is in use, expected one that is not here`);
    // A transaction that begins after the lock is there sees what its last holder has done.
    return await changeSums(options.pool, async (sums) => {
      if (await isHere(sums, given))
        throw new DasError("BAD_PARAMETER", `storage unit ${given} is on line or being made already`);
      return insertUnit(options, sums, sumid, request);
    });
  } finally {
    await lock.release();
  }
}

/** State 1: being written. Source: netdrms 3.5, 3.6. */
async function insertUnit(
  options: AllocateOptions,
  sums: Database,
  sumid: bigint,
  { bytes = DEFAULT_UNIT_BYTES, group = 0, sunum: given }: UnitRequest,
): Promise<NewUnit> {
  const partition = await choosePartition(options, sums, bytes, group);
  const number = given === undefined ? sql`nextval('public.sum_ds_index_seq')` : sql`${param(given, "int8")}`;
  const [row] = await sums.query(sql`
    INSERT INTO public.sum_partn_alloc
           (wd, sumid, status, bytes, effective_date, archive_substatus, group_id, ds_index, safe_id)
    SELECT ${param(newUnitFolder(partition.folder, ""), "text")} || n, ${param(sumid, "int8")}, 1,
           ${param(BigInt(Math.ceil(bytes)), "int8")}, '0', 0, 0, 0, 0
      FROM (SELECT ${number} AS n) AS numbered RETURNING wd`);
  const folder = textField(row!, "wd");
  return { sunum: sunumOfFolder(folder)!, folder, set: partition.set, group };
}

async function choosePartition(
  { log, askSpace, random = Math.random }: AllocateOptions,
  sums: Database,
  bytes: number,
  group: number,
): Promise<Partition> {
  const { set, open } = await openPartitions(sums, group);
  const spaces = await Promise.all(open.map(({ folder }) => askSpace(folder)));
  for (const [n, { folder }] of open.entries())
    if (spaces[n] === undefined) log(`partition ${folder} does not answer and is passed by`);
  const fit = open.filter((_, n) => (spaces[n]?.freeBytes ?? -1) >= bytes);
  if (fit.length > 0) return fit[Math.min(Math.floor(random() * fit.length), fit.length - 1)]!;
  const largest = Math.max(0, ...spaces.map((space) => space?.freeBytes ?? 0));
  throw new DasError(
    "DISK_FULL",
    `no room for a storage unit of ${bytes} bytes: ${open.length} partitions are open in set ${set}, ${largest} bytes are free`,
  );
}

/** A site with one set does not need the table of groups. */
async function openPartitions(
  sums: Database,
  group: number,
): Promise<{ readonly set: number; readonly open: readonly Partition[] }> {
  const partitions = await listPartitions(sums);
  let set = 0;
  if (new Set(partitions.map((partition) => partition.set)).size > 1) {
    const [row] = await sums.query(
      sql`SELECT sum_set FROM public.sum_arch_group WHERE group_id = ${param(group, "int4")}`,
    );
    set = row === undefined ? 0 : numberField(row, "sum_set");
  }
  return { set, open: partitions.filter((partition) => partition.set === set && !partition.closed) };
}

async function isHere(sums: Database, sunum: bigint): Promise<boolean> {
  const [row] = await sums.query(sql`
    SELECT EXISTS (SELECT 1 FROM public.sum_main
                    WHERE ds_index = ${param(sunum, "int8")} AND online_status = 'Y')
        OR EXISTS (SELECT 1 FROM public.sum_partn_alloc a JOIN public.sum_partn_avail p
                       ON a.wd = p.partn_name || ${param(`/D${sunum}`, "text")}
                    WHERE a.status = 1) AS here`);
  return row?.here === true;
}

async function forgetRow(pool: ConnectionPool, sumid: bigint, folder: string): Promise<void> {
  await changeSums(pool, (sums) =>
    sums.query(sql`
      DELETE FROM public.sum_partn_alloc
       WHERE wd = ${param(folder, "text")} AND sumid = ${param(sumid, "int8")} AND status = 1`),
  );
}

async function makeFolders(folder: string, slots: number, durable: boolean): Promise<void> {
  // Not recursive: a folder that is there is somebody's, and is left alone.
  await mkdir(folder);
  try {
    await chmod(folder, FOLDER_MODE); // mkdir heeds the umask
    for (let slot = 0; slot < slots; slot++) {
      const path = `${folder}/${slotFolder(slot)}`;
      await mkdir(path);
      await chmod(path, FOLDER_MODE);
    }
    if (durable) await syncFolder(dirname(folder));
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
