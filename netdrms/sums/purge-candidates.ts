import type { Database, Row } from "../database/database.js";
import { EMPTY_SQL, param, sql } from "../database/sql.js";
import { EXPIRED, NOT_KEPT } from "./remove-units.js";
import { bigintField, textField } from "./row-fields.js";

/** A unit that may be removed. */
export interface Candidate {
  readonly sunum: bigint;
  readonly folder: string;
  /** `ns.table`; empty where nothing more is known of it. */
  readonly series: string;
  readonly bytes: bigint;
  /** `YYYYMMDDHHMM`, or `0` of one that was given up. */
  readonly effectiveDate: string;
}

/** Units that are read together. Source: netdrms 3.6. */
const CHUNK = 4096;

/**
 * The expired units of a partition, those that expired first first, in chunks; a unit that no row of its own, of a reader or of a
 * writer keeps. Each chunk is what was there when it was read.
 *
 * @param read runs one statement in a transaction of its own
 * Source: netdrms 3.6, 7.
 */
export async function* expiredUnits(
  read: <T>(work: (sums: Database) => Promise<T>) => Promise<T>,
  partition: string,
): AsyncGenerator<readonly Candidate[]> {
  for (let last: Candidate | undefined; ; ) {
    const after = last;
    const rows = await read((sums) => chunk(sums, partition, after));
    const candidates = rows.map(candidateOf);
    if (candidates.length > 0) yield candidates;
    if (candidates.length < CHUNK) return;
    last = candidates.at(-1);
  }
}

function chunk(sums: Database, partition: string, after: Candidate | undefined): Promise<readonly Row[]> {
  // Text in the order of its bytes, whatever the locale of the database.
  const beyond =
    after === undefined
      ? EMPTY_SQL
      : sql`AND (a.effective_date COLLATE "C", a.ds_index)
              > (${param(after.effectiveDate, "text")} COLLATE "C", ${param(after.sunum, "int8")})`;
  return sums.query(sql`
    SELECT a.ds_index, a.wd, a.bytes, a.effective_date, m.owning_series
      FROM public.sum_partn_alloc a LEFT JOIN public.sum_main m ON m.ds_index = a.ds_index
     WHERE starts_with(a.wd, ${param(`${partition}/D`, "text")}) AND ${EXPIRED} AND ${NOT_KEPT} ${beyond}
     ORDER BY a.effective_date COLLATE "C", a.ds_index LIMIT ${param(CHUNK, "int4")}`);
}

function candidateOf(row: Row): Candidate {
  return {
    sunum: bigintField(row, "ds_index"),
    folder: textField(row, "wd"),
    series: textField(row, "owning_series"),
    bytes: bigintField(row, "bytes"),
    effectiveDate: textField(row, "effective_date"),
  };
}
