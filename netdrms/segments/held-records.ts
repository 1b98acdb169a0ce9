import type { ConnectionPool } from "../database/connection-pool.js";
import type { RecordBatch } from "../records/record-batch.js";
import { readSums } from "../sums/sums-transaction.js";
import { holdUnits, MAX_HELD_UNITS } from "../sums/unit-locks.js";
import { locateUnits, type UnitInfo } from "../sums/unit-state.js";

/** Where the storage units are, and who is told of trouble. */
export interface UnitAccess {
  readonly sums: ConnectionPool;
  /** Code of this site, see `ownSiteCode`. */
  readonly siteCode: number;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** One record whose storage units stay where they are until the next one is asked for. */
export interface HeldRecord {
  readonly batch: RecordBatch;
  readonly row: number;
  /** By SUNUM; one that the record names and that is not here is there with its state. */
  readonly units: ReadonlyMap<bigint, UnitInfo>;
}

/** Records whose units are held and looked up together: two statements for so many files. */
const GROUP = 64;

const NO_UNITS: ReadonlyMap<bigint, UnitInfo> = new Map();

/** Some records whose storage units stay where they are until the next group is asked for. */
export interface HeldGroup extends Omit<HeldRecord, "row"> {
  readonly rows: readonly number[];
}

/**
 * The records of a batch in groups, with their storage units held against a purge and looked up. Units are let go when the consumer
 * goes on or leaves.
 *
 * @param rows those that are wanted, ascending; missing: all
 * Errors: those of `Database`. Source: netdrms 3.4.
 */
export async function* heldGroups(
  access: UnitAccess,
  batch: RecordBatch,
  rows: ArrayLike<number> = { length: batch.rows },
): AsyncGenerator<HeldGroup> {
  const wanted = Array.from(rows, (row, n) => row ?? n);
  for (let begin = 0; begin < wanted.length; ) {
    const { group, sunums } = nextGroup(batch, wanted, begin);
    begin += group.length;
    if (sunums.size === 0) {
      yield { batch, rows: group, units: NO_UNITS };
      continue;
    }
    const locks = await holdUnits(access.sums, [...sunums], access.signal);
    try {
      const units = await readSums(access.sums, (sums) => locateUnits(sums, [...sunums], access));
      yield { batch, rows: group, units };
    } finally {
      await locks.release();
    }
  }
}

/** As many records as can be held together, one at least: each segment may be in a unit of its own, and a series has 255 at most. */
function nextGroup(
  { segments }: RecordBatch,
  wanted: readonly number[],
  begin: number,
): { readonly group: readonly number[]; readonly sunums: ReadonlySet<bigint> } {
  const sunums = new Set<bigint>();
  let end = begin;
  for (; end < Math.min(begin + GROUP, wanted.length); end++) {
    const more = new Set(segments.map(({ sunum }) => sunum[wanted[end]!]!).filter((sunum) => sunum >= 0n));
    if (end > begin && new Set([...sunums, ...more]).size > MAX_HELD_UNITS) break;
    for (const sunum of more) sunums.add(sunum);
  }
  return { group: wanted.slice(begin, end), sunums };
}

/** The records of {@link heldGroups} one by one. */
export async function* heldRecords(
  access: UnitAccess,
  batch: RecordBatch,
  rows?: ArrayLike<number>,
): AsyncGenerator<HeldRecord> {
  for await (const group of heldGroups(access, batch, rows))
    for (const row of group.rows) yield { batch, row, units: group.units };
}
