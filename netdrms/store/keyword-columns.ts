import { isSlotted } from "../series/keyword-class.js";
import { keywordDefault } from "../series/keyword-default.js";
import { findNamed, type Keyword, type Series } from "../series/model.js";
import { indexKeywordName } from "../series/names.js";
import { slotRule } from "../series/slot-rule.js";
import type { DrmsValue } from "../values/drms-type.js";
import { slotOf } from "../values/slots.js";
import { columnText, isLatin1, shownValue, TYPE_VALUES } from "./column-text.js";
import { bad, isOfSegment, type RecordFields, recordPlace } from "./record-fields.js";
import type { TableColumn } from "./table-column.js";

/** Columns of keywords, and what a person should hear of their values. */
export interface KeywordColumns {
  readonly columns: readonly TableColumn[];
  readonly warnings: readonly string[];
}

/**
 * The columns of all keywords but those that follow from files: values as given, the default of the series where none is, and the slots
 * of slotted keywords.
 *
 * Errors: BAD_PARAMETER naming record, keyword and value where its type does not hold it, or it has no slot; those of `slotRule`.
 * Source: netdrms 1.3, 1.6, 2.4.
 */
export function keywordColumns(series: Series, records: readonly RecordFields[]): KeywordColumns {
  const warnings: string[] = [];
  const columns = series.keywords.flatMap((keyword): readonly TableColumn[] => {
    if (keyword.column === undefined || keyword.class === "index" || isOfSegment(series, keyword)) return [];
    const values = valuesOf(keyword, records);
    const own = { name: keyword.column, type: keyword.type, values: texts(series, keyword, values) };
    const replaced = values.filter((value) => typeof value === "string" && !isLatin1(value)).length;
    if (replaced > 0)
      warnings.push(
        `keyword ${keyword.name}: ${replaced} ${replaced === 1 ? "text has" : "texts have"} characters outside of Latin-1, kept as ?`,
      );
    return isSlotted(keyword.class) ? [own, ...indexColumn(series, keyword, values)] : [own];
  });
  return { columns, warnings };
}

function valuesOf(keyword: Keyword, records: readonly RecordFields[]): readonly (DrmsValue | null)[] {
  const name = keyword.name.toLowerCase();
  const standard = keywordDefault(keyword);
  return records.map((fields) => {
    const value = fields.get(name);
    return value === undefined ? standard : value;
  });
}

function texts(
  series: Series,
  keyword: Keyword,
  values: readonly (DrmsValue | null)[],
): readonly (string | undefined)[] {
  return values.map((value, n) => {
    if (value === null) return undefined;
    const text = columnText(keyword.type, value);
    if (text !== undefined) return text;
    throw bad(
      recordPlace(series, n, values.length),
      `keyword ${keyword.name} = ${shownValue(value)}, expected ${TYPE_VALUES[keyword.type]}`,
    );
  });
}

/** The slots of a slotted keyword; a series without a column for them has none. */
function indexColumn(
  series: Series,
  keyword: Keyword,
  values: readonly (DrmsValue | null)[],
): readonly TableColumn[] {
  const index = findNamed(series.keywords, indexKeywordName(keyword.name));
  const rule = slotRule(series, keyword);
  if (index?.column === undefined || rule === undefined) return [];
  const standard = keywordDefault(keyword);
  const slots = values.map((value, n) => {
    const slot = slotOf(rule.slotting, Number(value ?? standard));
    const text = slot === undefined ? undefined : columnText(index.type, slot);
    // A value that is missing has no slot; as a prime key it is refused by itself.
    if (text !== undefined || Number.isNaN(Number(value ?? standard))) return text;
    throw bad(
      recordPlace(series, n, values.length),
      `keyword ${keyword.name} = ${shownValue(value)}, expected a value that has a slot`,
    );
  });
  return [{ name: index.column, type: index.type, values: slots }];
}
