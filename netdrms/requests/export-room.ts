import type { ConnectionPool } from "../database/connection-pool.js";
import type { Database } from "../database/database.js";
import { param, sql } from "../database/sql.js";
import { exportTable, REQUESTS } from "../schema/request-tables.js";
import { numberField, textField } from "../sums/row-fields.js";
import { removeFolder } from "../sums/set-aside.js";
import { changeSums, readSums } from "../sums/sums-transaction.js";
import { REQUEST_STATUS } from "./export-request.js";
import { foundFolders, requestFolder } from "./export-root.js";

/** The folders of exports and the database of requests that they belong to. */
export interface ExportHouse {
  readonly pool: ConnectionPool;
  readonly root: string;
  /** Bytes that all exports may take; 0 for any number. */
  readonly maxBytes: number;
}

/** An export is left alone for so long after it was made, s: time to be downloaded. */
const LEFT_ALONE_S = 3600;
/** Folders that nobody knows go when nothing happened in them for so long, ms. */
const LEFT_OVER_MS = 600_000;
const { done, running, expired } = REQUEST_STATUS;

/** Bytes that exports take by now, those that are being made included. Errors: those of {@link Database}. */
export function usedBytes(pool: ConnectionPool): Promise<number> {
  return readSums(pool, usedBy);
}

async function usedBy(database: Database): Promise<number> {
  const [row] =
    await database.query(sql`SELECT coalesce(sum(CASE WHEN status = ${param(done, "int4")} THEN bytes
      ELSE bytes_done END), 0)::float8 AS bytes FROM ${exportTable(REQUESTS)}
    WHERE status = ANY(${param([done, running].map(BigInt), "int8[]")})`);
  return row === undefined ? 0 : numberField(row, "bytes");
}

/**
 * Makes room for an export: those that expire first make way, unless they were made within the last hour.
 * @returns bytes that there is room for, `undefined` where the need is not met yet
 * Errors: those of {@link Database} and of the file system.
 */
export async function makeExportRoom(house: ExportHouse, neededBytes: number): Promise<number | undefined> {
  if (house.maxBytes === 0) return Number.MAX_SAFE_INTEGER;
  for (;;) {
    const room = house.maxBytes - (await usedBytes(house.pool));
    if (room >= neededBytes) return room;
    const gone = await expireOne(
      house,
      sql`finished < clock_timestamp() - ${param(LEFT_ALONE_S, "int4")} * interval '1 second'`,
      "made way for other exports before its time",
    );
    if (gone === undefined) return undefined;
  }
}

/** Removes the exports whose time is over; how many. Errors: those of {@link Database} and of the file system. */
export async function removeExpired(house: ExportHouse, signal: AbortSignal): Promise<number> {
  let removed = 0;
  while (
    !signal.aborted &&
    (await expireOne(house, sql`expires < clock_timestamp()`, "expired")) !== undefined
  )
    removed++;
  return removed;
}

/** The record says so before the files go, so that nobody is led to what is half gone. */
async function expireOne(
  { pool, root }: ExportHouse,
  which: ReturnType<typeof sql>,
  why: string,
): Promise<string | undefined> {
  const id = await changeSums(pool, async (database) => {
    const [row] =
      await database.query(sql`UPDATE ${exportTable(REQUESTS)} SET status = ${param(expired, "int4")},
        stage = 'expired', bytes = 0, errmsg = ${param(why, "text")}
      WHERE requestid = (SELECT requestid FROM ${exportTable(REQUESTS)}
        WHERE status = ${param(done, "int4")} AND ${which} ORDER BY expires LIMIT 1 FOR UPDATE SKIP LOCKED)
      RETURNING requestid`);
    return row === undefined ? undefined : textField(row, "requestid");
  });
  if (id !== undefined) await removeFolder(requestFolder(root, id));
  return id;
}

/**
 * Removes folders that belong to no request: of tries that were killed, and of exports whose removal was.
 * @param nowMs Unix ms
 * Errors: those of {@link Database} and of the file system.
 */
export async function removeLeftovers({ pool, root }: ExportHouse, nowMs: number): Promise<number> {
  const old = (await foundFolders(root)).filter(({ changedMs }) => nowMs - changedMs > LEFT_OVER_MS);
  if (old.length === 0) return 0;
  const ids = [...new Set(old.map(({ id }) => id))];
  const rows = await readSums(pool, (database) =>
    database.query(sql`SELECT requestid, status, coalesce(lease >= clock_timestamp(), false) AS held
      FROM ${exportTable(REQUESTS)} WHERE requestid = ANY(${param(ids, "text[]")})`),
  );
  const known = new Map(rows.map((row) => [textField(row, "requestid"), row]));
  let removed = 0;
  for (const { id, path, isComing } of old) {
    const row = known.get(id);
    const isNeeded = row !== undefined && (row.held === true || (!isComing && row.status === done));
    if (isNeeded) continue;
    await removeFolder(path);
    removed++;
  }
  return removed;
}
