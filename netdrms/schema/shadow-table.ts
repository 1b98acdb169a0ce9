import { DasError } from "../../errors/das-error.js";
import { joinSql, name, type Sql, sql } from "../database/sql.js";
import type { Series } from "../series/model.js";
import { columnType } from "./column-type.js";
import { createIndex } from "./index-name.js";
import type { Statement } from "./schema-object.js";

const MAX_NAME = 63;

/** Name of the table that keeps the latest record of each prime-key value. Source: netdrms 2.5. */
export function shadowName(table: string): string {
  return `${table}_shadow`;
}

/**
 * The statements that make the shadow table of a series, filled from the records that are there, and the trigger that keeps it;
 * none where the series has one. Writers wait meanwhile. They are for one transaction of READ COMMITTED: an older snapshot
 * would miss records of those who wrote last, unless the series was made in the same transaction.
 *
 * The key is unique but, unlike that of the original software, no primary key, so that a key of NULL can be in it (RULE of netdrms
 * 2.5: a NULL matches a NULL): without its row the record could not be found through the shadow.
 *
 * @param owner role that may write the series
 * Errors: BAD_PARAMETER for a series without prime keys, or with a name that leaves no room for the ending.
 * Source: netdrms 2.5.
 */
export function planShadow(series: Series, owner: string): readonly Statement[] {
  if (series.hasShadow) return [];
  const { namespace, table } = series;
  if (series.primeKeys.length === 0)
    throw new DasError(
      "BAD_PARAMETER",
      `series ${series.name} has no prime keys, so it has no latest records`,
    );
  if (shadowName(table).length > MAX_NAME)
    throw new DasError("BAD_PARAMETER", `the name of series ${series.name} is too long for a shadow table`);
  const shadow = name(namespace, shadowName(table));
  const keys = series.primeKeys.map(({ internal }) => ({
    column: internal.column ?? internal.name.toLowerCase(),
    type: internal.type,
  }));
  const columns = joinSql(
    keys.map(({ column }) => name(column)),
    ", ",
  );
  const definitions = keys.map(({ column, type }) => sql`${name(column)} ${columnType(type)}`);
  const step = (description: string, text: Sql): Statement => ({ place: "drms", description, sql: text });
  return [
    step(
      `writers of ${series.name} wait`,
      sql`LOCK TABLE ${name(namespace, table)} IN SHARE ROW EXCLUSIVE MODE`,
    ),
    step(
      `shadow table of ${series.name}`,
      sql`CREATE TABLE ${shadow} (${joinSql(definitions, ", ")}, nrecords integer, recnum bigint NOT NULL, UNIQUE (${columns}))`,
    ),
    step(
      `latest records of ${series.name}`,
      sql`INSERT INTO ${shadow} (${columns}, nrecords, recnum)
  SELECT ${columns}, count(*), max(recnum) FROM ${name(namespace, table)} GROUP BY ${columns}`,
    ),
    ...[...keys.map(({ column }) => column), "recnum"].map((column) =>
      step(
        `index of the shadow table on ${column}`,
        createIndex(`${shadowName(table)}_${column}`, [namespace, shadowName(table)], [column]),
      ),
    ),
    step("everybody reads it", sql`GRANT SELECT ON ${shadow} TO PUBLIC`),
    step(`${owner} writes it`, sql`GRANT SELECT, INSERT, UPDATE, DELETE ON ${shadow} TO ${name(owner)}`),
    step(
      "sumsadmin writes it when records expire",
      sql`GRANT SELECT, UPDATE, DELETE ON ${shadow} TO sumsadmin`,
    ),
    step(
      `it follows ${series.name}`,
      sql`CREATE TRIGGER updateshadowtrig AFTER INSERT OR DELETE ON ${name(namespace, table)}
  FOR EACH ROW EXECUTE FUNCTION public.updateshadow()`,
    ),
    step("statistics of it", sql`ANALYZE ${shadow}`),
  ];
}
