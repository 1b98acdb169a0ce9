import { DasError } from "../../errors/das-error.js";
import type { Database } from "../database/database.js";
import { joinSql, name, param, type Sql, sql } from "../database/sql.js";
import { columnType } from "../schema/column-type.js";
import type { Series } from "../series/model.js";
import type { TableColumn } from "./table-column.js";

/** Rows of one statement. */
const ROWS_AT_ONCE = 1000;
/** Characters of the values of one statement: it has to fit a message of the session server, escapes and all. */
const CHARACTERS_AT_ONCE = 1 << 20;
/** Characters of one row. */
const MAX_ROW_CHARACTERS = 1 << 20;

/**
 * Adds rows to the table of a series, some hundred with each statement.
 *
 * @param columns all with the same number of values
 * Errors: BAD_PARAMETER for a row that is too long; those of {@link Database}. Source: netdrms 2.4.
 */
export async function insertRows(
  database: Database,
  series: Series,
  columns: readonly TableColumn[],
): Promise<void> {
  for (const [begin, end] of portions(columns)) await database.query(insertion(series, columns, begin, end));
}

function* portions(columns: readonly TableColumn[]): Generator<readonly [begin: number, end: number]> {
  const rows = columns[0]?.values.length ?? 0;
  let begin = 0;
  let characters = 0;
  for (let row = 0; row < rows; row++) {
    const own = columns.reduce((all, { values }) => all + (values[row]?.length ?? 0), 0);
    if (own > MAX_ROW_CHARACTERS)
      throw new DasError(
        "BAD_PARAMETER",
        `record ${row + 1} has ${own} characters of values, expected at most ${MAX_ROW_CHARACTERS}`,
      );
    if (row - begin === ROWS_AT_ONCE || characters + own > CHARACTERS_AT_ONCE) {
      if (row > begin) yield [begin, row];
      begin = row;
      characters = 0;
    }
    characters += own;
  }
  if (rows > begin) yield [begin, rows];
}

/** One array for each column, whose elements are texts: values of all types travel alike, and exactly. */
function insertion(series: Series, columns: readonly TableColumn[], begin: number, end: number): Sql {
  const given = columns.map((_, n) => name(`c${n}`));
  const arrays = columns.map(
    ({ type, values }) =>
      sql`${param(
        values.slice(begin, end).map((value) => element(type, value)),
        "text[]",
      )}`,
  );
  const selected = columns.map(({ type }, n): Sql => {
    const text = sql`nullif(${given[n]!}, '')`;
    return type === "string" ? sql`substr(${text}, 2)` : sql`${text}::${columnType(type)}`;
  });
  return sql`INSERT INTO ${name(series.namespace, series.table)} (${joinSql(
    columns.map((column) => name(column.name)),
    ", ",
  )})
    SELECT ${joinSql(selected, ", ")} FROM unnest(${joinSql(arrays, ", ")}) AS given(${joinSql(given, ", ")})`;
}

/** Nothing stands for NULL; a text that is there begins with a mark, so that it may be empty. */
function element(type: TableColumn["type"], value: string | undefined): string {
  if (value === undefined) return "";
  return type === "string" ? `=${value}` : value;
}
