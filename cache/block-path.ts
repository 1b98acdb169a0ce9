import { join } from "node:path";
import { calendar } from "../stream/time.js";
import { blockBegin } from "./block-number.js";
import type { BlockPeriod, Level } from "./level.js";

/** How much of `YYYY MM DD hh mm ss` is in folders, and how much in the file's name; das2-server 15.2. */
const FIELDS = {
  yearly: { folders: 0, name: 1 },
  monthly: { folders: 1, name: 2 },
  daily: { folders: 2, name: 3 },
  hourly: { folders: 3, name: 4 },
  perminute: { folders: 4, name: 5 },
  persecond: { folders: 5, name: 6 },
} as const satisfies Record<BlockPeriod, { folders: number; name: number }>;

/** What stands before each field of a file's name. */
const SEPARATORS = ["", "-", "-", "T", "-", "-"];

/** What follows the name of a block in the names of its companions. */
export const SIDECAR_SUFFIX = ".meta.json";
/** The least and greatest values and counts behind the averages of a block. */
export const STATISTICS_SUFFIX = ".stats";

/** The text of a block's time, `2021-06-30`, `2021-06-30T14-05`: the beginning of its file name, and its name for people. */
export function blockTimeText(number: number, period: BlockPeriod): string {
  return blockFields(number, period)
    .slice(0, FIELDS[period].name)
    .map((field, index) => `${SEPARATORS[index]}${field}`)
    .join("");
}

/**
 * Where a block lies: the folders of its date below the folder of the level, and its file.
 * Source: das2-server 15.2.
 */
export function blockPath(
  level: Pick<Level, "folder" | "period" | "resolutionName">,
  number: number,
): string {
  const { folder, period, resolutionName } = level;
  const folders = blockFields(number, period).slice(0, FIELDS[period].folders);
  return join(folder, ...folders, `${blockTimeText(number, period)}_${resolutionName}.d2s`);
}

function blockFields(number: number, period: BlockPeriod): string[] {
  const { year, month, day, hour, minute, second } = calendar(blockBegin(number, period));
  const pairs = [month, day, hour, minute, second].map((field) => String(field).padStart(2, "0"));
  return [String(year).padStart(4, "0"), ...pairs];
}
