import type { UnitInfo } from "./unit-state.js";

/** What a column of storage units shows where a record has none, or an unknown one. Source: netdrms 6. */
const NOT_AVAILABLE = "NA";

/** State codes of netdrms 3.5. */
const ARCHIVE_PENDING = 4;
const ARCHIVE_THEN_DELETE = 128;

function isKnown(unit: UnitInfo | undefined): unit is UnitInfo {
  return unit !== undefined && unit.state !== "I" && unit.state !== "remote";
}

/** `show_info -o`: `Y`, `N` or `NA`. Source: netdrms 6. */
export function onlineColumn(unit: UnitInfo | undefined): string {
  if (!isKnown(unit)) return NOT_AVAILABLE;
  return unit.state === "Y" ? "Y" : "N";
}

/** `show_info -R`: the expiry `YYYY.MM.DD`, `-1` off line, `NoRetValue` where none is set, or `NA`. Source: netdrms 6. */
export function retainColumn(unit: UnitInfo | undefined): string {
  if (!isKnown(unit)) return NOT_AVAILABLE;
  if (unit.state !== "Y") return "-1";
  const [, year, month, day] = /^(\d{4})(\d{2})(\d{2})\d{4}$/.exec(unit.effectiveDate) ?? [];
  // A unit cannot have expired before there were any: this is how NULL is presented (netdrms 3.4).
  return year === undefined || year === "1958" ? "NoRetValue" : `${year}.${month}.${day}`;
}

/** `show_info -x`: `Y`, `N`, `Pending` or `NA`. Source: netdrms 3.5, 6. */
export function archiveColumn(unit: UnitInfo | undefined): string {
  if (!isKnown(unit)) return NOT_AVAILABLE;
  if (unit.allocation === ARCHIVE_PENDING && unit.archiveSubstatus === ARCHIVE_THEN_DELETE) return "Pending";
  return unit.archiveStatus === "Y" ? "Y" : "N";
}

/** `show_info -T`: name of the tape and number of the file on it, four digits. Source: netdrms 6. */
export function tapeColumns(unit: UnitInfo | undefined): readonly [string, string] {
  if (!isKnown(unit)) return [NOT_AVAILABLE, NOT_AVAILABLE];
  return [unit.tape, String(unit.tapeFile).padStart(4, "0")];
}

/** `show_info -z`: bytes of the unit, or `NA`. Source: netdrms 6. */
export function sizeColumn(unit: UnitInfo | undefined): string {
  return isKnown(unit) ? String(unit.bytes) : NOT_AVAILABLE;
}
