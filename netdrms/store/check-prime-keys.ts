import { keywordDefault } from "../series/keyword-default.js";
import type { Series } from "../series/model.js";
import { isMissing } from "../values/drms-type.js";
import { printKeywordValue } from "../values/print-value.js";
import { bad, type RecordFields, recordPlace } from "./record-fields.js";
import type { TableColumn } from "./table-column.js";

/**
 * Every record names its datum, and no two of them the same one: which of two would be the current version could not be told.
 *
 * @param columns those of the keywords
 * Errors: BAD_PARAMETER naming record, key and value. Source: netdrms 1.1, 1.6.
 */
export function checkPrimeKeys(
  series: Series,
  records: readonly RecordFields[],
  columns: readonly TableColumn[],
): void {
  const { primeKeys } = series;
  if (primeKeys.length === 0) return;
  const byName = new Map(columns.map((column) => [column.name, column.values]));
  const keys = primeKeys.map(({ internal }) => byName.get(internal.column ?? "") ?? []);
  const seen = new Map<string, number>();
  for (const [n, fields] of records.entries()) {
    checkGiven(series, fields, recordPlace(series, n, records.length));
    const datum = keys.map((values) => values[n] ?? "").join("\0");
    const other = seen.get(datum);
    if (other !== undefined)
      throw bad(
        recordPlace(series, n, records.length),
        `the same prime key as record ${other + 1}, ${datumText(series, fields)}; versions are added one after the other`,
      );
    seen.set(datum, n);
  }
}

function checkGiven({ primeKeys }: Series, fields: RecordFields, place: string): void {
  for (const { external } of primeKeys) {
    const given = fields.get(external.name.toLowerCase());
    const value = given ?? keywordDefault(external);
    if (isMissing(external.type, value))
      throw bad(
        place,
        `prime key ${external.name} is ${given === undefined ? "not given" : "missing"}, expected a value`,
      );
  }
}

function datumText({ primeKeys }: Series, fields: RecordFields): string {
  const values = primeKeys.map(({ external }) => {
    const value = fields.get(external.name.toLowerCase()) ?? keywordDefault(external);
    return `[${printKeywordValue(external, value)}]`;
  });
  return values.join("");
}
