import { access, constants, stat } from "node:fs/promises";
import { shown } from "../../config/problem.js";
import { DasError } from "../../errors/das-error.js";
import type { Database } from "../database/database.js";
import { param, sql } from "../database/sql.js";
import { expectPartitionPath } from "./partition-path.js";
import type { AskSpace } from "./partition-space.js";
import { numberField, textField } from "./row-fields.js";
import { storageError } from "./storage-error.js";

/** A folder, mostly a file system of its own, that storage units are in. */
export interface Partition {
  readonly folder: string;
  /** Partition set; of a closed one the set that it goes back to. */
  readonly set: number;
  /** `hand`: until somebody opens it. `purge`: until there is room again. */
  readonly closed?: "hand" | "purge";
}

/** A partition that is closed for writing. Source: netdrms 3.1. */
const CLOSED = -1;

/*
 * A closed partition has pds_set_num -1, as the original writes it, and keeps its set in pds_set_prime: as it is where a person (or
 * other software) closed it, as -1 - set where a purge did, so that a purge opens no partition that it has not closed.
 */

/** All partitions by name. Errors: those of {@link Database}. Source: netdrms 3.1. */
export async function listPartitions(sums: Database): Promise<readonly Partition[]> {
  const rows = await sums.query(
    sql`SELECT partn_name, pds_set_num, pds_set_prime FROM public.sum_partn_avail ORDER BY partn_name`,
  );
  return rows.map((row) => {
    const folder = textField(row, "partn_name");
    const set = numberField(row, "pds_set_num");
    const kept = numberField(row, "pds_set_prime");
    if (set !== CLOSED) return { folder, set };
    return kept < 0 ? { folder, set: -1 - kept, closed: "purge" } : { folder, set: kept, closed: "hand" };
  });
}

/** The folders of all partitions. Errors: those of {@link Database}. */
export async function partitionFolders(sums: Database): Promise<ReadonlySet<string>> {
  return new Set((await listPartitions(sums)).map(({ folder }) => folder));
}

/**
 * Adds a partition, open for writing.
 *
 * @param folder as {@link expectPartitionPath} wants it, writable by this user
 * Errors: BAD_PARAMETER for another folder or set, and for a partition that is there; ARCHIVE_FAILED where it cannot be written.
 */
export async function addPartition(
  sums: Database,
  folder: string,
  set: number,
  askSpace: AskSpace,
): Promise<void> {
  await checkFolder(folder);
  if (!Number.isInteger(set) || set < 0 || set > 1_000_000)
    throw new DasError("BAD_PARAMETER", `partition set ${set}, expected a whole number from 0`);
  const space = await askSpace(folder);
  if (space === undefined) throw new DasError("ARCHIVE_FAILED", `partition ${folder} does not answer`);
  const total = BigInt(Math.round(space.usedBytes + space.freeBytes));
  const free = BigInt(Math.round(space.freeBytes));
  const added = await sums.query(sql`
    INSERT INTO public.sum_partn_avail (partn_name, total_bytes, avail_bytes, pds_set_num, pds_set_prime)
    VALUES (${param(folder, "text")}, ${param(total, "int8")}, ${param(free, "int8")}, ${param(set, "int4")}, ${param(set, "int4")})
    ON CONFLICT (partn_name) DO NOTHING RETURNING partn_name`);
  if (added.length === 0) throw new DasError("BAD_PARAMETER", `partition ${shown(folder)} is there already`);
}

async function checkFolder(folder: string): Promise<void> {
  expectPartitionPath(folder);
  try {
    if (!(await stat(folder)).isDirectory())
      throw new DasError("BAD_PARAMETER", `partition ${shown(folder)} is no folder`);
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw storageError(error, `partition ${shown(folder)} cannot be written`);
  }
}

/**
 * Closes a partition for writing: units in it stay readable, none is added. `by` says who may open it again.
 * @returns whether it was open. Errors: BAD_PARAMETER for an unknown partition; those of {@link Database}.
 */
export async function closePartition(sums: Database, folder: string, by: "hand" | "purge"): Promise<boolean> {
  await expectPartition(sums, folder);
  const kept = by === "purge" ? sql`-1 - pds_set_num` : sql`pds_set_num`;
  const changed = await sums.query(sql`
    UPDATE public.sum_partn_avail SET pds_set_prime = ${kept}, pds_set_num = -1
     WHERE partn_name = ${param(folder, "text")} AND pds_set_num >= 0 RETURNING partn_name`);
  return changed.length > 0;
}

/** Opens a closed partition for writing, in the set it was in. @returns whether it was closed. Errors: as {@link closePartition}. */
export async function reopenPartition(sums: Database, folder: string): Promise<boolean> {
  await expectPartition(sums, folder);
  const changed = await sums.query(sql`
    UPDATE public.sum_partn_avail SET
           pds_set_num = CASE WHEN pds_set_prime < 0 THEN -1 - pds_set_prime ELSE pds_set_prime END,
           pds_set_prime = CASE WHEN pds_set_prime < 0 THEN -1 - pds_set_prime ELSE pds_set_prime END
     WHERE partn_name = ${param(folder, "text")} AND pds_set_num < 0 RETURNING partn_name`);
  return changed.length > 0;
}

async function expectPartition(sums: Database, folder: string): Promise<void> {
  if (!(await partitionFolders(sums)).has(folder))
    throw new DasError("BAD_PARAMETER", `there is no partition ${shown(folder)}, see the list of partitions`);
}
