import { type Sql, sql } from "../database/sql.js";
import type { DrmsType } from "../values/drms-type.js";

/** Column types as text of a statement. Source: netdrms 1.3. */
const COLUMN_SQL = {
  char: sql`char`,
  short: sql`int2`,
  int: sql`int4`,
  longlong: sql`int8`,
  float: sql`float4`,
  double: sql`float8`,
  time: sql`float8`,
  string: sql`text`,
} as const satisfies Record<DrmsType, Sql>;

/** The type of a keyword's column, as CREATE TABLE takes it. Source: netdrms 1.3. */
export function columnType(type: DrmsType): Sql {
  return COLUMN_SQL[type];
}
