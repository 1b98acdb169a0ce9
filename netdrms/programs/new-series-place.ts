import { DasError } from "../../errors/das-error.js";
import type { Database } from "../database/database.js";
import { name, param, sql } from "../database/sql.js";
import type { SeriesName } from "../series/names.js";

/** What is where a series is to be made. */
export interface NewSeriesPlace {
  /** The user who makes it. */
  readonly user: string;
  /** Local time of the database, `YYYY-MM-DD hh:mm:ss`. */
  readonly now: string;
  /** Role that owns the namespace. */
  readonly namespaceOwner: string;
  /** Whether there is a series of that name. */
  readonly isTaken: boolean;
  /** Records of the series that is there. */
  readonly records: bigint;
}

/**
 * Looks where a series is to be made.
 *
 * Errors: BAD_PARAMETER for a namespace that the archive does not have, and a table of that name that is no series; FORBIDDEN where the user may
 * not make series; those of {@link Database}. Source: netdrms 2.2, 2.3.
 */
export async function newSeriesPlace(
  database: Database,
  { name: series, namespace, table }: SeriesName,
): Promise<NewSeriesPlace> {
  const [space] = await database.query(sql`
    SELECT owner, current_user::text AS user, LOCALTIMESTAMP(0)::text AS now,
           has_schema_privilege(n.oid, 'CREATE') AND has_table_privilege(m.oid, 'INSERT') AS allowed
      FROM admin.ns JOIN pg_namespace n ON n.nspname = lower(ns.name)
      LEFT JOIN pg_class m ON m.relnamespace = n.oid AND m.relname = 'drms_series'
     WHERE lower(ns.name) = ${param(namespace, "text")}`);
  if (space === undefined)
    throw new DasError(
      "BAD_PARAMETER",
      `series ${series}: namespace ${namespace}, expected one of the archive`,
    );
  const namespaceOwner = String(space.owner);
  if (space.allowed !== true)
    throw new DasError(
      "FORBIDDEN",
      `namespace ${namespace} belongs to ${namespaceOwner}; this user may not make series in it`,
    );
  const place = { user: String(space.user), now: String(space.now), namespaceOwner };
  const [found] = await database.query(sql`
    SELECT to_regclass(${param(`${namespace}.${table}`, "text")}) IS NOT NULL AS has_table,
           EXISTS (SELECT FROM ${name(namespace, "drms_series")} WHERE lower(seriesname) = lower(${param(series, "text")})) AS taken`);
  if (found?.taken !== true) {
    if (found?.has_table === true)
      throw new DasError("BAD_PARAMETER", `${series} is a table that is no series, expected another name`);
    return { ...place, isTaken: false, records: 0n };
  }
  if (found.has_table !== true) return { ...place, isTaken: true, records: 0n };
  const [counted] = await database.query(sql`SELECT count(*) AS n FROM ${name(namespace, table)}`);
  return { ...place, isTaken: true, records: BigInt(String(counted?.n ?? 0)) };
}
