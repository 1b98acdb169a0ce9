import { readFile, stat } from "node:fs/promises";
import { isDasError } from "../../../errors/das-error.js";
import type { Database } from "../../../netdrms/database/database.js";
import { name, param, sql } from "../../../netdrms/database/sql.js";
import { readOneSet } from "../../../netdrms/query/read-query.js";
import { storedRecordFiles } from "../../../netdrms/requests/stored-files.js";
import type { UnitAccess } from "../../../netdrms/segments/held-records.js";
import type { Series } from "../../../netdrms/series/model.js";
import { exactSpecification } from "../../../netdrms/series/record-specification.js";
import { openMember } from "../../../netdrms/sums/open-file.js";
import {
  MAX_RECORDS_FILE_BYTES,
  parseRecordsFile,
  RECORDS_FILE,
} from "../../../netdrms/sums/records-file.js";
import { readSums } from "../../../netdrms/sums/sums-transaction.js";
import { ownSiteCode } from "../../../netdrms/sums/sunum.js";
import { locateUnits } from "../../../netdrms/sums/unit-state.js";
import type { Response } from "../../http.js";
import type { QueryContext } from "../../query.js";
import { type RequestArchive, withArchive } from "../archive.js";
import { noSuchFile } from "./export-file.js";
import { downloadResponse } from "./file-download.js";

/** What a path below the door names. */
export interface UnitFilePath {
  /** Of the unit: `/SUM7/D843002415`. */
  readonly folder: string;
  readonly sunum: bigint;
  /** In the unit: `S00003/magnetogram.fits`. */
  readonly path: string;
}

/** The file of a storage unit that a path names, in the form in which replies tell of it; `undefined` for any other path. */
export function unitFilePath(path: string): UnitFilePath | undefined {
  const [, folder, sunum, inside] = /^((?:\/[^/]+)+\/D(\d{1,19}))\/([^/].*)$/.exec(path) ?? [];
  if (folder === undefined || sunum === undefined || inside === undefined) return undefined;
  return { folder, sunum: BigInt(sunum), path: inside };
}

/**
 * A stored file, where it is the file of a segment of a record of a series that is offered: the database must say so of exactly this
 * path. Nothing else that lies in storage units can be had. Errors: NOT_FOUND; those of the archive. Source: netdrms-export B8, B10.
 */
export async function unitFile(context: QueryContext, file: UnitFilePath): Promise<Response> {
  await withArchive(context, true, async (archive) => {
    if (!(await isFileOfRecord(archive, file))) throw noSuchFile();
  });
  try {
    const handle = await openMember(file);
    return await downloadResponse(context.request, { handle, name: file.path });
  } catch (error) {
    if (isDasError(error, "BAD_FILE")) throw noSuchFile();
    throw error;
  }
}

async function isFileOfRecord(archive: RequestArchive, file: UnitFilePath): Promise<boolean> {
  const { catalog, database, log, signal } = archive;
  const sums = await archive.sums();
  const siteCode = await readSums(sums, ownSiteCode);
  const units: UnitAccess = { sums, siteCode, log, signal };
  const unit = (await readSums(sums, (where) => locateUnits(where, [file.sunum], units))).get(file.sunum);
  if (unit === undefined || unit.state !== "Y" || unit.folder !== file.folder) return false;
  if (!archive.isOffered(unit.series)) return false;
  try {
    const series = await catalog.series(unit.series);
    const recnum = await recnumOf(database, series, file);
    if (recnum === undefined) return false;
    const query = await readOneSet(exactSpecification(series, recnum), {
      findSeries: (wanted) => catalog.series(wanted),
    });
    const path = `${file.folder}/${file.path}`;
    for await (const files of storedRecordFiles(database, catalog, query, 0, units))
      if (files.some((one) => one.path === path)) return true;
    return false;
  } catch (error) {
    if (isDasError(error, "NO_SUCH_SERIES")) return false;
    throw error;
  }
}

/** The record whose files are in a slot: as the unit itself says, else as the table of the series does, which has no index for that. */
async function recnumOf(
  database: Database,
  series: Series,
  { folder, sunum, path }: UnitFilePath,
): Promise<bigint | undefined> {
  const slot = /^S(\d{5})\//.exec(path)?.[1];
  const listed = await listedRecnums(folder);
  if (listed !== undefined)
    return slot === undefined ? listed.values().next().value : listed.get(Number(slot));
  const bySlot = slot === undefined ? sql`` : sql` AND slotnum = ${param(Number(slot), "int4")}`;
  const [row] = await database.query(
    sql`SELECT recnum FROM ${name(series.namespace, series.table)} WHERE sunum = ${param(sunum, "int8")}${bySlot} LIMIT 1`,
  );
  return typeof row?.recnum === "bigint" ? row.recnum : undefined;
}

async function listedRecnums(folder: string): Promise<ReadonlyMap<number, bigint> | undefined> {
  const path = `${folder}/${RECORDS_FILE}`;
  try {
    if ((await stat(path)).size > MAX_RECORDS_FILE_BYTES) return undefined;
    return parseRecordsFile(await readFile(path, "utf8")).recnums;
  } catch {
    // Units of older programs have none.
    return undefined;
  }
}
