import { makeTime } from "../../stream/time.js";
import { blockNumber } from "../block-number.js";
import { blockTimeText } from "../block-path.js";
import type { BlockPeriod } from "../level.js";

/** What the name of a block's file says. */
export interface BlockName {
  readonly period: BlockPeriod;
  readonly number: number;
  readonly resolutionName: string;
}

const NAME =
  /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d)(?:-(\d\d)(?:-(\d\d))?)?)?)?)?_([A-Za-z0-9][A-Za-z0-9.+-]{0,119})\.d2s$/;

/** Periods by how many fields a name of theirs has; das2-server 15.2. */
const PERIODS: readonly BlockPeriod[] = ["yearly", "monthly", "daily", "hourly", "perminute", "persecond"];

/** Reads the name of a file: `2021-06-30T14_bin-60s.d2s`; `undefined` for one that is no block's. Source: das2-server 15.2. */
export function parseBlockName(name: string): BlockName | undefined {
  const match = NAME.exec(name);
  if (match === null) return undefined;
  const fields = match.slice(1, 7).filter((field) => field !== undefined);
  const resolutionName = match[7] ?? "";
  const period = PERIODS[fields.length - 1];
  if (period === undefined) return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = fields.map(Number);
  const number = blockNumber(makeTime(year, month, day, hour, minute, second), period);
  // Printed again, a 30th of February is another day.
  const isDate = name.startsWith(`${blockTimeText(number, period)}_`);
  return isDate ? { period, number, resolutionName } : undefined;
}

/**
 * The time that a folder of dates below a level begins: `2021`, `2021/06`, ... `2021/06/30/14/05`; the number of the first block of a
 * period in it, and of the first after it. `undefined` for folders that are none.
 */
export function blocksOfFolder(
  fields: readonly string[],
  period: BlockPeriod,
): { readonly first: number; readonly end: number } | undefined {
  if (fields.length > 5 || !fields.every((field, index) => (index === 0 ? /^\d{4}$/ : /^\d\d$/).test(field)))
    return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0] = fields.map(Number);
  const next: [number, number, number, number, number] = [year, month, day, hour, minute];
  const last = fields.length - 1;
  if (last < 0) return undefined;
  next[last] = (next[last] ?? 0) + 1;
  const first = blockNumber(makeTime(year, month, day, hour, minute), period);
  const [y, m, d, h, min] = next;
  return { first, end: Math.max(first, blockNumber(makeTime(y, m, d, h, min), period)) };
}
