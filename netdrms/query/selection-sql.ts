import { joinSql, name, param, type Sql, sql } from "../database/sql.js";
import { columnsOf } from "./filter/expression.js";
import { expressionSql } from "./filter/print-expression.js";
import { keyColumns, keyConditions, recnumCondition, seriesTable, whereSql } from "./key-sql.js";
import type { Selection } from "./plan-selection.js";
import type { KeyFilter } from "./record-set-query.js";

// Tables are called r (the records), v (other versions of them) and k (where keys are looked up). Texts of the request are in no
// statement: conditions are printed from their trees, values are parameters.

/**
 * The columns by which the records of a selection are in order, ascending, and by which no two of them are alike: the internal prime
 * keys, with the recnum where a key has several versions. Keys of which the filters leave one value are left out, since PostgreSQL
 * would not know behind a sub-select that there is nothing to sort.
 * Source: netdrms 4.6.
 */
export function orderColumns(selection: Selection): readonly string[] {
  return selection.latest ? tellingKeys(selection) : [...tellingKeys(selection), "recnum"];
}

/** The keys that can differ among the records of a selection; all of them where none can. */
function tellingKeys({ series, keyFilters }: Selection): readonly string[] {
  const keys = keyColumns(series);
  const fixed = new Set(keyFilters.filter(isOneValue).map(({ key }) => keys[key]));
  const telling = keys.filter((key) => !fixed.has(key));
  return telling.length > 0 ? telling : keys;
}

function isOneValue({ ranges }: KeyFilter): boolean {
  return ranges.length === 1 && ranges[0]?.kind !== "range";
}

/**
 * A SELECT of the selected records in the order of {@link orderColumns}, to be used as `FROM (…) AS r`.
 *
 * @param columns of the series table, in the order wanted; each once
 * Source: netdrms 4.6, 4.7.
 */
export function selectionSql(selection: Selection, columns: readonly string[]): Sql {
  const order = orderColumns(selection);
  const { limit } = selection;
  if (limit >= 0)
    return sql`${recordsSql(selection, columns)} ORDER BY ${orderSql(order, "up")}${limitSql(limit)}`;
  // The last records come first, and are turned round.
  const inner = [...new Set([...columns, ...order])];
  const last = sql`${recordsSql(selection, inner)} ORDER BY ${orderSql(order, "down")}${limitSql(-limit)}`;
  return sql`SELECT ${columnList(columns)} FROM (${last}) AS r ORDER BY ${orderSql(order, "up")}`;
}

/** A way to read all versions of records, those of one prime-key value side by side. */
export interface VersionsByKey {
  /** The columns that tell the values apart, by which they are in order. */
  readonly keys: readonly string[];
  /** The SELECT, to be used as `FROM (…) AS r`; columns of the series table, each once. */
  select(columns: readonly string[]): Sql;
}

/**
 * All versions of the records of a selection of the latest ones, for who leaves the older ones out by itself. `undefined` where the
 * database has to choose, since conditions and limits come behind the rule, and for any other selection. Source: netdrms 4.6.
 */
export function versionsByKeySql(selection: Selection): VersionsByKey | undefined {
  if (!selection.latest || selection.conditions.length > 0 || selection.limit !== 0) return undefined;
  const keys = tellingKeys(selection);
  return {
    keys,
    select: (columns) => sql`${versionsSql(selection, columns)} ORDER BY ${orderSql(keys, "up")}`,
  };
}

/** A SELECT of one row with the number of selected records, `count` (int8). Source: netdrms 4.7. */
export function countSql(selection: Selection): Sql {
  const { series, conditions, latest, limit } = selection;
  const where = whereSql(keyConditions(series, selection.keyFilters, "r"));
  const keys = columnList(keyColumns(series));
  // Every prime-key value has one latest version, so that values are counted.
  const records =
    !latest || conditions.length > 0
      ? recordsSql(selection, ["recnum"])
      : series.hasShadow
        ? sql`SELECT r.recnum FROM ${shadowTable(selection)} AS r${where}`
        : sql`SELECT DISTINCT ${keys} FROM ${seriesTable(series)} AS r${where}`;
  return sql`SELECT count(*) AS count FROM (${records}${limitSql(Math.abs(limit))}) AS r`;
}

/** The selected records without order and limit, in the way that the selection makes fastest. */
function recordsSql(selection: Selection, columns: readonly string[]): Sql {
  if (!selection.latest) return versionsSql(selection, columns);
  if (selection.keyFilters.length > 0 || selection.conditions.length === 0)
    return latestOfRange(selection, columns);
  return selection.series.hasShadow ? latestByShadow(selection, columns) : latestByOthers(selection, columns);
}

