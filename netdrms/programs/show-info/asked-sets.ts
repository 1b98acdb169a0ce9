import { shown } from "../../../config/problem.js";
import { DasError, isDasError } from "../../../errors/das-error.js";
import { gatherSets, type ReadListFile } from "../../query/list-files.js";
import { parseSet } from "../../query/parse-set.js";
import { queryError } from "../../query/query-text.js";
import type { RecordSetQuery } from "../../query/record-set-query.js";
import { MAX_QUERY_LENGTH, type SetText } from "../../query/split-query.js";
import type { SeriesCatalog } from "../../series/series-cache.js";
import { parseSunum } from "../../sums/sunum.js";
import type { ShowInfoContext } from "./declaration.js";
import { UnitLookup } from "./unit-lookup.js";

/** A record set that is asked for, as it is written and as it is understood. */
export interface AskedSet {
  readonly text: SetText;
  readonly query: RecordSetQuery;
}

/**
 * The text of the query: an argument, or one made of storage units.
 * Errors: USAGE where both or neither are given; BAD_PARAMETER for a storage unit that is not known here.
 */
export async function queryText(context: ShowInfoContext): Promise<string> {
  const { values, positionals } = context;
  const given = values.ds ?? positionals[0];
  if (given !== undefined && positionals.length > 0 && values.ds !== undefined)
    throw new DasError("USAGE", "ds= and an argument, expected one query");
  if ((given === undefined) === (values.sunum === undefined))
    throw new DasError("USAGE", "expected a query: show_info QUERY, ds=QUERY or sunum=NUMBER,...");
  return given ?? unitQuery(context, (values.sunum ?? []).map(parseSunum));
}

/** Storage units of one condition: with 19 digits each it stays below the length of a query. */
const UNITS_AT_ONCE = 100;

/** A set for each series that owns some of the units. Source: netdrms 6. */
async function unitQuery({ sums, log }: ShowInfoContext, sunums: readonly bigint[]): Promise<string> {
  const units = await new UnitLookup(sums, (line) => log(`show_info: ${line}`)).find(sunums);
  const owned = new Map<string, bigint[]>();
  for (const { sunum, series } of units.values()) {
    if (series === "") throw new DasError("BAD_PARAMETER", `storage unit ${sunum} is not known here`);
    owned.set(series, [...(owned.get(series) ?? []), sunum]);
  }
  const sets = [...owned].flatMap(([series, numbers]) => {
    const conditions: string[] = [];
    for (let at = 0; at < numbers.length; at += UNITS_AT_ONCE) {
      const some = numbers.slice(at, at + UNITS_AT_ONCE).map((sunum) => `sunum=${sunum}`);
      conditions.push(`${series}[! ${some.join(" OR ")} !]`);
    }
    return conditions;
  });
  if (sets.length === 0) throw new DasError("USAGE", "sunum= names no storage unit");
  const text = sets.join(",");
  if (text.length > MAX_QUERY_LENGTH)
    throw new DasError(
      "BAD_PARAMETER",
      `${sunums.length} storage units, expected fewer: their query is too long`,
    );
  return text;
}

/**
 * The sets of a query as they are written; files that it names are read, or refused where nothing reads them.
 * Errors: BAD_QUERY. Source: netdrms 4.1.
 */
export async function setTexts(
  text: string,
  read: ReadListFile | undefined,
  log: (line: string) => void,
): Promise<readonly SetText[]> {
  const { sets, warnings } = await gatherSets(text, read);
  for (const { message } of warnings) log(`show_info: ${message}`);
  return sets;
}

/** The sets as they are understood; all are checked before one is run. Errors: BAD_QUERY, NO_SUCH_SERIES. Source: netdrms 4. */
export async function askedSets(
  texts: readonly SetText[],
  catalog: SeriesCatalog,
  log: (line: string) => void,
): Promise<readonly AskedSet[]> {
  const asked: AskedSet[] = [];
  for (const text of texts) {
    const { source, series: span } = text;
    const series = await catalog.series(source.text.slice(span.begin, span.end)).catch((error: unknown) => {
      throw isDasError(error, "NO_SUCH_SERIES")
        ? queryError(source, span, error.message, "NO_SUCH_SERIES")
        : error;
    });
    const query = parseSet(text, series);
    for (const { message } of query.warnings) log(`show_info: ${message}`);
    asked.push({ text, query });
  }
  return asked;
}

/**
 * A whole series is not listed by mistake.
 * Errors: USAGE for a set without any filter, where neither `n=` nor a list file limits it. Source: netdrms 6.
 */
export function expectLimited(sets: readonly AskedSet[], n: number): void {
  if (n !== 0) return;
  for (const { text, query } of sets)
    if (text.filters.length === 0 && text.source.list === undefined)
      throw new DasError(
        "USAGE",
        `${shown(query.series.name)} names all records of the series, expected a filter, or n=N for the first or last ones`,
      );
}
