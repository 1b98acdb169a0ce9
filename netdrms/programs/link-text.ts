import { DasError } from "../../errors/das-error.js";
import type { Database } from "../database/database.js";
import { planSelection } from "../query/plan-selection.js";
import { readQuery } from "../query/read-query.js";
import { planRecords } from "../records/plan-records.js";
import { readRecords } from "../records/read-records.js";
import { keywordValue } from "../records/record-batch.js";
import type { Link } from "../series/model.js";
import type { SeriesCatalog } from "../series/series-cache.js";
import type { NewLink } from "../store/new-record.js";
import type { DrmsValue } from "../values/drms-type.js";

/**
 * Where a link is to lead, from the query that a person writes: `su_ex.lev1[4711]`, which must find one record of the series that the link
 * leads to.
 *
 * Errors: BAD_PARAMETER for another series, no record or several; those of `readQuery` and of {@link Database}. Source: netdrms 1.8.
 */
export async function linkOfText(
  database: Database,
  catalog: SeriesCatalog,
  link: Link,
  text: string,
): Promise<NewLink> {
  const { sets } = await readQuery(text, { findSeries: (name) => catalog.series(name) });
  const [query] = sets;
  if (sets.length !== 1 || query?.series.name.toLowerCase() !== link.targetSeries.toLowerCase())
    throw new DasError(
      "BAD_PARAMETER",
      `link ${link.name}: ${text.slice(0, 60)}, expected a record of ${link.targetSeries}`,
    );
  const keywords = query.series.primeKeys.map(({ internal }) => internal);
  const plan = await planRecords(catalog, planSelection(query, 2), { keywords, segments: [] });
  const found: { readonly recnum: bigint; readonly keys: Readonly<Record<string, DrmsValue>> }[] = [];
  for await (const batch of readRecords(database, plan))
    for (let row = 0; row < batch.rows; row++)
      found.push({
        recnum: batch.recnum[row]!,
        keys: Object.fromEntries(
          batch.keywords.map((column) => [column.keyword.name, keywordValue(column, row) ?? ""]),
        ),
      });
  const [one] = found;
  if (one === undefined || found.length > 1)
    throw new DasError(
      "BAD_PARAMETER",
      `link ${link.name}: ${text.slice(0, 60)} finds ${one === undefined ? "no record" : "several records"}, expected one`,
    );
  return link.kind === "static" ? { recnum: one.recnum } : { keys: one.keys };
}
