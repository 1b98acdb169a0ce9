import { tableRow } from "../table-text.js";
import type { Column, ShownRecord } from "./column.js";
import type { ShowInfoValues } from "./declaration.js";
import type { Layout } from "./layout.js";

/** The line with the names of columns, with `-t` those with types and formats too; nothing with `-q` and `-k`. Source: netdrms 6. */
export function headerText({ q, k, t }: ShowInfoValues, columns: readonly Column[]): string {
  if (q || k) return "";
  const row = (cell: (column: Column) => string) => tableRow(columns.map(cell));
  const names = row(({ title }) => title);
  return t ? names + row(({ type }) => type) + row(({ format }) => format) : names;
}

/** One record as a line of a table, or with `-k` as lines of names and values. Source: netdrms 6. */
export function recordText({ k }: ShowInfoValues, { columns, facts }: Layout, record: ShownRecord): string {
  if (!k) return tableRow(columns.map((column) => column.cell(record)));
  const lines = columns.map((column) => {
    const text = column.cell(record).replaceAll(/[\r\n]+/g, " ");
    return `${column.label}=${column.quoted ? `"${text}"` : text}`;
  });
  return [`# ${facts.specification(record)}`, ...lines, "", ""].join("\n");
}
