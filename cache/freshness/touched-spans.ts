import { isDasError } from "../../errors/das-error.js";
import { type FoundTimes, timesOfLinking, timesOfSlots } from "../../netdrms/changes/other-times.js";
import { type RecordChange, seriesKey } from "../../netdrms/changes/record-change.js";
import type { Database } from "../../netdrms/database/database.js";
import { keywordDefault } from "../../netdrms/series/keyword-default.js";
import type { Keyword } from "../../netdrms/series/model.js";
import { isMissingTime } from "../../netdrms/times/missing-time.js";
import type { RecordsRead } from "../../readers/records-read.js";
import type { BlockPeriod } from "../level.js";
import { blockSpans } from "./block-spans.js";
import { dependsOnOthers } from "./key-match.js";
import { type DrmsSpan, touchedBy } from "./touched-times.js";
import type { WatchedReading } from "./watched-reading.js";

/** Asks the archive something in a transaction of its own. */
export type AskArchive = <T>(work: (database: Database) => Promise<T>) => Promise<T>;

/** Changes or slots of one question. */
const AT_ONCE = 1000;

/**
 * Where in time changes touch what a reader makes: `all`, or spans of times, not in order.
 *
 * A record touches its own time. A new version may hide one that lies elsewhere in its slot; where that could be another block, the archive is asked which
 * times there are. A record that links lead to touches those that lead to it; where they cannot be found in time, or lie more than one link
 * away, all is touched.
 *
 * @param periods those of the source's levels
 * Errors: those of `Database`, but for questions that take too long or cannot be asked.
 */
export async function touchedSpans(
  changes: readonly RecordChange[],
  { records, reachSeconds }: Pick<WatchedReading, "records" | "reachSeconds">,
  periods: ReadonlySet<BlockPeriod>,
  ask: AskArchive,
): Promise<"all" | readonly DrmsSpan[]> {
  const own = seriesKey(records.query.series);
  const ofSeries = changes.filter(({ series }) => series === own);
  if (ofSeries.length > 0 && dependsOnOthers(records.query)) return "all";
  const linked = await linkedSpans(changes, records, ask);
  if (linked === "all") return "all";
  const spans: DrmsSpan[] = [...linked];
  const slots = new Map<bigint, DrmsSpan>();
  for (const change of ofSeries) {
    const touched = touchedBy(change, records);
    if (touched.kind === "all") return "all";
    if (touched.kind === "nothing") continue;
    spans.push(...touched.spans);
    const { slot } = touched;
    if (slot !== undefined && liesInSeveral(slot.span, periods, reachSeconds))
      slots.set(slot.number, slot.span);
  }
  return [...spans, ...(await slotSpans(slots, records, ask))];
}

/** Whether versions of a record in a slot may lie in different blocks. */
function liesInSeveral(span: DrmsSpan, periods: ReadonlySet<BlockPeriod>, reachSeconds: number): boolean {
  return [...periods].some((period) => {
    const blocks = (of: DrmsSpan) => JSON.stringify(blockSpans([of], period, reachSeconds));
    return blocks({ first: span.first, last: span.first }) !== blocks({ first: span.last, last: span.last });
  });
}

/** Where the versions are that lie in slots now, else all of the slots. */
async function slotSpans(
  slots: ReadonlyMap<bigint, DrmsSpan>,
  { query, key }: RecordsRead,
  ask: AskArchive,
): Promise<readonly DrmsSpan[]> {
  const spans: DrmsSpan[] = [];
  const { external } = query.series.primeKeys[key]!; // the key was found there
  for (const some of portions([...slots])) {
    const numbers = some.map(([number]) => number);
    const times = await found(ask, (database) => timesOfSlots(database, query.series, key, numbers));
    spans.push(...(times === undefined ? some.map(([, span]) => span) : pointsOf(times, external)));
  }
  return spans;
}

/** The records whose links lead to what has changed. */
async function linkedSpans(
  changes: readonly RecordChange[],
  { ways, time }: RecordsRead,
  ask: AskArchive,
): Promise<"all" | readonly DrmsSpan[]> {
  const changed = new Set(changes.map(({ series }) => series));
  if (ways.some((way) => way.slice(1).some(({ to }) => changed.has(seriesKey(to))))) return "all";
  const firsts = new Map(ways.map(([step]) => [step?.link.name.toLowerCase(), step]));
  const spans: DrmsSpan[] = [];
  for (const step of firsts.values()) {
    if (step === undefined) continue;
    const ofTarget = changes.filter(({ series }) => series === seriesKey(step.to));
    for (const some of portions(ofTarget)) {
      const times = await found(ask, (database) => timesOfLinking(database, step, time, some));
      if (times === undefined) return "all";
      spans.push(...pointsOf(times, time));
    }
  }
  return spans;
}

function pointsOf(times: readonly (number | null)[], keyword: Keyword): readonly DrmsSpan[] {
  return times
    .map((time) => time ?? Number(keywordDefault(keyword)))
    .filter((time) => !isMissingTime(time))
    .map((time) => ({ first: time, last: time }));
}

/** Nothing, too, where the answer takes too long: whoever asks has another way. */
async function found(
  ask: AskArchive,
  question: (database: Database) => Promise<FoundTimes>,
): Promise<FoundTimes> {
  try {
    return await ask(question);
  } catch (error) {
    if (
      isDasError(error, "TIME_LIMIT") ||
      isDasError(error, "ARCHIVE_FAILED") ||
      isDasError(error, "BAD_QUERY")
    )
      return undefined;
    throw error;
  }
}

function portions<T>(items: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / AT_ONCE) }, (_, n) =>
    items.slice(n * AT_ONCE, (n + 1) * AT_ONCE),
  );
}
