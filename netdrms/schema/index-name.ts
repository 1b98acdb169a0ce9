import { name, type Sql, sql } from "../database/sql.js";

/** PostgreSQL cuts longer names, and two that are cut may be the same. */
const MAX_NAME = 63;

/** CREATE INDEX on columns of a table, under that name where it is short enough, else under one that the database chooses. */
export function createIndex(
  index: string,
  table: readonly [schema: string, table: string],
  columns: readonly string[],
): Sql {
  const named = index.length <= MAX_NAME ? sql`${name(index)} ` : sql``;
  const list = columns.map((column) => name(column)).reduce((all, column) => sql`${all}, ${column}`);
  return sql`CREATE INDEX ${named}ON ${name(...table)} (${list})`;
}
