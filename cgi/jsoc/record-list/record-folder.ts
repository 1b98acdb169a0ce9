import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { slotFolder } from "../../../netdrms/sums/unit-path.js";
import type { UnitInfo } from "../../../netdrms/sums/unit-state.js";

/** What is told of the folder with the files of a record. Source: netdrms-export B5. */
export interface FolderFacts {
  /** Its path; `NoDataDirectory` where there is none here. */
  readonly recdir: string;
  /** Bytes of the files in it; `NA` where there is none here. */
  readonly size: string;
  /** When it was changed last, UT; `NA` where there is none here. */
  readonly dirmtime: string;
}

const NOWHERE: FolderFacts = { recdir: "NoDataDirectory", size: "NA", dirmtime: "NA" };

/** Entries of one record that are looked at: a folder of more has no size that is worth the wait. */
const MAX_ENTRIES = 10_000;

/** What the folder of a record is like, as the disk has it now. Never fails: what cannot be looked at is not here. */
export async function folderFacts(unit: UnitInfo | undefined, slot: number): Promise<FolderFacts> {
  if (unit?.state !== "Y") return NOWHERE;
  try {
    const recdir = join(unit.folder, slotFolder(slot));
    const { mtimeMs } = await stat(recdir);
    const bytes = await bytesBelow(recdir);
    return { recdir, size: bytes === undefined ? "NA" : String(bytes), dirmtime: utText(mtimeMs) };
  } catch {
    return NOWHERE;
  }
}

/** `2010.05.01_00:00:00_UT`, of Unix time; seconds are cut. */
function utText(unixMs: number): string {
  const [date = "", clock = ""] = new Date(unixMs).toISOString().split("T");
  return `${date.replaceAll("-", ".")}_${clock.slice(0, 8)}_UT`;
}

/** Bytes of all files below a folder; links are not followed. `undefined` for more entries than are looked at. */
async function bytesBelow(folder: string): Promise<number | undefined> {
  const left = [folder];
  let entries = 0;
  let bytes = 0;
  for (let one = left.pop(); one !== undefined; one = left.pop()) {
    const found: readonly Dirent[] = await readdir(one, { withFileTypes: true });
    entries += found.length;
    if (entries > MAX_ENTRIES) return undefined;
    for (const entry of found) {
      const path = join(one, entry.name);
      if (entry.isDirectory()) left.push(path);
      else if (entry.isFile()) bytes += (await stat(path)).size;
    }
  }
  return bytes;
}