/** Every version. */
function versionsSql(
  { series, keyFilters, recnums, conditions }: Selection,
  columns: readonly string[],
): Sql {
  const all = [
    ...keyConditions(series, keyFilters, "r"),
    ...(recnums === undefined ? [] : [recnumCondition(series, recnums, "r")]),
    ...conditions.map((condition) => expressionSql(condition, "r")),
  ];
  return sql`SELECT ${columnList(columns)} FROM ${seriesTable(series)} AS r${whereSql(all)}`;
}

/**
 * One pass along the index over the prime keys, in which the first row of each value is its latest version; conditions come after
 * that, so that a superseded version that meets them does not count. With a limit it stops early. Some four times as fast as a join
 * with `SELECT max(recnum) … GROUP BY`, and two to four times as fast as one with a shadow table, even of five versions each. The
 * rows are sorted in a sub-select of their own since servers before 16 would not use the index for DISTINCT ON itself.
 */
function latestOfRange(selection: Selection, columns: readonly string[]): Sql {
  const { series, keyFilters, conditions, limit } = selection;
  const keys = tellingKeys(selection);
  const needed = columnList([...new Set([...columns, ...keys, "recnum", ...conditions.flatMap(columnsOf)])]);
  const order = sql`${orderSql(keys, limit < 0 ? "down" : "up")}, r.recnum DESC`;
  const sorted = sql`SELECT ${needed} FROM ${seriesTable(series)} AS r${whereSql(keyConditions(series, keyFilters, "r"))} ORDER BY ${order}`;
  const latest = sql`SELECT DISTINCT ON (${columnList(keys)}) ${needed} FROM (${sorted}) AS r ORDER BY ${order}`;
  const where = whereSql(conditions.map((condition) => expressionSql(condition, "r")));
  return sql`SELECT ${columnList(columns)} FROM (${latest}) AS r${where}`;
}

/** Conditions alone, which may have an index of their own: the shadow table says which of the rows that meet them are the latest. */
function latestByShadow(selection: Selection, columns: readonly string[]): Sql {
  const { series, conditions } = selection;
  const where = whereSql(conditions.map((condition) => expressionSql(condition, "r")));
  return sql`SELECT ${columnList(columns)} FROM ${seriesTable(series)} AS r JOIN ${shadowTable(selection)} AS v ON v.recnum = r.recnum${where}`;
}

/**
 * Conditions alone, without a shadow table: rows that meet them and have no newer version. That is looked up with `=`, which can use
 * indexes; keys that are NULL count as equal and are looked up apart, in a sub-select that only runs if there are any.
 */
function latestByOthers({ series, conditions }: Selection, columns: readonly string[]): Sql {
  const keys = keyColumns(series);
  const table = seriesTable(series);
  const same = joinSql(
    keys.map((key) => sql`${name("v", key)} = ${name("r", key)}`),
    " AND ",
  );
  const known = joinSql(
    keys.map((key) => sql`${name("r", key)} IS NOT NULL`),
    " AND ",
  );
  const unknown = joinSql(
    keys.map((key) => sql`${name("v", key)} IS NULL`),
    " OR ",
  );
  const groups = joinSql(
    keys.map((key) => name("v", key)),
    ", ",
  );
  const all = [
    ...conditions.map((condition) => expressionSql(condition, "r")),
    sql`NOT EXISTS (SELECT FROM ${table} AS v WHERE ${same} AND v.recnum > r.recnum)`,
    sql`((${known}) OR r.recnum IN (SELECT max(v.recnum) FROM ${table} AS v WHERE ${unknown} GROUP BY ${groups}))`,
  ];
  return sql`SELECT ${columnList(columns)} FROM ${table} AS r${whereSql(all)}`;
}

function shadowTable({ series }: Selection): Sql {
  return name(series.namespace, `${series.table}_shadow`);
}

function columnList(columns: readonly string[]): Sql {
  return joinSql(
    columns.map((column) => name("r", column)),
    ", ",
  );
}

function orderSql(columns: readonly string[], direction: "up" | "down"): Sql {
  const sorted = columns.map((column) =>
    direction === "up" ? name("r", column) : sql`${name("r", column)} DESC`,
  );
  return joinSql(sorted, ", ");
}

function limitSql(limit: number): Sql {
  return limit === 0 ? sql`` : sql` LIMIT ${param(BigInt(limit), "int8")}`;
}
