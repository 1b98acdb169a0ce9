import type { Sql } from "../../../netdrms/database/sql.js";
import { parseSet } from "../../../netdrms/query/parse-set.js";
import { planSelection } from "../../../netdrms/query/plan-selection.js";
import type { RecordSetQuery } from "../../../netdrms/query/record-set-query.js";
import { selectionSql } from "../../../netdrms/query/selection-sql.js";
import { splitQuery } from "../../../netdrms/query/split-query.js";
import type { Series } from "../../../netdrms/series/model.js";
import { LOG, MAG45, PLAIN } from "./made-series.js";

const KNOWN = [MAG45, PLAIN, LOG];

/** The tree of a query of one set. */
export function tree(text: string, series?: Series): RecordSetQuery {
  const [set, ...more] = splitQuery({ text });
  if (set?.kind !== "set" || more.length > 0) throw new Error(`not one set: ${text}`);
  const name = text.slice(set.series.begin, set.series.end).toLowerCase();
  const found = series ?? KNOWN.find((known) => known.name === name);
  if (found === undefined) throw new Error(`no series ${name}`);
  return parseSet(set, found);
}

/** SQL with its parameters written out, for reading: text in quotes, numbers bare. */
export function shownSql(statement: Sql): string {
  return statement.parts
    .map((part) => {
      if (typeof part === "string") return part.replaceAll('"', "");
      const { value } = part;
      if (value === null) return "NULL";
      if (Array.isArray(value)) return `{${value.join(",")}}`;
      return typeof value === "string" ? `'${value}'` : String(value);
    })
    .join("");
}

/** The statement that selects the recnums of a query of one set. */
export function statement(text: string, series?: Series, limit = 0): string {
  return shownSql(selectionSql(planSelection(tree(text, series), limit), ["recnum"]));
}
