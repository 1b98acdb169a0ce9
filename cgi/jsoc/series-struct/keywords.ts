import { isDasError } from "../../../errors/das-error.js";
import { printerOf } from "../../../netdrms/programs/show-info/keyword-columns.js";
import { keywordDefault } from "../../../netdrms/series/keyword-default.js";
import { followKeyword } from "../../../netdrms/series/link-target.js";
import type { Keyword, Series } from "../../../netdrms/series/model.js";
import type { SeriesCatalog } from "../../../netdrms/series/series-cache.js";
import type { JsonValue } from "../json.js";

/** How values are printed: bit patterns, all digits. */
export interface Printing {
  readonly B: boolean;
  readonly M: boolean;
}

/**
 * All keywords of a series, those of the system too, by rank. The keywords of one per-segment declaration are one, by their common name. A
 * linked one shows what is at the end of its links.
 *
 * RULE: no keyword stands a second time under the FITS name in its description, which B3 allows: clients look them up by name.
 * Errors: those of reading a series that a link leads to. Source: netdrms-export B3.
 */
export async function structKeywords(
  catalog: SeriesCatalog,
  series: Series,
  printing: Printing,
): Promise<readonly JsonValue[]> {
  const told: JsonValue[] = [];
  let before: Keyword | undefined;
  for (const keyword of series.keywords) {
    const isTold = keyword.segment !== undefined && before?.baseName === keyword.baseName;
    if (!isTold) told.push(await keywordOf(catalog, series, keyword, printing));
    before = keyword;
  }
  return told;
}

async function keywordOf(
  catalog: SeriesCatalog,
  series: Series,
  keyword: Keyword,
  printing: Printing,
): Promise<JsonValue> {
  const { baseName: name, description: note, link } = keyword;
  const linked = link === undefined ? {} : { linkinfo: `${link.link}->${link.target}` };
  const source = await sourceOf(catalog, series, keyword);
  if (source === undefined)
    return { name, ...linked, type: "link", recscope: FAULT, defval: FAULT, units: FAULT, note };
  return {
    name,
    ...linked,
    type: source.type,
    recscope: keyword.segment === undefined ? source.class : "segment",
    defval: printerOf(printing, source)(keywordDefault(source)),
    units: source.unit,
    note,
  };
}

/** What stands where a link leads nowhere. */
const FAULT = "error following link";

/** `undefined` where a link leads nowhere. */
async function sourceOf(
  catalog: SeriesCatalog,
  series: Series,
  keyword: Keyword,
): Promise<Keyword | undefined> {
  try {
    return (await followKeyword(catalog, series, keyword)).member;
  } catch (error) {
    if (isDasError(error, "BROKEN_LINK")) return undefined;
    throw error;
  }
}
