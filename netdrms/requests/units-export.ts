import { join } from "node:path";
import type { ConnectionPool } from "../database/connection-pool.js";
import { asciiJson } from "../export/result-list.js";
import { replaceFile } from "../sums/durable.js";
import { readSums } from "../sums/sums-transaction.js";
import { parseSunum } from "../sums/sunum.js";
import { type LocateOptions, locateUnits, type UnitInfo } from "../sums/unit-state.js";
import type { ExportRequest } from "./export-request.js";
import { requestPath } from "./export-root.js";
import { megabytesOf } from "./request-facts.js";

/** A storage unit as replies tell of it. Source: export A11, B9. */
export interface ListedUnit {
  readonly sunum: string;
  /** `NA` of an unknown one. */
  readonly series: string;
  /** `NA` of one that is not on line. */
  readonly path: string;
  /** On line, retrievable, gone, unknown. */
  readonly sustatus: "Y" | "N" | "X" | "I";
  readonly susize: string;
}

/** Units on line that may go within so long are told of as if they were off line, ms. Source: export B9. */
const SOON_MS = 3 * 86_400_000;

/**
 * What is known of storage units.
 *
 * @param isOffered units of other series are as if they were not known
 * @param nowMs Unix ms
 * Errors: those of {@link Database}. Source: export B9.
 */
export async function listUnits(
  sums: ConnectionPool,
  sunums: readonly bigint[],
  options: LocateOptions & { readonly isOffered: (series: string) => boolean; readonly nowMs: number },
): Promise<readonly ListedUnit[]> {
  const units = await readSums(sums, (database) => locateUnits(database, sunums, options));
  return sunums.map((sunum) => {
    const unit = units.get(sunum);
    const known =
      unit !== undefined && unit.series !== "" && options.isOffered(unit.series) ? unit : undefined;
    return listed(sunum, known, options.nowMs);
  });
}

function listed(sunum: bigint, unit: UnitInfo | undefined, nowMs: number): ListedUnit {
  const none = { sunum: String(sunum), series: unit?.series ?? "NA", path: "NA", susize: "0" };
  if (unit === undefined || unit.state === "I" || unit.state === "remote") return { ...none, sustatus: "I" };
  if (unit.state !== "Y") return { ...none, sustatus: unit.state };
  return {
    ...none,
    path: unit.folder,
    susize: String(unit.bytes),
    sustatus: goesSoon(unit.effectiveDate, nowMs) ? "N" : "Y",
  };
}

/** `YYYYMMDDHHMM`, local; what has no date of this century has none that counts. */
function goesSoon(effectiveDate: string, nowMs: number): boolean {
  const [, year, month, day, hour, minute] = /^(2\d{3})(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(effectiveDate) ?? [];
  if (year === undefined) return false;
  const goes = new Date(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute)).getTime();
  return goes > nowMs && goes - nowMs < SOON_MS;
}

/** Megabytes of units, at least 1. */
export function unitMegabytes(units: readonly ListedUnit[]): number {
  return megabytesOf(units.reduce((sum, { susize }) => sum + Number(susize), 0));
}

/** The SUNUMs of a list with commas between them. Errors: BAD_PARAMETER. */
export function parseSunums(text: string): readonly bigint[] {
  return text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "")
    .map(parseSunum);
}

/** Writes what came of a request for units into its folder; bytes of nothing. Source: export A11 (`# DATA SU`). */
export async function writeUnitLists(
  folder: string,
  { id, method, protocol }: Pick<ExportRequest, "id" | "method" | "protocol">,
  units: readonly ListedUnit[],
): Promise<void> {
  const pairs = {
    version: "1",
    requestid: id,
    method,
    protocol,
    wait: "0",
    count: String(units.length),
    size: String(unitMegabytes(units)),
    status: "0",
    dir: requestPath(id),
  };
  const lines = [
    "# JSOC Export SU List",
    ...Object.entries(pairs).map(([name, value]) => `${name}=${value}`),
    "# DATA SU",
    ...units.map(({ sunum, series, path, sustatus, susize }) =>
      [sunum, series, path, sustatus, susize].join("\t"),
    ),
  ];
  await replaceFile(join(folder, "index.txt"), `${lines.join("\n")}\n`);
  // Clients look for a record and a file in each entry.
  const data = units.map((unit) => ({
    record: unit.series === "NA" ? "NA" : `${unit.series}[! sunum = ${unit.sunum} !]`,
    filename: unit.path === "NA" ? "NoDataFile" : unit.path,
    ...unit,
  }));
  await replaceFile(join(folder, "index.json"), asciiJson({ ...pairs, data }));
}
