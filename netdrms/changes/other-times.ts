import type { Database } from "../database/database.js";
import { joinSql, name, param, type Sql, sql } from "../database/sql.js";
import { columnType } from "../schema/column-type.js";
import type { LinkStep } from "../series/link-target.js";
import type { Keyword, Series } from "../series/model.js";
import type { RecordChange } from "./record-change.js";

/** Times that one question may have for an answer. */
export const MAX_TIMES = 10_000;

/** Values of a time keyword, DRMS times, `null` for SQL NULL; `undefined`: more than {@link MAX_TIMES}. */
export type FoundTimes = readonly (number | null)[] | undefined;

/**
 * The times of all records that lie in slots now, of whatever version and other prime keys.
 * @param key number of the prime key with the slots
 * Errors: those of {@link Database}.
 */
export async function timesOfSlots(
  database: Database,
  { namespace, table, primeKeys }: Series,
  key: number,
  slots: readonly bigint[],
): Promise<FoundTimes> {
  const { external, internal } = primeKeys[key] ?? {};
  if (external?.column === undefined || internal?.column === undefined) return undefined;
  return timesWhere(
    database,
    sql`${name("s", external.column)}`,
    sql`${name(namespace, table)} AS s`,
    sql`${name("s", internal.column)} = ANY(${param(slots, "int8[]")})`,
  );
}

/**
 * The times of the records whose link leads to records that have changed; none of them has to be there any more. Nothing helps the database to
 * find them but what indexes the site has.
 *
 * @param time a keyword with a column of the series that has the link
 * @param changes of the series to which the link leads; those of many records, which do not say which, give `undefined`
 * Errors: those of {@link Database}.
 */
export async function timesOfLinking(
  database: Database,
  { from, link }: LinkStep,
  time: Keyword,
  changes: readonly RecordChange[],
): Promise<FoundTimes> {
  if (time.column === undefined || changes.some(({ recnum }) => recnum === undefined)) return undefined;
  const selected = sql`${name("s", time.column)}`;
  const table = sql`${name(from.namespace, from.table)} AS s`;
  if (link.kind === "static") {
    const recnums = changes.flatMap(({ recnum }) => (recnum === undefined ? [] : [recnum]));
    return timesWhere(
      database,
      selected,
      table,
      sql`${name("s", link.column)} = ANY(${param(recnums, "int8[]")})`,
    );
  }
  // NULL leads nowhere, and without keys a link does.
  const keys = changes.flatMap(({ keys: texts }) => (isWhole(texts, link.keys.length) ? [texts] : []));
  if (link.keys.length === 0 || keys.length === 0) return [];
  const arrays = link.keys.map(
    (_, n): Sql =>
      sql`${param(
        keys.map((texts) => texts[n] ?? ""),
        "text[]",
      )}`,
  );
  const names = link.keys.map((_, n) => name(`k${n}`));
  const casts = link.keys.map(({ type }, n): Sql => sql`${names[n]!}::${columnType(type)}`);
  return timesWhere(
    database,
    selected,
    table,
    sql`${name("s", link.setColumn)} <> 0 AND (${joinSql(
      link.keys.map(({ column }) => name("s", column)),
      ", ",
    )}) IN
      (SELECT ${joinSql(casts, ", ")} FROM unnest(${joinSql(arrays, ", ")}) AS changed(${joinSql(names, ", ")}))`,
  );
}

function isWhole(keys: readonly (string | null)[] | undefined, count: number): keys is readonly string[] {
  return keys !== undefined && keys.length === count && !keys.includes(null);
}

async function timesWhere(database: Database, time: Sql, table: Sql, condition: Sql): Promise<FoundTimes> {
  const rows = await database.query(
    sql`SELECT DISTINCT ${time} AS at FROM ${table} WHERE ${condition} LIMIT ${param(MAX_TIMES + 1, "int4")}`,
  );
  if (rows.length > MAX_TIMES) return undefined;
  return rows.map(({ at }) => (typeof at === "number" ? at : null));
}
