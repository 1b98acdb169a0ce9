import type { Stats } from "node:fs";
import { chmod, chown, lstat, opendir } from "node:fs/promises";
import { join } from "node:path";
import { shown } from "../../config/problem.js";
import { DasError } from "../../errors/das-error.js";
import type { NewUnit } from "./allocate.js";
import { replaceFile, syncPath } from "./durable.js";
import { formatRecordsFile, RECORDS_FILE, type UnitRecords } from "./records-file.js";
import { storageError } from "./storage-error.js";

/** How a unit is made ready for others. */
export interface SealOptions {
  /** Whose the files become; missing: whoever wrote them. Only root can give files away. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** Whether to wait until the disk has all files; for an archive that can be made again `false` is faster. */
  readonly durable: boolean;
}

/** Folders in folders: a segment of protocol `generic` may be one. */
const MAX_DEPTH = 64;
/** Files and folders of a unit: 100,000 slots with ten files each. */
const MAX_ENTRIES = 1_200_000;

/**
 * Finishes the folder of a unit: writes `Records.txt`, makes files read-only and folders writable for their owner alone, and
 * waits for the disk. The entry of the folder in its partition is durable since it was made.
 *
 * @param records missing or without recnums for a unit that holds no records (a log)
 * @returns the sizes of all files and folders, bytes
 * Errors: BAD_FILE for a link or anything else that is neither file nor folder, or too many; DISK_FULL; ARCHIVE_FAILED.
 * Source: netdrms 3.3, 3.6.
 */
export async function sealUnit(
  { sunum, folder }: NewUnit,
  records: UnitRecords | undefined,
  options: SealOptions,
): Promise<bigint> {
  try {
    if (records !== undefined && records.recnums.size > 0)
      await replaceFile(join(folder, RECORDS_FILE), formatRecordsFile(records), options.durable);
    const sealing = new Sealing(sunum, options);
    await sealing.folder(folder, 0);
    return sealing.bytes;
  } catch (error) {
    throw storageError(error, `storage unit ${sunum} cannot be kept`);
  }
}

class Sealing {
  bytes = 0n;
  readonly #sunum: bigint;
  readonly #options: SealOptions;
  #entries = 0;

  constructor(sunum: bigint, options: SealOptions) {
    this.#sunum = sunum;
    this.#options = options;
  }

  async folder(path: string, depth: number): Promise<void> {
    if (depth > MAX_DEPTH) throw this.#refused(path, `is more than ${MAX_DEPTH} folders deep`);
    const found = await lstat(path);
    if ((found.mode & 0o700) !== 0o700) await chmod(path, found.mode | 0o700);
    for await (const entry of await opendir(path)) {
      if (++this.#entries > MAX_ENTRIES) throw this.#refused(path, `is beyond ${MAX_ENTRIES} files`);
      const member = join(path, entry.name);
      const stats = await lstat(member);
      if (stats.isDirectory()) await this.folder(member, depth + 1);
      else if (stats.isFile()) await this.#settle(member, stats, (stats.mode & 0o555) | 0o400);
      // A link could lead anywhere on the host of whoever reads it.
      else throw this.#refused(member, "is neither a file nor a folder");
    }
    const stats = await lstat(path);
    await this.#settle(path, stats, (stats.mode & 0o7755) | 0o700);
  }

  async #settle(path: string, stats: Stats, mode: number): Promise<void> {
    const { owner, durable } = this.#options;
    if (owner !== undefined && (stats.uid !== owner.uid || stats.gid !== owner.gid))
      await chown(path, owner.uid, owner.gid);
    if ((stats.mode & 0o7777) !== mode) await chmod(path, mode);
    if (durable) await syncPath(path);
    this.bytes += BigInt(stats.size);
  }

  #refused(path: string, problem: string): DasError {
    const name = path.slice(path.indexOf(`/D${this.#sunum}`) + 1);
    return new DasError("BAD_FILE", `${shown(name)} of storage unit ${this.#sunum} ${problem}`, { path });
  }
}
