import { isDasError } from "../../../errors/das-error.js";
import { printerOf } from "../../../netdrms/programs/show-info/keyword-columns.js";
import type { RecordSetQuery } from "../../../netdrms/query/record-set-query.js";
import type { KeywordColumn } from "../../../netdrms/records/record-batch.js";
import { followKeyword } from "../../../netdrms/series/link-target.js";
import type { Keyword } from "../../../netdrms/series/model.js";
import type { SeriesCatalog } from "../../../netdrms/series/series-cache.js";
import { type DrmsValue, isMissing, missingValue } from "../../../netdrms/values/drms-type.js";
import type { ValuePrinter } from "../../../netdrms/values/print-value.js";
import { jsonString } from "../json.js";
import type { AskedList } from "./asked-list.js";
import { type Cells, type Needed, sameText } from "./cells.js";
import { namedKeywords } from "./named-keywords.js";
import { pseudoKeyCells } from "./pseudo-keys.js";

/** What stands for a keyword that the series does not have, or whose link leads to no record. Source: netdrms-export B5. */
const NO_KEYWORD = '"Invalid KeyLink"';
const MISSING = '"MISSING"';

/** The values of each keyword that is named, pseudo-keys too. Errors: those of reading a series that is there. Source: netdrms-export B5. */
export async function keywordCells(
  names: readonly string[],
  asked: AskedList,
  needed: Needed,
  set: RecordSetQuery,
  catalog: SeriesCatalog,
): Promise<readonly Cells[]> {
  const columns: Cells[] = [];
  for (const name of names) {
    const pseudo = pseudoKeyCells(name, needed);
    const keyword = pseudo === undefined ? namedKeywords(name, set, asked)[0] : undefined;
    const source = keyword === undefined ? undefined : await sourceOf(catalog, needed, keyword);
    if (pseudo !== undefined) columns.push(pseudo);
    else if (keyword === undefined || source === undefined) columns.push(sameText(NO_KEYWORD));
    else columns.push(valueCells(needed.keyword(keyword), source, printerOf(asked.printing, source), name));
  }
  return columns;
}

/**
 * What stands for a value that is missing, and for one whose link leads to no record. Bits of quality are wanted as a number whatever they
 * are. RULE: so are all whole numbers that are printed as `0x…`: the Python client (before 0.7) reads all values of a column in which one
 * begins so as hexadecimal, and any other text makes it raise. Source: netdrms-export B5.
 */
function standIns(
  name: string,
  { type }: Keyword,
  print: ValuePrinter,
): { readonly missing: string; readonly unreached: string } {
  const number = print(missingValue(type));
  if (/^0x[0-9a-f]+$/i.test(number) && WHOLE.has(type))
    return { missing: `"${number}"`, unreached: `"${number}"` };
  const isShown = name.toUpperCase() === "QUALITY";
  return { missing: isShown ? jsonString(number) : MISSING, unreached: NO_KEYWORD };
}

const WHOLE: ReadonlySet<string> = new Set(["char", "short", "int", "longlong"]);

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

function valueCells(place: number, source: Keyword, print: ValuePrinter, name: string): Cells {
  const { type } = source;
  const { missing, unreached } = standIns(name, source, print);
  const quoted = isPlain(source) ? (text: string) => `"${text}"` : jsonString;
  const text = (value: DrmsValue): string => (isMissing(type, value) ? missing : quoted(print(value)));
  return ({ keywords, rows }) => columnText(keywords[place]!, rows, text, unreached);
}

/** Values often stand beside their like: such a one is not printed again. */
function columnText(
  { values, reached }: KeywordColumn,
  rows: number,
  text: (value: DrmsValue) => string,
  unreached: string,
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
    for (let row = 0; row < rows; row++) if (reached[row] === 0) texts[row] = unreached;
  return texts.join(",");
}
