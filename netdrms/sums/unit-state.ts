import { stat } from "node:fs/promises";
import { isAbsolute, normalize } from "node:path";
import type { Database, Row } from "../database/database.js";
import { param, sql } from "../database/sql.js";
import { bigintField, numberField, textField } from "./row-fields.js";
import { systemCode } from "./storage-error.js";
import { siteCode } from "./sunum.js";
import { sunumOfFolder } from "./unit-path.js";

/**
 * Where a unit is: `Y` on line; `N` off line, on tape; `X` off line, gone here; `I` a number of this site that is not known;
 * `remote` a number of another site that is not known here and may be fetched. Source: netdrms 3.4.
 */
export type UnitState = "Y" | "N" | "X" | "I" | "remote";

/** What is known of a storage unit. Of an unknown one texts are empty and numbers 0. Source: netdrms 3.4. */
export interface UnitInfo {
  readonly sunum: bigint;
  readonly state: UnitState;
  /** Its folder; also where it was, of one that is off line. */
  readonly folder: string;
  /** `ns.table`. */
  readonly series: string;
  readonly bytes: bigint;
  readonly archiveStatus: string;
  readonly createdBy: string;
  /** `YYYY-MM-DD hh:mm:ss`, local. */
  readonly created: string;
  /** `YYYYMMDDHHMM`, local: when it may be removed. `N/A` of an unknown unit, `195801010000` where none is set. */
  readonly effectiveDate: string;
  /** State code of netdrms 3.5; 0 where there is none. */
  readonly allocation: number;
  readonly archiveSubstatus: number;
  /** `N/A` where there is none. */
  readonly tape: string;
  readonly tapeFile: number;
}

/** How {@link locateUnits} answers. */
export interface LocateOptions {
  /** Code of this site, see `ownSiteCode`. */
  readonly siteCode: number;
  /** Takes one line for each unit whose folder is not there although it is marked on line. */
  readonly log: (line: string) => void;
}

/** Units asked for in one statement, as the original does. Source: netdrms 3.4. */
const BATCH = 32_768;
/** Folders looked at together: more do not go through the threads of Node faster. */
const LOOKS = 16;

/**
 * What is known of each unit; negative SUNUMs, which mean "no storage unit", have no entry. A unit that is marked on line while
 * its folder cannot be reached is off line, and told of.
 *
 * @returns in the order of `sunums`, each once
 * Errors: those of {@link Database}.
 * Source: netdrms 3.4.
 */
export async function locateUnits(
  sums: Database,
  sunums: readonly bigint[],
  options: LocateOptions,
): Promise<ReadonlyMap<bigint, UnitInfo>> {
  const wanted = [...new Set(sunums.filter((sunum) => sunum >= 0n))];
  const units = new Map<bigint, UnitInfo>();
  for (let begin = 0; begin < wanted.length; begin += BATCH) {
    const batch = wanted.slice(begin, begin + BATCH);
    for (const sunum of batch) units.set(sunum, unknownUnit(sunum, options.siteCode));
    const rows = await sums.query(unitRows(batch));
    for (const row of rows) units.set(bigintField(row, "ds_index"), knownUnit(row));
  }
  await checkFolders(units, options.log);
  return units;
}

/**
 * A unit may have several rows of allocation: a hold of a reader (8) says nothing of its expiry. Those of units that are being
 * written (1) have ds_index 0, which a unit may have as well.
 */
function unitRows(sunums: readonly bigint[]) {
  return sql`
    SELECT m.ds_index, m.online_loc, m.online_status, m.archive_status, m.owning_series, m.bytes, m.username,
           m.creat_date::text AS creat_date, m.arch_tape, m.arch_tape_fn,
           p.effective_date, p.status, p.archive_substatus
      FROM public.sum_main m LEFT JOIN LATERAL (
        SELECT effective_date, status, archive_substatus FROM public.sum_partn_alloc a
         WHERE a.ds_index = m.ds_index AND a.status <> 1 ORDER BY (a.status = 8), a.effective_date DESC NULLS LAST LIMIT 1) p ON true
     WHERE m.ds_index = ANY(${param(sunums, "int8[]")})`;
}

function unknownUnit(sunum: bigint, ownCode: number): UnitInfo {
  return {
    sunum,
    state: siteCode(sunum) === ownCode ? "I" : "remote",
    folder: "",
    series: "",
    bytes: 0n,
    archiveStatus: "",
    createdBy: "",
    created: "",
    effectiveDate: "N/A",
    allocation: 0,
    archiveSubstatus: 0,
    tape: "N/A",
    tapeFile: 0,
  };
}

function knownUnit(row: Row): UnitInfo {
  const archiveStatus = textField(row, "archive_status");
  return {
    sunum: bigintField(row, "ds_index"),
    state: textField(row, "online_status") === "Y" ? "Y" : offLine(archiveStatus),
    folder: textField(row, "online_loc"),
    series: textField(row, "owning_series"),
    bytes: bigintField(row, "bytes"),
    archiveStatus,
    createdBy: textField(row, "username"),
    created: textField(row, "creat_date"),
    effectiveDate: textField(row, "effective_date") || "195801010000",
    allocation: numberField(row, "status"),
    archiveSubstatus: numberField(row, "archive_substatus"),
    tape: textField(row, "arch_tape") || "N/A",
    tapeFile: numberField(row, "arch_tape_fn"),
  };
}

function offLine(archiveStatus: string): "N" | "X" {
  return archiveStatus === "Y" ? "N" : "X";
}

async function checkFolders(units: Map<bigint, UnitInfo>, log: (line: string) => void): Promise<void> {
  const onLine = [...units.values()].filter(({ state }) => state === "Y");
  const look = async (): Promise<void> => {
    for (let unit = onLine.pop(); unit !== undefined; unit = onLine.pop()) {
      const problem = await folderProblem(unit);
      if (problem === undefined) continue;
      log(`storage unit ${unit.sunum} is marked on line, its folder ${unit.folder} ${problem}`);
      units.set(unit.sunum, { ...unit, state: offLine(unit.archiveStatus) });
    }
  };
  await Promise.all(Array.from({ length: LOOKS }, look));
}

async function folderProblem({ folder, sunum }: UnitInfo): Promise<string | undefined> {
  // The database is not to make other folders readable as units (netdrms 3.3).
  if (!isAbsolute(folder) || normalize(folder) !== folder || sunumOfFolder(folder) !== sunum)
    return "is none of a storage unit";
  try {
    return (await stat(folder)).isDirectory() ? undefined : "is no folder";
  } catch (error) {
    const code = systemCode(error);
    return code === "ENOENT" ? "is missing" : `cannot be reached (${code ?? "bad path"})`;
  }
}
