import { isDasError } from "../../../errors/das-error.js";
import { keywordValue } from "../../records/record-batch.js";
import { followKeyword } from "../../series/link-target.js";
import { findNamed, type Keyword, type Series } from "../../series/model.js";
import type { SeriesCatalog } from "../../series/series-cache.js";
import {
  binaryValuePrinter,
  preciseValuePrinter,
  type ValuePrinter,
  valuePrinter,
} from "../../values/print-value.js";
import type { Column, Wanted } from "./column.js";
import type { ShowInfoValues } from "./declaration.js";
import type { Subject } from "./subject.js";

/** What a column shows whose keyword the series does not have, and where links lead to no record. Source: netdrms 6. */
const NO_SUCH_KEYWORD = "InvalidKeyname";
const NO_RECORD = "InvalidLink";

/** The names in a list that a person writes. */
export function nameList(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((name) => name !== "");
}

/**
 * The columns of keywords: all that are not made by the system, or those that are named. Types and formats are those at the end of links.
 * Errors: those of reading a series that a link leads to. Source: netdrms 6.
 */
export async function keywordColumns(
  values: ShowInfoValues,
  subject: Subject,
  catalog: SeriesCatalog,
  wanted: Wanted,
): Promise<readonly Column[]> {
  const columns: Column[] = [];
  for (const name of keywordNames(values, subject.series)) {
    const keyword = findNamed(subject.series.keywords, name);
    columns.push(
      keyword === undefined
        ? { title: name, label: name, type: "string", format: "%s", cell: () => NO_SUCH_KEYWORD }
        : columnOf(values, subject, keyword, await sourceOf(catalog, subject.series, keyword), wanted),
    );
  }
  return columns;
}

function keywordNames(values: ShowInfoValues, series: Series): readonly string[] {
  if (!values.a) return nameList(values.key);
  return series.keywords.filter(({ implicit }) => !implicit).map(({ name }) => name);
}

/** The keyword at the end of links; the keyword itself where they lead nowhere. Errors: those of reading a series that is there. */
async function sourceOf(catalog: SeriesCatalog, series: Series, keyword: Keyword): Promise<Keyword> {
  try {
    return (await followKeyword(catalog, series, keyword)).member;
  } catch (error) {
    // The values show that the link leads nowhere.
    if (isDasError(error, "BROKEN_LINK")) return keyword;
    throw error;
  }
}

function columnOf(
  values: ShowInfoValues,
  subject: Subject,
  keyword: Keyword,
  source: Keyword,
  wanted: Wanted,
): Column {
  const place = wanted.keyword(subject.keyword(keyword));
  const print = printerOf(values, source);
  return {
    title: keyword.name,
    label: keyword.name,
    type: source.type,
    // The format of a time is its precision, which is no format of C.
    format: source.type === "time" ? "%s" : source.format,
    quoted: source.type === "string",
    cell({ batch, row }) {
      const value = keywordValue(batch.keywords[place]!, row);
      return value === undefined ? NO_RECORD : print(value);
    },
  };
}

/** The printer of a keyword, with `-B` of bit patterns for what is no whole number, with `-M` of all digits. Source: netdrms 1.10, 6. */
export function printerOf({ B, M }: Pick<ShowInfoValues, "B" | "M">, source: Keyword): ValuePrinter {
  const isReal = source.type === "float" || source.type === "double" || source.type === "time";
  if (B && (isReal || source.type === "string")) return binaryValuePrinter(source.type);
  return M ? preciseValuePrinter(source) : valuePrinter(source);
}
