import { connectionPool, inTransaction } from "../database/connection-pool.js";
import type { Database } from "../database/database.js";
import { askPresent } from "../schema/read-state.js";
import { runStatements } from "../schema/run-statements.js";
import type { SchemaObject, Statement } from "../schema/schema-object.js";
import type { Series } from "../series/model.js";
import { readSeries } from "../series/read-series.js";
import { isTracked, sharedObjects, trackingObject, untracking } from "./change-objects.js";
import { seriesKey } from "./record-change.js";

/** Series whose changes are to be noted from now on, and those of which they are to be noted no longer; names in any case. */
export interface WantedTracking {
  readonly track: readonly string[];
  readonly untrack: readonly string[];
}

const READ_LIMIT_MS = 60_000;

/**
 * What is missing so that changes of records are noted; nothing where nothing is. Series with triggers that fit are left alone.
 * @param database of the records
 * Errors: those of {@link readSeries}.
 */
export async function planChangeTracking(
  database: Database,
  { track, untrack }: WantedTracking,
): Promise<readonly Statement[]> {
  const wanted = await seriesOf(database, track);
  const unwanted = await seriesOf(database, untrack);
  const shared = sharedObjects();
  const tracking = wanted.map(trackingObject);
  const present = new Set(await askPresent(database, shared));
  const isSetUp = shared.every((object) => present.has(object));
  // Without the tables they cannot be asked for, and are not there.
  for (const object of isSetUp ? await askPresent(database, tracking) : []) present.add(object);
  const removed = isSetUp ? await trackedOf(database, unwanted) : [];
  return [
    ...(wanted.length === 0 ? [] : [...shared, ...tracking])
      .filter((object) => !present.has(object))
      .flatMap(({ steps }) => statements(steps)),
    ...removed.flatMap((series) => statements(untracking(series))),
  ];
}

/**
 * Has changes of records noted: {@link planChangeTracking}, then what it plans, whole or not at all. It waits for those who are writing the
 * series, and they for it, a moment.
 * @param url of the database of the records, of a role that owns the series or may do everything
 * @returns what was run
 * Errors: those of {@link planChangeTracking}; ARCHIVE_FAILED where the role may not do that.
 */
export async function makeChangeTracking(url: string, wanted: WantedTracking): Promise<readonly Statement[]> {
  const plan = await planTrackingAt(url, wanted);
  if (plan.length > 0) await runStatements(plan, { drms: url, sums: url });
  return plan;
}

/** {@link planChangeTracking} of the database at a URL. */
export async function planTrackingAt(url: string, wanted: WantedTracking): Promise<readonly Statement[]> {
  const pool = connectionPool({ url, maxConnections: 1 });
  try {
    return await inTransaction(pool, { access: "read", statementTimeoutMs: READ_LIMIT_MS }, (database) =>
      planChangeTracking(database, wanted),
    );
  } finally {
    await pool.close();
  }
}

async function seriesOf(database: Database, names: readonly string[]): Promise<readonly Series[]> {
  const found = new Map<string, Series>();
  for (const name of names) {
    const series = await readSeries(database, name);
    found.set(seriesKey(series), series);
  }
  return [...found.values()];
}

/** Those that are tracked, in whatever way. */
async function trackedOf(database: Database, series: readonly Series[]): Promise<readonly Series[]> {
  const asked = series.map((one) => ({ ...trackingObject(one), exists: isTracked(one) }));
  const present = await askPresent(database, asked);
  return series.filter((_, n) => present.includes(asked[n]!));
}

function statements(steps: SchemaObject["steps"]): readonly Statement[] {
  return steps.map((step) => ({ place: "drms", ...step }));
}
