import { isDasError } from "../../../errors/das-error.js";
import { printerOf } from "../../../netdrms/programs/show-info/keyword-columns.js";
import type { KeywordColumn } from "../../../netdrms/records/record-batch.js";
import { followKeyword } from "../../../netdrms/series/link-target.js";
import { findNamed, type Keyword } from "../../../netdrms/series/model.js";
import type { SeriesCatalog } from "../../../netdrms/series/series-cache.js";
import { type DrmsValue, isMissing } from "../../../netdrms/values/drms-type.js";
import type { ValuePrinter } from "../../../netdrms/values/print-value.js";
import { jsonString } from "../json.js";
import type { AskedList } from "./asked-list.js";
import { type Cells, type Needed, sameText } from "./cells.js";
import { pseudoKeyCells } from "./pseudo-keys.js";

/** What stands for a keyword that the series does not have, or whose link leads to no record. Source: netdrms-export B5. */
const NO_KEYWORD = '"Invalid KeyLink"';
const MISSING = '"MISSING"';

/** The values of each keyword that is named, pseudo-keys too. Errors: those of reading a series that is there. Source: netdrms-export B5. */
export async function keywordCells(
  names: readonly string[],
  { printing }: AskedList,
  needed: Needed,
  catalog: SeriesCatalog,
): Promise<readonly Cells[]> {
  const columns: Cells[] = [];
  for (const name of names) {
    const pseudo = pseudoKeyCells(name, needed);
    const keyword = pseudo === undefined ? findNamed(needed.series.keywords, name) : undefined;
    const source = keyword === undefined ? undefined : await sourceOf(catalog, needed, keyword);
    if (pseudo !== undefined) columns.push(pseudo);
    else if (keyword === undefined || source === undefined) columns.push(sameText(NO_KEYWORD));
    else
      columns.push(
        valueCells(needed.keyword(keyword), source, printerOf(printing, source), showsMissing(name)),
      );
  }
  return columns;
}

/** Bits of quality are wanted as a number whatever they are. Source: netdrms-export B5. */
function showsMissing(name: string): boolean {
  return name.toUpperCase() !== "QUALITY";
}

async function sourceOf(
  catalog: SeriesCatalog,
  { series }: Needed,
  keyword: Keyword,
): Promise<Keyword | undefined> {
  try {
    return (await followKeyword(catalog, series, keyword)).member;
  } catch (error) {
    if (isDasError(error, "BROKEN_LINK")) return undefined;
    throw error;
  }
}

/** Whether printed values have nothing in them that JSON escapes: digits, signs and what little stands round them. */
function isPlain({ type, format }: Keyword): boolean {
  return type !== "string" && /^[\w %.+#-]*$/.test(format) && !format.includes("c");
}

function valueCells(place: number, source: Keyword, print: ValuePrinter, hasMissing: boolean): Cells {
  const { type } = source;
  const quoted = isPlain(source) ? (text: string) => `"${text}"` : jsonString;
  const text = (value: DrmsValue): string =>
    hasMissing && isMissing(type, value) ? MISSING : quoted(print(value));
  return ({ keywords, rows }) => columnText(keywords[place]!, rows, text);
}

/** Values often stand beside their like: such a one is not printed again. */
function columnText(
  { values, reached }: KeywordColumn,
  rows: number,
  text: (value: DrmsValue) => string,
): string {
  const texts = new Array<string>(rows);
  if (values.kind === "constant") {
    texts.fill(text(values.value));
    if (reached === undefined) return texts.join(",");
  } else {
    let before: DrmsValue | undefined;
    let printed = "";
    for (let row = 0; row < rows; row++) {
      const value = values.values[row]!;
      if (value !== before) {
        printed = text(value);
        before = value;
      }
      texts[row] = printed;
    }
  }
  if (reached !== undefined)
    for (let row = 0; row < rows; row++) if (reached[row] === 0) texts[row] = NO_KEYWORD;
  return texts.join(",");
}
