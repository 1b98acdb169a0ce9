import { randomBytes } from "node:crypto";
import { chmod, lstat, opendir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ConnectionPool } from "../database/connection-pool.js";
import { param, sql } from "../database/sql.js";
import { syncFolder } from "./durable.js";
import { systemCode } from "./storage-error.js";
import { changeSums } from "./sums-transaction.js";
import { lockFreeUnits } from "./unit-locks.js";

/*
 * A folder is removed in two steps: it gets another name in the same partition, which is one step for the file system, and is
 * emptied when the database has forgotten the unit. So a unit is never on line and half gone: its folder is whole or not there.
 */

/** A unit's folder under its other name. */
export interface AsideFolder {
  readonly sunum: bigint;
  /** Where it was. */
  readonly folder: string;
  readonly aside: string;
}

const ASIDE_NAME = /^\.D(\d{1,19})\.gone-[0-9a-f]{8}$/;

/**
 * Gives the folder of a unit its other name; `undefined` where there is no folder. The caller has the disk keep it.
 * Errors: those of the system call.
 */
export async function setAside(sunum: bigint, folder: string): Promise<AsideFolder | undefined> {
  const aside = join(dirname(folder), `.D${sunum}.gone-${randomBytes(4).toString("hex")}`);
  try {
    await rename(folder, aside);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
  return { sunum, folder, aside };
}

/** Gives the folder its first name back. Errors: those of the system call. */
export async function putBack({ folder, aside }: AsideFolder): Promise<void> {
  await rename(aside, folder);
  await syncFolder(dirname(folder));
}

/** Removes a folder and what is in it, also folders that nobody may write; links are not followed. Errors: those of the system call. */
export async function removeFolder(folder: string): Promise<void> {
  await makeWritable(folder);
  await rm(folder, { recursive: true, force: true });
}

/** Only the owner of a folder can, and only then it is needed. */
async function makeWritable(folder: string): Promise<void> {
  try {
    const stats = await lstat(folder);
    if (!stats.isDirectory()) return;
    if ((stats.mode & 0o700) !== 0o700) await chmod(folder, 0o700);
    for await (const entry of await opendir(folder))
      if (entry.isDirectory()) await makeWritable(join(folder, entry.name));
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
  }
}

/** Folders that were set aside in a partition. Errors: those of the system call. */
export async function findAside(partition: string): Promise<readonly AsideFolder[]> {
  const found: AsideFolder[] = [];
  for await (const { name } of await opendir(partition)) {
    const digits = ASIDE_NAME.exec(name)?.[1];
    if (digits === undefined) continue;
    const folder = join(partition, `D${digits}`);
    found.push({ sunum: BigInt(digits), folder, aside: join(partition, name) });
  }
  return found;
}

/** A removal that was cut off, and what became of the folder. */
export interface SettledFolder {
  readonly kind: "settled";
  readonly sunum: bigint;
  /** `left over`: it was only told of. */
  readonly end: "put back" | "removed" | "left over";
}

/** What became of a folder that was set aside; `busy`: whoever removes the unit is still at it. */
export type AsideEnd = "put back" | "removed" | "busy";

/**
 * Ends a removal that was cut off: where the database still has the unit on line there, the folder gets its name back,
 * whole as it is; else it is removed.
 * Errors: those of `Database` and of system calls; then it stays as it is.
 */
export async function settleAside(pool: ConnectionPool, one: AsideFolder): Promise<AsideEnd> {
  const lock = await lockFreeUnits(pool, [one.sunum]);
  try {
    if (lock.sunums.length === 0) return "busy";
    // For update: a removal whose connection broke while it committed may not be over yet.
    const rows = await changeSums(pool, (sums) =>
      sums.query(sql`
        SELECT 1 AS here FROM public.sum_main
         WHERE ds_index = ${param(one.sunum, "int8")} AND online_status = 'Y' AND online_loc = ${param(one.folder, "text")}
           FOR UPDATE`),
    );
    if (rows.length > 0 && !(await isThere(one.folder))) {
      await putBack(one);
      return "put back";
    }
  } finally {
    await lock.release();
  }
  await removeFolder(one.aside);
  return "removed";
}

/**
 * Ends all removals that were cut off in a partition; what cannot be ended is told to `log` and stays.
 *
 * @param dryRun only tells of them
 * Errors: none.
 */
export async function* settlePartition(
  pool: ConnectionPool,
  partition: string,
  log: (line: string) => void,
  dryRun = false,
): AsyncGenerator<SettledFolder> {
  const found = await findAside(partition).catch((error: unknown) => {
    log(`partition ${partition} cannot be looked through: ${String(error)}`);
    return [];
  });
  for (const one of found) {
    const end = dryRun ? "left over" : await settleAside(pool, one).catch((error: unknown) => String(error));
    if (end === "put back" || end === "removed" || end === "left over")
      yield { kind: "settled", sunum: one.sunum, end };
    else if (end !== "busy") log(`folder ${one.aside} cannot be settled: ${end}`);
  }
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (error: unknown) => {
      if (systemCode(error) === "ENOENT") return false;
      throw error;
    },
  );
}
