import type { KeywordColumn } from "../../netdrms/records/record-batch.js";
import { drmsToUs2000 } from "../../netdrms/times/house-time.js";
import { type TimeRange, timeToUs2000 } from "../../stream/time.js";
import { markBad } from "./quality-cut.js";

/** The rows of a batch that belong to an answer. */
export interface KeptRows {
  readonly count: number;
  /** Their numbers in the batch, ascending; `count` of them. */
  readonly rows: Int32Array;
  /** Their times, us2000, ascending as the rows. */
  readonly us2000: Float64Array;
}

/** What rows are kept by. */
export interface RowSieve {
  readonly beginUs: number;
  /** Excluded. */
  readonly endUs: number;
  /** Bits of quality, without sign; 0 where there is no such keyword. */
  readonly mask: number;
}

/** A sieve for a range of time. */
export function rowSieve(range: TimeRange, mask: number): RowSieve {
  return { beginUs: timeToUs2000(range.begin), endUs: timeToUs2000(range.end), mask };
}

/**
 * Keeps the rows whose time is in the range and whose quality is good enough; records without a time are left out.
 *
 * @param time values of a time keyword
 * @param quality absent: all are good enough
 */
export function keptRows(
  { beginUs, endUs, mask }: RowSieve,
  rows: number,
  time: KeywordColumn,
  quality: KeywordColumn | undefined,
): KeptRows {
  const bad = new Uint8Array(rows);
  if (quality !== undefined) markBad(quality, mask, rows, bad);
  if (time.reached !== undefined) for (let row = 0; row < rows; row++) bad[row]! |= 1 - time.reached[row]!;
  const kept = new Int32Array(rows);
  const us2000 = new Float64Array(rows);
  const { values } = time;
  let count = 0;
  if (values.kind === "numbers")
    for (let row = 0; row < rows; row++) {
      if (bad[row] === 1) continue;
      const us = drmsToUs2000(values.values[row]!);
      // A missing time is NaN and in no range.
      if (!(us >= beginUs && us < endUs)) continue;
      kept[count] = row;
      us2000[count++] = us;
    }
  return { count, rows: kept, us2000 };
}
