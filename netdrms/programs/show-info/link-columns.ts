import { DasError, isDasError } from "../../../errors/das-error.js";
import { keywordValue } from "../../records/record-batch.js";
import type { Link } from "../../series/model.js";
import { specificationPrinter } from "../../series/record-specification.js";
import type { SeriesCatalog } from "../../series/series-cache.js";
import type { Column, Wanted } from "./column.js";
import { linkedKeyword, RECORD_KEYWORDS, type Subject } from "./subject.js";

/** What is shown where a link is not set, or leads to no record. Source: netdrms 6. */
const NO_RECORD = "InvalidLink";

/**
 * The columns of all links: the specification of the record that each leads to.
 * Errors: those of reading a series that is there. Source: netdrms 1.8, 1.9, 6.
 */
export async function linkColumns(
  subject: Subject,
  catalog: SeriesCatalog,
  wanted: Wanted,
): Promise<readonly Column[]> {
  // Links of a record at the end of a link are a second step, which what is read cannot name.
  if (subject.link !== undefined) throw new DasError("USAGE", "-K and link=, expected one of them");
  const columns: Column[] = [];
  for (const link of subject.series.links) columns.push(await linkColumn(link, catalog, wanted));
  return columns;
}

async function linkColumn(link: Link, catalog: SeriesCatalog, wanted: Wanted): Promise<Column> {
  const column = { title: link.name, label: link.name, type: "string", format: "%s" };
  const target = await catalog.target(link).catch((error: unknown) => {
    if (isDasError(error, "NO_SUCH_SERIES")) return undefined;
    throw error;
  });
  if (target === undefined) return { ...column, cell: () => NO_RECORD };
  const recnum = wanted.keyword(linkedKeyword(RECORD_KEYWORDS.recnum, link.name));
  const keys = target.primeKeys.map(({ external }) => wanted.keyword(linkedKeyword(external, link.name)));
  const print = specificationPrinter(target);
  return {
    ...column,
    cell({ batch, row }) {
      const number = keywordValue(batch.keywords[recnum]!, row);
      if (number === undefined) return NO_RECORD;
      return print(
        keys.map((key) => keywordValue(batch.keywords[key]!, row) ?? ""),
        BigInt(number),
      );
    },
  };
}
