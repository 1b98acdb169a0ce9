import { DasError } from "../../errors/das-error.js";
import type { ConnectionPool } from "../database/connection-pool.js";
import type { Database, Row } from "../database/database.js";
import { param, type Sql, sql } from "../database/sql.js";
import type { NewUnit } from "./allocate.js";
import { partitionFolders } from "./partitions.js";
import { changeSums } from "./sums-transaction.js";
import { isUnitFolder } from "./unit-path.js";

/** What becomes of a unit at its expiry. Source: netdrms 3.6, 3.7. */
export type ArchiveType = "permanent+archive" | "temporary+archive" | "temporary+noarchive";

/** On which terms units are kept. */
export interface PutTerms {
  /** `ns.table`. */
  readonly series: string;
  /** Days from now; the sign does not count. */
  readonly retentionDays: number;
  readonly archive: ArchiveType;
  /** Whether the site archives on tape; without one nothing waits for it. */
  readonly hasTape: boolean;
  /** Name of the user whose units they are. */
  readonly user: string;
}

/** Units whose folders are sealed, and their terms. */
export interface SealedUnits {
  readonly terms: PutTerms;
  readonly units: readonly { readonly unit: NewUnit; readonly bytes: bigint }[];
}

/** State and substate codes of netdrms 3.5. */
const SUBSTATUS = {
  "permanent+archive": sql`64`,
  "temporary+noarchive": sql`32`,
  "temporary+archive": sql`128`,
} as const;
const DELETE_PENDING = sql`2`;
const ARCHIVE_PENDING = sql`4`;

/** Units put by one statement. */
const BATCH = 1000;

/** What the 15 bits of a retention hold, days. Source: netdrms 2.3. */
export const MAX_RETENTION_DAYS = 32_767;

/** The magnitude of a retention. Errors: BAD_PARAMETER for anything but a whole number of at most 32767 days. */
export function retentionDays(days: number): number {
  const magnitude = Math.abs(days);
  if (!Number.isInteger(days) || magnitude > MAX_RETENTION_DAYS)
    throw new DasError("BAD_PARAMETER", `retention of ${days} days, expected at most ${MAX_RETENTION_DAYS}`);
  return magnitude;
}

/**
 * Makes sealed units of the session `sumid` known, all or none: from here on they are on line for everybody. A number that was
 * here before and is off line is on line again.
 *
 * Errors: ARCHIVE_FAILED where a unit is not being written by this session (any more), is on line, or its folder is in no
 * partition; BAD_PARAMETER for what the columns do not hold; those of {@link Database}.
 * Source: netdrms 3.6, 4.
 */
export async function putUnits(
  pool: ConnectionPool,
  sumid: bigint,
  sealed: readonly SealedUnits[],
): Promise<void> {
  for (const { terms } of sealed) checkTerms(terms);
  await changeSums(pool, async (sums) => {
    const partitions = await partitionFolders(sums);
    for (const { units, terms } of sealed)
      for (let begin = 0; begin < units.length; begin += BATCH)
        await putBatch(sums, sumid, { terms, units: units.slice(begin, begin + BATCH) }, partitions);
  });
}

/** Errors: BAD_PARAMETER for terms that the tables cannot hold. */
export function checkTerms({ retentionDays: days, series, user }: PutTerms): void {
  retentionDays(days);
  checkLength("series", series, 80);
  checkLength("user", user, 32);
}

function checkLength(what: string, text: string, most: number): void {
  if (text === "" || text.length > most)
    throw new DasError("BAD_PARAMETER", `${what} ${JSON.stringify(text)}, expected 1 to ${most} characters`);
}

async function putBatch(
  sums: Database,
  sumid: bigint,
  { terms, units }: SealedUnits,
  partitions: ReadonlySet<string>,
): Promise<void> {
  const { series, archive, hasTape, user } = terms;
  /** Expects each unit among rows; a unit that is put twice is not. */
  const expectAll = (rows: readonly Row[], problem: string): void => {
    const found = new Set(rows.map((row) => row.ds_index));
    const lost = units.find(({ unit }) => !found.delete(unit.sunum))?.unit;
    if (lost !== undefined)
      throw new DasError("ARCHIVE_FAILED", `storage unit ${lost.sunum} ${problem}`, { ...lost, sumid });
  };
  const inPlace = units.filter(({ unit }) => isUnitFolder(unit.folder, unit.sunum, partitions));
  expectAll(
    inPlace.map(({ unit }) => ({ ds_index: unit.sunum })),
    "is in none of the partitions",
  );
  const put = unitTable(units);
  const owner = param(sumid, "int8");
  // The original leaves this row to the end of the session; a crash before that would make a kept unit look like a left-over.
  const written = await sums.query(sql`
    DELETE FROM public.sum_partn_alloc a USING ${put}
     WHERE a.wd = u.wd AND a.sumid = ${owner} AND a.status = 1 RETURNING u.ds_index`);
  expectAll(written, "is not being written by this session");
  const known = await sums.query(sql`
    INSERT INTO public.sum_main AS m
           (online_loc, online_status, archive_status, offsite_ack, owning_series, storage_group, storage_set, bytes,
            ds_index, create_sumid, creat_date, access_date, username)
    SELECT wd, 'Y', 'N', 'N', ${param(series, "text")}, groups, sets, bytes,
           ds_index, ${owner}, localtimestamp(0), localtimestamp(0), ${param(user, "text")} FROM ${put}
    ON CONFLICT (ds_index) DO UPDATE SET online_loc = excluded.online_loc, online_status = 'Y', bytes = excluded.bytes,
            storage_group = excluded.storage_group, storage_set = excluded.storage_set, access_date = excluded.access_date
     WHERE m.online_status IS DISTINCT FROM 'Y' RETURNING m.ds_index`);
  expectAll(known, "is on line already");
  await sums.query(sql`
    DELETE FROM public.sum_partn_alloc a USING ${put} WHERE a.ds_index = u.ds_index AND a.status = 2`);
  // What is on tape already does not go there again.
  const toTape = sql`${param(hasTape, "bool")} AND m.archive_status IS DISTINCT FROM 'Y'`;
  await sums.query(sql`
    INSERT INTO public.sum_partn_alloc
           (wd, sumid, status, bytes, effective_date, archive_substatus, group_id, ds_index, safe_id)
    SELECT u.wd, ${owner}, CASE WHEN ${toTape} THEN ${ARCHIVE_PENDING} ELSE ${DELETE_PENDING} END, u.bytes,
           to_char(now() + make_interval(days => ${param(retentionDays(terms.retentionDays), "int4")}), 'YYYYMMDDHH24MI'),
           CASE WHEN ${toTape} THEN ${SUBSTATUS[archive]} ELSE ${SUBSTATUS["temporary+noarchive"]} END,
           u.groups, u.ds_index, 0
      FROM ${put} JOIN public.sum_main m ON m.ds_index = u.ds_index`);
}

/** The units as a table `u`. */
function unitTable(units: SealedUnits["units"]): Sql {
  const numbers = (of: (one: SealedUnits["units"][number]) => bigint) => param(units.map(of), "int8[]");
  const folders = units.map(({ unit }) => unit.folder);
  return sql`unnest(${numbers(({ unit }) => unit.sunum)}, ${param(folders, "text[]")}, ${numbers(({ bytes }) => bytes)},
    ${numbers(({ unit }) => BigInt(unit.group))}, ${numbers(({ unit }) => BigInt(unit.set))})
    AS u(ds_index, wd, bytes, groups, sets)`;
}
