import { DasError } from "../../errors/das-error.js";
import type { ConnectionPool } from "../database/connection-pool.js";
import type { Database } from "../database/database.js";
import { param, sql } from "../database/sql.js";
import type { NewUnit } from "./allocate.js";
import { partitionFolders } from "./partitions.js";
import { textField } from "./row-fields.js";
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

/** A unit whose folder is sealed, and its terms. */
export interface SealedUnit {
  readonly unit: NewUnit;
  readonly bytes: bigint;
  readonly terms: PutTerms;
}

/** State and substate codes of netdrms 3.5. */
const SUBSTATUS = { "permanent+archive": 64, "temporary+noarchive": 32, "temporary+archive": 128 } as const;
const DELETE_PENDING = 2;
const ARCHIVE_PENDING = 4;

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
  sealed: readonly SealedUnit[],
): Promise<void> {
  for (const { terms } of sealed) checkTerms(terms);
  await changeSums(pool, async (sums) => {
    const partitions = await partitionFolders(sums);
    for (const one of sealed) await putOne(sums, sumid, one, partitions);
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

async function putOne(
  sums: Database,
  sumid: bigint,
  { unit: { sunum, folder, set, group }, bytes, terms }: SealedUnit,
  partitions: ReadonlySet<string>,
): Promise<void> {
  const { series, archive, hasTape, user } = terms;
  const failed = (problem: string): DasError =>
    new DasError("ARCHIVE_FAILED", `storage unit ${sunum} ${problem}`, { folder, sumid });
  if (!isUnitFolder(folder, sunum, partitions)) throw failed("is in none of the partitions");
  // The original leaves this row to the end of the session; a crash before that would make a kept unit look like a left-over.
  const written = await sums.query(sql`
    DELETE FROM public.sum_partn_alloc
     WHERE wd = ${param(folder, "text")} AND sumid = ${param(sumid, "int8")} AND status = 1 RETURNING wd`);
  if (written.length === 0) throw failed("is not being written by this session");
  const number = param(sunum, "int8");
  const wd = param(folder, "text");
  const owner = param(sumid, "int8");
  const size = param(bytes, "int8");
  const groupId = param(group, "int4");
  const [main] = await sums.query(sql`
    INSERT INTO public.sum_main AS m
           (online_loc, online_status, archive_status, offsite_ack, owning_series, storage_group, storage_set, bytes,
            ds_index, create_sumid, creat_date, access_date, username)
    VALUES (${wd}, 'Y', 'N', 'N', ${param(series, "text")}, ${groupId}, ${param(set, "int4")}, ${size},
            ${number}, ${owner}, localtimestamp(0), localtimestamp(0), ${param(user, "text")})
    ON CONFLICT (ds_index) DO UPDATE SET online_loc = excluded.online_loc, online_status = 'Y', bytes = excluded.bytes,
            storage_group = excluded.storage_group, storage_set = excluded.storage_set, access_date = excluded.access_date
     WHERE m.online_status IS DISTINCT FROM 'Y' RETURNING m.archive_status`);
  if (main === undefined) throw failed("is on line already");
  await sums.query(
    sql`DELETE FROM public.sum_partn_alloc WHERE ds_index = ${number} AND status = ${param(DELETE_PENDING, "int4")}`,
  );
  // What is on tape already does not go there again.
  const toTape = hasTape && textField(main, "archive_status") !== "Y";
  await sums.query(sql`
    INSERT INTO public.sum_partn_alloc
           (wd, sumid, status, bytes, effective_date, archive_substatus, group_id, ds_index, safe_id)
    VALUES (${wd}, ${owner}, ${param(toTape ? ARCHIVE_PENDING : DELETE_PENDING, "int4")}, ${size},
            to_char(now() + make_interval(days => ${param(retentionDays(terms.retentionDays), "int4")}), 'YYYYMMDDHH24MI'),
            ${param(toTape ? SUBSTATUS[archive] : SUBSTATUS["temporary+noarchive"], "int4")}, ${groupId}, ${number}, 0)`);
}
