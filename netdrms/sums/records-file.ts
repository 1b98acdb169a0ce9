import { shown } from "../../config/problem.js";
import { DasError } from "../../errors/das-error.js";

/** Name of the file in a unit that says whose records it holds. */
export const RECORDS_FILE = "Records.txt";

/** Largest such file: 100,000 slots take less. */
export const MAX_RECORDS_FILE_BYTES = 4 << 20;

/** What `Records.txt` of a storage unit says. Source: netdrms 3.3. */
export interface UnitRecords {
  /** `ns.table`. */
  readonly series: string;
  /** Whether the records are to be deleted when the unit is; the archive flag -1 of a series. */
  readonly deletes: boolean;
  /** Recnum by slot, of the slots that are used. */
  readonly recnums: ReadonlyMap<number, bigint>;
}

const DELETES = "DELETE_SLOTS_RECORDS";
const HEADING = "slot\trecord number";

/** The text of `Records.txt`, slots in ascending order. Source: netdrms 3.3. */
export function formatRecordsFile({ series, deletes, recnums }: UnitRecords): string {
  const slots = [...recnums].sort(([a], [b]) => a - b).map(([slot, recnum]) => `${slot}\t${recnum}`);
  return [...(deletes ? [DELETES] : []), `series=${series}`, HEADING, ...slots, ""].join("\n");
}

/** Reads `Records.txt`. Errors: BAD_FILE naming the line and what was expected. Source: netdrms 3.3. */
export function parseRecordsFile(text: string): UnitRecords {
  const lines = text.split(/\r?\n/);
  while (lines.at(-1) === "") lines.pop();
  const deletes = lines[0] === DELETES;
  const first = deletes ? 1 : 0;
  const series = /^series=(\S+)$/.exec(lines[first] ?? "")?.[1];
  if (series === undefined) throw badLine(lines, first, "series=NAME");
  if (lines[first + 1]?.trimEnd() !== HEADING) throw badLine(lines, first + 1, `"${HEADING}"`);
  const recnums = new Map<number, bigint>();
  for (let n = first + 2; n < lines.length; n++) {
    const [, slot, recnum] = /^(\d{1,5})\t(\d{1,18})$/.exec(lines[n]!) ?? [];
    if (slot === undefined || recnum === undefined) throw badLine(lines, n, "slot, tab, record number");
    recnums.set(Number(slot), BigInt(recnum));
  }
  return { series, deletes, recnums };
}

function badLine(lines: readonly string[], n: number, expected: string): DasError {
  return new DasError(
    "BAD_FILE",
    `${RECORDS_FILE}, line ${n + 1}: ${shown(lines[n] ?? "")}, expected ${expected}`,
  );
}
