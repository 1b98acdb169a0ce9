import { asDasError, isDasError } from "../../errors/das-error.js";
import { type ConnectionPool, inTransaction } from "../database/connection-pool.js";
import type { Database } from "../database/database.js";
import type { Series } from "../series/model.js";
import type { ChangePosition, PolledPosition } from "./change-position.js";
import { pollRecords } from "./poll-records.js";
import { type ChangeState, readChangePage, readChangeState } from "./read-changes.js";
import { type RecordChange, seriesKey } from "./record-change.js";

/** Some of what has changed. */
export interface ChangeBatch {
  /** At most some ten thousand. */
  readonly changes: readonly RecordChange[];
  /** Series of which all may have changed: nobody knows what, as `seriesKey` has them. */
  readonly lost: readonly string[];
  /** Where to go on once this is done. */
  readonly position: ChangePosition;
}

/** What is read, and from where. */
export interface ChangeRound {
  readonly pool: ConnectionPool;
  readonly series: readonly Series[];
  /** Missing: nothing was ever read, so all series count as lost. */
  readonly from: ChangePosition | undefined;
  /** Whether series that are not tracked are looked at as well; those that never were always are. */
  readonly polls: boolean;
  readonly signal: AbortSignal;
  /** Is told of a series that cannot be looked at; the others go on. */
  readonly onError: (error: unknown) => void;
}

const READ_LIMIT_MS = 60_000;

/**
 * All that has changed since a position, in batches; the last one, which may be empty, has the position behind all of it. Whoever stops in between
 * goes on at the position of the last batch that was done.
 * Errors: those of `Database`.
 */
export async function* readRound(round: ChangeRound): AsyncGenerator<ChangeBatch> {
  const { series } = round;
  const state = await read(round, (database) => readChangeState(database, series));
  const tracked = new Set(state.tracked);
  const from = round.from?.server === state.server ? round.from : undefined;
  let position: ChangePosition = {
    server: state.server,
    snapshot: state.snapshot,
    tracked: state.tracked.map(seriesKey),
    polled: new Map(series.flatMap((one) => (tracked.has(one) ? [] : polledOf(one, from)))),
  };
  if (from === undefined) yield { changes: [], lost: position.tracked, position };
  else yield* trackedChanges(round, from, state, position);
  for (const one of series) {
    if (tracked.has(one) || !(round.polls || !position.polled.has(seriesKey(one)))) continue;
    for await (const batch of polledChanges(round, one, position)) {
      position = batch.position;
      yield batch;
    }
  }
}

async function* trackedChanges(
  round: ChangeRound,
  from: ChangePosition,
  state: ChangeState,
  to: ChangePosition,
): AsyncGenerator<ChangeBatch> {
  const told = new Set<string>();
  for (let page = await read(round, (database) => readChangePage(database, from, state)); ; ) {
    const { changes, next } = page;
    const lost = page.lost.filter((key) => !told.has(key));
    for (const key of lost) told.add(key);
    // The rows of the next page are not behind `to` before they are done.
    yield { changes, lost, position: next === undefined ? to : from };
    if (next === undefined) return;
    page = await read(round, (database) => readChangePage(database, from, state, next));
  }
}

async function* polledChanges(
  round: ChangeRound,
  series: Series,
  from: ChangePosition,
): AsyncGenerator<ChangeBatch> {
  const key = seriesKey(series);
  let position = from;
  try {
    for (let hasMore = true; hasMore; ) {
      const page = await read(round, (database) => pollRecords(database, series, position.polled.get(key)));
      hasMore = page.hasMore;
      position = { ...position, polled: new Map([...position.polled, [key, page.position]]) };
      yield { changes: page.changes, lost: page.isLost ? [key] : [], position };
    }
  } catch (error) {
    // Only what concerns this series alone: it was dropped, or may not be read.
    if (!isDasError(error, "ARCHIVE_FAILED")) throw error;
    round.onError(asDasError(error, `the look at ${series.name}`));
  }
}

function polledOf(
  series: Series,
  from: ChangePosition | undefined,
): readonly (readonly [string, PolledPosition])[] {
  const position = from?.polled.get(seriesKey(series));
  return position === undefined ? [] : [[seriesKey(series), position]];
}

function read<T>({ pool, signal }: ChangeRound, work: (database: Database) => Promise<T>): Promise<T> {
  return inTransaction(pool, { access: "read", statementTimeoutMs: READ_LIMIT_MS, signal }, work);
}
