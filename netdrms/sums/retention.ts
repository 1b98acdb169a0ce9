import type { Database } from "../database/database.js";
import { EMPTY_SQL, name, param, type Sql, sql } from "../database/sql.js";
import { splitSeriesName } from "../series/names.js";
import { retentionDays } from "./put-unit.js";
import { bigintField, textField } from "./row-fields.js";

/** Days that a unit which is touched stays beyond what was asked. Source: netdrms 3.6. */
const GRACE_DAYS = 3;

// Rows of units that are being written (state 1) have ds_index 0, which may be the number of another unit.

/** Units changed by one statement. */
const BATCH = 32_768;

/**
 * Keeps units that are on line for longer, or for another time.
 *
 * @param days negative (-0 too), -n: at least n days from now (those that would go earlier are kept for n + 3 days); n, 0 too: exactly
 *   n + 3 days from now, which may be shorter than before and which only the owner of the series may ask for, see
 *   {@link mayShorten}; for others a reader passes -n
 * @returns the units that were changed; not those that are off line, unknown or negative. Rows of readers (state 8) stay.
 * Errors: BAD_PARAMETER for more than 32767 days; those of {@link Database}.
 * Source: netdrms 3.6, 6.
 */
export async function touchUnits(
  sums: Database,
  sunums: readonly bigint[],
  days: number,
): Promise<ReadonlySet<bigint>> {
  const magnitude = retentionDays(days);
  const keepsLonger = days < 0 || Object.is(days, -0);
  const touched = new Set<bigint>();
  for (let begin = 0; begin < sunums.length; begin += BATCH) {
    const batch = sunums.slice(begin, begin + BATCH);
    const rows = await sums.query(sql`
      UPDATE public.sum_partn_alloc a SET effective_date = ${dateIn(magnitude + GRACE_DAYS)}
        FROM public.sum_main m
       WHERE m.ds_index = a.ds_index AND m.online_status = 'Y' AND a.ds_index = ANY(${param(batch, "int8[]")})
         AND a.status NOT IN (1, 8) ${keepsLonger ? sql`AND ${endsBefore(magnitude)}` : EMPTY_SQL}
      RETURNING a.ds_index`);
    for (const row of rows) touched.add(bigintField(row, "ds_index"));
  }
  return touched;
}

function dateIn(days: number): Sql {
  return sql`to_char(now() + make_interval(days => ${param(days, "int4")}), 'YYYYMMDDHH24MI')`;
}

/** A date that is not set counts as past, as it is presented. Source: netdrms 3.4, 3.6. */
function endsBefore(days: number): Sql {
  return sql`(coalesce(a.effective_date, '0') = '0' OR a.effective_date < ${dateIn(days)})`;
}

/**
 * Whether the user of this connection may have units of a series removed earlier: the owner of the series, and whoever belongs to
 * `sumsadmin`. Nobody but those for a series that is not known.
 * Errors: those of {@link Database}. Source: netdrms 2.1, 3.6.
 */
export async function mayShorten(drms: Database, series: string): Promise<boolean> {
  const [role] = await drms.query(sql`
    SELECT current_user::text AS name, EXISTS (SELECT 1 FROM pg_roles
           WHERE rolname = 'sumsadmin' AND pg_has_role(current_user, oid, 'member')) AS production`);
  if (role?.production === true) return true;
  const owner = await seriesOwner(drms, series);
  return owner !== undefined && role !== undefined && owner === textField(role, "name").toLowerCase();
}

async function seriesOwner(drms: Database, series: string): Promise<string | undefined> {
  const parts = splitSeriesName(series);
  if (parts === undefined) return undefined;
  const [row] = await drms.query(sql`
    SELECT to_regclass(${param(`${parts.namespace}.drms_series`, "text")}) IS NOT NULL AS here`);
  if (row?.here !== true) return undefined;
  const [found] = await drms.query(
    sql`SELECT owner FROM ${name(parts.namespace, "drms_series")} WHERE lower(seriesname) = lower(${param(series, "text")})`,
  );
  return found === undefined ? undefined : textField(found, "owner").toLowerCase();
}

/**
 * Gives up units, such as those of a series that was dropped: the next purge that needs the room takes them. What readers hold (state 8)
 * stays as long as they do.
 *
 * @param putBy only those that this session put
 * @returns the units that are given up
 * Errors: those of {@link Database}. Source: netdrms 3.6, 8.
 */
export async function giveUpUnits(
  sums: Database,
  sunums: readonly bigint[],
  putBy?: bigint,
): Promise<ReadonlySet<bigint>> {
  const owner = putBy === undefined ? EMPTY_SQL : sql`AND a.sumid = ${param(putBy, "int8")}`;
  const rows = await sums.query(sql`
    UPDATE public.sum_partn_alloc a SET status = 2, effective_date = '0'
      FROM public.sum_main m
     WHERE m.ds_index = a.ds_index AND a.status NOT IN (1, 8)
       AND m.ds_index = ANY(${param(sunums, "int8[]")}) ${owner}
    RETURNING a.ds_index`);
  return new Set(rows.map((row) => bigintField(row, "ds_index")));
}
