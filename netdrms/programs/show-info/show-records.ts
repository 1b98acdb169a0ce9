import { planSelection, type Selection } from "../../query/plan-selection.js";
import type { RecordSetQuery } from "../../query/record-set-query.js";
import { planRecords } from "../../records/plan-records.js";
import { readRecords } from "../../records/read-records.js";
import type { RecordBatch } from "../../records/record-batch.js";
import type { SeriesCatalog } from "../../series/series-cache.js";
import type { UnitInfo } from "../../sums/unit-state.js";
import { type AskedSet, expectLimited } from "./asked-sets.js";
import type { ShownRecord } from "./column.js";
import type { ShowInfoContext, ShowInfoValues } from "./declaration.js";
import { type Layout, layoutOf } from "./layout.js";
import { headerText, recordText } from "./output.js";
import { readSessions, type SessionInfo } from "./sessions.js";
import { type Subject, subjectOf, withRecordKeywords } from "./subject.js";
import { type Touch, touchOf } from "./touch.js";
import { UnitLookup } from "./unit-lookup.js";

/** The selection of a set, with what the arguments say of it. Source: netdrms 4.7, 6. */
export function selectionOf({ b, n }: ShowInfoValues, query: RecordSetQuery): Selection {
  return planSelection(b ? { ...query, allVersions: true } : query, n);
}

/**
 * Prints the records of all sets as a table, or with `-k` as names and values. The header is printed again where a set has other columns.
 * Records are read in one statement a set, storage units in one for some thousand records.
 *
 * Errors: USAGE for a set without limit; BAD_PARAMETER for a link that is none; those of `planRecords`, `Database`. Source: netdrms 6.
 */
export async function showRecords(
  context: ShowInfoContext,
  catalog: SeriesCatalog,
  sets: readonly AskedSet[],
): Promise<void> {
  expectLimited(sets, context.values.n);
  const lookup = new UnitLookup(context.sums, (line) => context.log(`show_info: ${line}`));
  let header: string | undefined;
  for (const { query } of sets) {
    const subject = await subjectOf(catalog, query.series, context.values.link);
    const layout = await layoutOf(context.values, subject, query.segments, catalog);
    const own = headerText(context.values, layout.columns);
    if (own !== header) await context.print(own);
    header = own;
    await showSet({ ...context, catalog, lookup }, query, subject, layout);
  }
}

/** What all sets share. */
interface Shared extends ShowInfoContext {
  readonly catalog: SeriesCatalog;
  readonly lookup: UnitLookup;
}

async function showSet(
  shared: Shared,
  query: RecordSetQuery,
  subject: Subject,
  layout: Layout,
): Promise<void> {
  const { values, database, catalog, lookup, print, log } = shared;
  const selection = selectionOf(values, query);
  const sessions = layout.needsSessions
    ? await readSessions(database, lookup, selection, subject)
    : NO_SESSIONS;
  const touch = await touchOf(shared, subject.series);
  const plan = await planRecords(withRecordKeywords(catalog), selection, layout.wanted);
  for (const warning of plan.warnings) log(`show_info: ${warning}`);
  let left = 0;
  for await (const batch of readRecords(database, plan)) {
    const units = await unitsOf(lookup, layout, batch, touch);
    let text = "";
    for (let row = 0; row < batch.rows; row++) {
      const record: ShownRecord = { batch, row, units, sessions };
      if (layout.facts.isThere(record)) text += recordText(values, layout, record);
      else left++;
    }
    await print(text);
  }
  if (left > 0)
    log(`show_info: ${left} records are left out, whose link ${subject.link?.name} leads to no record`);
}

const NO_UNITS: ReadonlyMap<bigint, UnitInfo> = new Map();
const NO_SESSIONS: ReadonlyMap<string, SessionInfo> = new Map();

/** What is known of the units of some records, in one request. */
async function unitsOf(
  lookup: UnitLookup,
  { needsUnits, facts }: Layout,
  batch: RecordBatch,
  touch: Touch | undefined,
): Promise<ReadonlyMap<bigint, UnitInfo>> {
  if (!needsUnits && touch === undefined) return NO_UNITS;
  const sunums = new Set(batch.segments.flatMap(({ sunum }) => [...sunum.subarray(0, batch.rows)]));
  for (let row = 0; row < batch.rows; row++)
    sunums.add(facts.sunum({ batch, row, units: NO_UNITS, sessions: NO_SESSIONS }));
  const wanted = [...sunums].filter((sunum) => sunum >= 0n);
  await touch?.(wanted);
  return needsUnits ? lookup.find(wanted) : NO_UNITS;
}
