import { joinSql, name, param, type Sql, sql } from "../database/sql.js";
import type { Series } from "../series/model.js";
import { columnName } from "../series/names.js";
import { columnType } from "./column-type.js";
import { createIndex } from "./index-name.js";
import { masterRows } from "./master-rows.js";
import type { Statement } from "./schema-object.js";

/** Most prime keys that get an index together. Source: netdrms 2.4. */
const MAX_COMPOSITE_KEYS = 5;

/** Name of the sequence that record numbers of a series are taken from. Source: netdrms 2.4. */
export function recordSequence(table: string): string {
  return columnName(`${table}_seq`);
}

/**
 * The statements that make a series: table, indexes, sequence, privileges and rows in the master tables of its namespace, which
 * must exist. The shadow table is another plan.
 * @param owner role that owns the namespace (`admin.ns`)
 * Errors: ARCHIVE_FAILED for a name that is none. Source: netdrms 2.3, 2.4.
 */
export function planSeries(series: Series, owner: string): readonly Statement[] {
  const { namespace, table } = series;
  const [records, sequence] = [name(namespace, table), name(namespace, recordSequence(table))];
  const step = (description: string, text: Sql): Statement => ({ place: "drms", description, sql: text });
  return [
    step(
      `table of series ${series.name}`,
      sql`CREATE TABLE ${records} (
  ${joinSql(columnsOf(series), ", ")},
  PRIMARY KEY (recnum))`,
    ),
    ...indexesOf(series).map((text) => step(`index of series ${series.name}`, text)),
    step(`record numbers of series ${series.name}`, sql`CREATE SEQUENCE ${sequence}`),
    step(`everybody reads ${series.name}`, sql`GRANT SELECT ON ${records}, ${sequence} TO PUBLIC`),
    step(`sumsadmin deletes expired records of ${series.name}`, sql`GRANT DELETE ON ${records} TO sumsadmin`),
    step(
      `${owner} writes ${series.name}`,
      sql`GRANT SELECT, INSERT, UPDATE, DELETE ON ${records} TO ${name(owner)}`,
    ),
    step(
      `${owner} takes record numbers of ${series.name}`,
      sql`GRANT UPDATE ON ${sequence} TO ${name(owner)}`,
    ),
    ...masterRows(series).map(([what, text]) => step(`${what} of series ${series.name}`, text)),
  ];
}

/** Source: netdrms 2.4. */
function columnsOf(series: Series): readonly Sql[] {
  return [
    sql`recnum bigint NOT NULL, sunum bigint, slotnum integer`,
    sql`sessionid bigint, sessionns text`,
    ...series.links.flatMap((link) =>
      link.kind === "static"
        ? [sql`${name(link.column)} bigint`]
        : // The columns of a target without prime keys would find nothing.
          [
            ...(link.keys.length === 0 ? [] : [sql`${name(link.setColumn)} int4 DEFAULT 0`]),
            ...link.keys.map(({ column, type }) => sql`${name(column)} ${columnType(type)}`),
          ],
    ),
    ...series.keywords.flatMap(({ column, type }) =>
      column === undefined ? [] : [sql`${name(column)} ${columnType(type)}`],
    ),
    ...series.segments.flatMap(({ fileColumn, axisColumns }) => [
      sql`${name(fileColumn)} text`,
      ...axisColumns.map((column) => sql`${name(column)} integer`),
    ]),
  ];
}

function indexesOf({ namespace, table, primeKeys, dbIndex }: Series): readonly Sql[] {
  const at = [namespace, table] as const;
  if (dbIndex.length > 0)
    return dbIndex.map((keyword) => {
      const column = columnName(keyword);
      return createIndex(`${table}_${column}`, at, [column]);
    });
  if (primeKeys.length === 0 || primeKeys.length > MAX_COMPOSITE_KEYS) return [];
  return [
    createIndex(
      `${table}_prime_idx`,
      at,
      primeKeys.map(({ internal }) => columnName(internal.name)),
    ),
  ];
}

/**
 * The statements that take a series away: its rows in the master tables, its table with whatever hangs on it, its shadow and
 * manifest tables and its sequence. Storage units are another matter (netdrms 3.6).
 */
export function planSeriesRemoval(series: Series): readonly Statement[] {
  const { namespace, table } = series;
  const step = (description: string, text: Sql): Statement => ({ place: "drms", description, sql: text });
  const tables = [table, columnName(`${table}_shadow`), columnName(`${table}_manifest`)];
  return [
    ...["drms_link", "drms_segment", "drms_keyword", "drms_series"].map((master) =>
      step(
        `${master} forgets ${series.name}`,
        sql`DELETE FROM ${name(namespace, master)} WHERE lower(seriesname) = lower(${param(series.name, "text")})`,
      ),
    ),
    ...tables.map((dropped) =>
      step(`no table ${dropped}`, sql`DROP TABLE IF EXISTS ${name(namespace, dropped)}`),
    ),
    step("no record numbers", sql`DROP SEQUENCE IF EXISTS ${name(namespace, recordSequence(table))}`),
  ];
}
