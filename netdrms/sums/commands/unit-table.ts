import type { ConnectionPool } from "../../database/connection-pool.js";
import { readSums } from "../sums-transaction.js";
import { ownSiteCode } from "../sunum.js";
import { archiveColumn, retainColumn, sizeColumn } from "../unit-columns.js";
import { heldUnits } from "../unit-locks.js";
import { locateUnits, type UnitInfo } from "../unit-state.js";

/** Columns of a table of units. */
export const UNIT_COLUMNS = [
  "sunum",
  "state",
  "series",
  "size",
  "retain",
  "archive",
  "held",
  "folder",
] as const;

/** Rows of some units, in their order. Errors: those of `locateUnits`. */
export async function unitRows(
  pool: ConnectionPool,
  sunums: readonly bigint[],
  log: (line: string) => void,
): Promise<readonly (readonly string[])[]> {
  return readSums(pool, async (sums) => {
    const siteCode = await ownSiteCode(sums);
    const units = await locateUnits(sums, sunums, { siteCode, log });
    const held = await heldUnits(sums, sunums);
    return [...units.values()].map((unit) => unitRow(unit, held.has(unit.sunum)));
  });
}

function unitRow(unit: UnitInfo, held: boolean): readonly string[] {
  return [
    String(unit.sunum),
    unit.state,
    unit.series || "NA",
    sizeColumn(unit),
    retainColumn(unit),
    archiveColumn(unit),
    held ? "yes" : "no",
    unit.folder || "NA",
  ];
}
