import { isDasError } from "../../../errors/das-error.js";
import { linkedKeyword, RECORD_KEYWORDS } from "../../../netdrms/programs/show-info/subject.js";
import { keywordValue } from "../../../netdrms/records/record-batch.js";
import { findNamed, type Link, type Series } from "../../../netdrms/series/model.js";
import { exactSpecification, specificationPrinter } from "../../../netdrms/series/record-specification.js";
import type { SeriesCatalog } from "../../../netdrms/series/series-cache.js";
import { jsonString } from "../json.js";
import type { Cell, Needed } from "./cells.js";

/** What stands where there is no such link, it is not set, or leads to no record. Source: netdrms-export B5. */
const NO_RECORD = "Invalid_Link";

/**
 * The record that a link leads to: of a static link the exact version, of a dynamic one its specification.
 * Errors: those of reading a series that is there. Source: netdrms 1.8, netdrms-export B5.
 */
export async function linkCell(name: string, needed: Needed, catalog: SeriesCatalog): Promise<Cell> {
  const link = findNamed(needed.series.links, name);
  const target = link === undefined ? undefined : await targetOf(catalog, link);
  if (link === undefined || target === undefined) return () => jsonString(NO_RECORD);
  const recnum = needed.keyword(linkedKeyword(RECORD_KEYWORDS.recnum, link.name));
  const hasKeys = link.kind === "dynamic" && target.primeKeys.length > 0;
  const keys = hasKeys
    ? target.primeKeys.map(({ external }) => needed.keyword(linkedKeyword(external, link.name)))
    : [];
  const print = specificationPrinter(target);
  return ({ keywords }, row) => {
    const number = keywordValue(keywords[recnum]!, row);
    if (number === undefined) return jsonString(NO_RECORD);
    if (!hasKeys) return jsonString(exactSpecification(target, BigInt(number)));
    const values = keys.map((key) => keywordValue(keywords[key]!, row) ?? "");
    return jsonString(print(values, BigInt(number)));
  };
}

async function targetOf(catalog: SeriesCatalog, link: Link): Promise<Series | undefined> {
  try {
    return await catalog.target(link);
  } catch (error) {
    if (isDasError(error, "NO_SUCH_SERIES")) return undefined;
    throw error;
  }
}
