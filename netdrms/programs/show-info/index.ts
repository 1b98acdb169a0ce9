import { asDasError, DasError } from "../../../errors/das-error.js";
import { defineModule } from "../../module/module.js";
import { usageText } from "../../module/usage.js";
import type { ReadListFile } from "../../query/list-files.js";
import { showPlace } from "../../query/query-text.js";
import type { SetText } from "../../query/split-query.js";
import { definitionOf } from "../../series/definition-of.js";
import { printJsd } from "../../series/jsd-print.js";
import { type SeriesCatalog, seriesCatalog } from "../../series/series-cache.js";
import { readListFile } from "../list-file.js";
import { type AskedSet, askedSets, queryText, setTexts } from "./asked-sets.js";
import { SHOW_INFO_ARGUMENTS, type ShowInfoContext } from "./declaration.js";
import { selectionOf, showRecords } from "./show-records.js";
import { countOf, statisticsText } from "./show-statistics.js";
import { structureText } from "./show-structure.js";

/** A query that cannot be parsed. Source: netdrms 6. */
const BAD_QUERY_STATUS = 2;
const STATEMENT_TIMEOUT_MS = 600_000;

/** `show_info`. Source: netdrms 6, docs/archive-programs.md. */
export const showInfo = defineModule(SHOW_INFO_ARGUMENTS, {
  statementTimeoutMs: ({ O }) => (O ? 0 : STATEMENT_TIMEOUT_MS),
  async run(context) {
    try {
      const catalog = seriesCatalog(context.database);
      await answerShowInfo(context, { catalog, readListFile });
      return 0;
    } catch (error) {
      const failure = error instanceof DasError ? error : undefined;
      if (failure?.code !== "BAD_QUERY" && failure?.code !== "NO_SUCH_SERIES") throw error;
      context.log(`show_info: ${showPlace(asDasError(error, "the query"))}`);
      return failure.code === "BAD_QUERY" ? BAD_QUERY_STATUS : 1;
    }
  },
});

/** What of the surroundings a query may name. */
export interface ShowInfoReach {
  readonly catalog: SeriesCatalog;
  /** Absent: list files are refused. */
  readonly readListFile?: ReadListFile;
}

/** Prints what the arguments ask for. Errors: those of the query, of the arguments and of the databases. Source: netdrms 6. */
export async function answerShowInfo(
  context: ShowInfoContext,
  { catalog, readListFile }: ShowInfoReach,
): Promise<void> {
  const { values, standard, database, print, log } = context;
  if (values.h) return print(usageText(SHOW_INFO_ARGUMENTS));
  const text = await queryText(context);
  if (values.v || standard.V) log(`show_info: query ${text}`);
  const texts = await setTexts(text, readListFile, log);
  if (values.e) return print(texts.map(parsedLine).join(""));
  const sets = await askedSets(texts, catalog, log);
  if (values.c) return print(await countText(context, sets));
  if (values.j || values.l || values.s) {
    for (const { query } of firstOfSeries(sets)) {
      if (values.j) await print(printJsd(definitionOf(query.series)));
      else if (values.l) await print(structureText(query.series));
      else await print(await statisticsText(database, catalog, query));
    }
    return;
  }
  await showRecords(context, catalog, sets);
}

/** The series of a set and its filters as they are written. Source: netdrms 6. */
function parsedLine({ source, series, filters }: SetText): string {
  const first = filters[0];
  const last = filters.at(-1);
  const filter =
    first === undefined || last === undefined
      ? "NONE"
      : source.text.slice(first.span.begin, last.span.end).replaceAll(/[\t\r\n]+/g, " ");
  return `${source.text.slice(series.begin, series.end)}\t${filter}\n`;
}

async function countText({ values, database }: ShowInfoContext, sets: readonly AskedSet[]): Promise<string> {
  let count = 0n;
  for (const { query } of sets) count += await countOf(database, selectionOf(values, query));
  return values.q ? `${count}\n` : `${count} records match the query\n`;
}

/** Each series once. */
function firstOfSeries(sets: readonly AskedSet[]): readonly AskedSet[] {
  return sets.filter(
    ({ query }, n) => sets.findIndex((other) => other.query.series.name === query.series.name) === n,
  );
}
