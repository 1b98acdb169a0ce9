import { joinSql, name, param, type Sql, sql } from "../database/sql.js";
import type { Series } from "../series/model.js";
import type { KeyFilter, KeyRange, KeyValue, RecnumRange, Stride } from "./record-set-query.js";

/** How near to a whole number of steps a value has to be, in steps. RULE. Source: netdrms 4.4. */
const STEP_TOLERANCE = 1e-6;

/** A column in conditions, and where its smallest and largest values are looked up. */
interface Compared {
  readonly column: Sql;
  /** A scalar sub-select: the smallest or largest value among what `^` and `$` count in. */
  extreme(which: "first" | "last"): Sql;
  /** A scalar sub-select: the smallest value of the whole series, from which strides without a begin count. */
  smallest(): Sql;
}

/** The columns of the internal prime keys, in order. */
export function keyColumns(series: Series): readonly string[] {
  return series.primeKeys.map(({ internal }) => internal.column!); // a prime key has one
}

/** The table of a series. */
export function seriesTable(series: Series): Sql {
  return name(series.namespace, series.table);
}

/** The table that holds every prime-key value: the shadow table with one row for each, where the series has one. */
function keysTable(series: Series): Sql {
  return series.hasShadow ? name(series.namespace, `${series.table}_shadow`) : seriesTable(series);
}

/**
 * One condition for each filter on prime keys.
 *
 * `^` and `$` take the smallest or largest value of their key among the records that the filters before select. Conditions on prime
 * keys alone hold for all versions of a record or for none, so that the versions need not be told apart for that. They are scalar
 * sub-selects, which PostgreSQL evaluates once and, along an index that begins with the keys before, from one entry of it.
 *
 * @param filters in the order of the keys
 * @param alias of a table with the columns of the internal prime keys
 * Source: netdrms 4.3, 4.4, 4.5.
 */
export function keyConditions(series: Series, filters: readonly KeyFilter[], alias: string): readonly Sql[] {
  return filters.map(({ key, ranges }, n) => {
    const column = keyColumns(series)[key]!; // the filter was made for the series
    return anyOf(ranges, {
      column: name(alias, column),
      extreme: (which) => extremeOf(series, column, which, filters.slice(0, n)),
      smallest: () => extremeOf(series, column, "first", []),
    });
  });
}

function extremeOf(
  series: Series,
  column: string,
  which: "first" | "last",
  within: readonly KeyFilter[],
): Sql {
  const value = name("k", column);
  const extreme = which === "first" ? sql`min(${value})` : sql`max(${value})`;
  return sql`(SELECT ${extreme} FROM ${keysTable(series)} AS k${whereSql(keyConditions(series, within, "k"))})`;
}

/** The condition that a recnum filter is. Source: netdrms 4.2. */
export function recnumCondition(series: Series, ranges: readonly RecnumRange[], alias: string): Sql {
  const extreme = (which: "first" | "last"): Sql => {
    const value = which === "first" ? sql`min(k.recnum)` : sql`max(k.recnum)`;
    return sql`(SELECT ${value} FROM ${seriesTable(series)} AS k)`;
  };
  return anyOf(ranges, { column: name(alias, "recnum"), extreme, smallest: () => extreme("first") });
}

/** ` WHERE …` with all conditions; nothing where there are none. */
export function whereSql(conditions: readonly Sql[]): Sql {
  return conditions.length === 0 ? sql`` : sql` WHERE ${joinSql(conditions, " AND ")}`;
}

/** The condition that any of the ranges holds; single values are looked up together. */
function anyOf(ranges: readonly KeyRange[], compared: Compared): Sql {
  const values = ranges.flatMap((range) => (range.kind === "value" ? [range.value] : []));
  const others = ranges.filter((range) => range.kind !== "value");
  const conditions = [
    ...(values.length === 0 ? [] : [isOneOf(compared.column, values)]),
    ...others.map((range) => rangeCondition(range, compared)),
  ];
  return conditions.length === 1 ? conditions[0]! : sql`(${joinSql(conditions, " OR ")})`;
}

function isOneOf(column: Sql, values: readonly KeyValue[]): Sql {
  const [first, ...more] = values;
  if (more.length === 0) return sql`${column} = ${valueSql(first!)}`;
  const whole = values.filter((value) => typeof value === "bigint");
  if (whole.length === values.length) return sql`${column} = ANY(${param(whole, "int8[]")})`;
  const texts = values.filter((value) => typeof value === "string");
  if (texts.length === values.length) return sql`${column} = ANY(${param(texts, "text[]")})`;
  return sql`${column} IN (${joinSql(values.map(valueSql), ", ")})`;
}

function rangeCondition(range: Exclude<KeyRange, { kind: "value" }>, compared: Compared): Sql {
  const { column } = compared;
  if (range.kind !== "range") return sql`${column} = ${compared.extreme(range.kind)}`;
  const { from, to, closed, stride } = range;
  const conditions = [
    ...(from === undefined ? [] : [sql`${column} >= ${valueSql(from)}`]),
    ...(to === undefined
      ? []
      : [closed ? sql`${column} <= ${valueSql(to)}` : sql`${column} < ${valueSql(to)}`]),
    ...(stride === undefined ? [] : [strideCondition(stride, compared)]),
  ];
  if (conditions.length === 0) return sql`${param(true, "bool")}`;
  return conditions.length === 1 ? conditions[0]! : sql`(${joinSql(conditions, " AND ")})`;
}

/**
 * (k - start) % every = 0 in forms that stay within 64 bits whatever the column holds: `(k % every - start % every) % every = 0`.
 * For reals `abs(q - round(q)) < tol`, and `q - every * floor(q / every) = 0` with the rounded q = (k - start) / step, which is a
 * remainder without a type that could overflow.
 */
function strideCondition(stride: Stride, { column, smallest }: Compared): Sql {
  switch (stride.kind) {
    case "whole": {
      const { start, every } = stride;
      const step = param(every, "int8");
      const offset =
        start === undefined ? sql`${smallest()} % ${step}` : sql`${param(start % every, "int8")}`;
      return sql`(${column} % ${step} - ${offset}) % ${step} = 0`;
    }
    case "near": {
      const q = sql`(${column} - ${param(stride.start, "float8")}) / ${param(stride.step, "float8")}`;
      return sql`abs(${q} - round(${q})) < ${param(STEP_TOLERANCE, "float8")}`;
    }
    case "grid": {
      const start = stride.start === undefined ? smallest() : sql`${param(stride.start, "float8")}`;
      const q = sql`round((${column}::float8 - ${start}::float8) / ${param(stride.step, "float8")})`;
      const every = param(Number(stride.every), "float8");
      return sql`${q} - ${every} * floor(${q} / ${every}) = 0`;
    }
    default:
      return stride satisfies never;
  }
}

/** A value beside a column: PostgreSQL compares all whole numbers with int8, both sizes of reals with float8, along an index. */
function valueSql(value: KeyValue): Sql {
  switch (typeof value) {
    case "bigint":
      return sql`${param(value, "int8")}`;
    case "number":
      return sql`${param(value, "float8")}`;
    default:
      return sql`${param(value, "text")}`;
  }
}
