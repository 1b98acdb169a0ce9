import { DasError } from "../../errors/das-error.js";
import type { ConnectionPool } from "../database/connection-pool.js";
import type { Database } from "../database/database.js";
import { param, sql } from "../database/sql.js";
import type { Transaction } from "../database/transaction.js";

/*
 * Locks of the database (advisory, one bigint each) say which units are in use by processes that live: a lock goes with its
 * transaction, so also with a process that is killed and a connection that is lost. They take no right to write. All are of
 * transactions of their own that do nothing else. On a hot standby such locks do not reach the primary server, so who reads
 * files must hold their units there where the purge works.
 *
 * Keys: of a unit ~SUNUM, always negative; of a writing session "SUMS" and the low half of its number.
 */
const SESSION_KEYS = 0x53554d53n << 32n;
/** Numbers of sessions begin with 2. */
const PURGE_KEY = SESSION_KEYS;

/** Units of one hold: a server has room for some 6000 locks (64 for each of 100 connections) unless it is set up otherwise. */
export const MAX_HELD_UNITS = 1000;
/** A purge lets its locks go after moments; whoever waits longer is told so. */
const WAIT_LIMIT_MS = 60_000;

/** Locks that are held. */
export interface UnitLocks {
  /** The units that are locked. */
  readonly sunums: readonly bigint[];
  /** Lets go; never fails, and does nothing the second time. */
  release(): Promise<void>;
}

/**
 * Keeps the files of units from being removed while they are read or handed to another program, as many readers at once as
 * like; a purge passes the units by. To be taken before `locateUnits` is asked, which then tells what will stay. Waits for a
 * purge that is removing one of them just now; that one is then off line.
 *
 * @param sunums at most {@link MAX_HELD_UNITS}; negative ones are skipped
 * Errors: those of `Database`; INTERNAL for more units.
 */
export async function holdUnits(
  pool: ConnectionPool,
  sunums: readonly bigint[],
  signal?: AbortSignal,
): Promise<UnitLocks> {
  const keys = unitKeys(sunums);
  return locking(
    pool,
    async (transaction) => {
      await transaction.query(
        sql`SELECT pg_advisory_xact_lock_shared(key) FROM unnest(${param(keys, "int8[]")}) AS k(key)`,
      );
      return keys.map((key) => ~key);
    },
    signal,
  );
}

/** Locks the units that nobody holds, for one that will change or remove them; does not wait. Limit and errors as {@link holdUnits}. */
export async function lockFreeUnits(pool: ConnectionPool, sunums: readonly bigint[]): Promise<UnitLocks> {
  const keys = unitKeys(sunums);
  return locking(pool, async (transaction) => {
    const rows = await transaction.query(
      sql`SELECT key, pg_try_advisory_xact_lock(key) AS locked FROM unnest(${param(keys, "int8[]")}) AS k(key)`,
    );
    return rows.filter(({ locked }) => locked === true).map(({ key }) => ~(key as bigint)); // declared int8
  });
}

/** Marks a writing session as alive until the lock is released. Errors: those of `Database`. */
export function lockSession(pool: ConnectionPool, sumid: bigint): Promise<UnitLocks | undefined> {
  return tryLock(pool, sessionKey(sumid));
}

/** Locks the purge, of which one runs at a time; `undefined` where one runs. Errors: those of `Database`. */
export function lockPurge(pool: ConnectionPool): Promise<UnitLocks | undefined> {
  return tryLock(pool, PURGE_KEY);
}

/** Which of these units somebody holds or is removing. Takes no lock. */
export async function heldUnits(sums: Database, sunums: readonly bigint[]): Promise<ReadonlySet<bigint>> {
  const rows = await sums.query(sql`
    SELECT DISTINCT key FROM (
      SELECT (classid::int8 << 32) | objid::int8 AS key FROM pg_locks
       WHERE locktype = 'advisory' AND objsubid = 1 AND granted
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS locks
     WHERE key = ANY(${param(unitKeys(sunums, Number.POSITIVE_INFINITY), "int8[]")})`);
  return new Set(rows.map(({ key }) => ~(key as bigint))); // computed from int8
}

/** Of these sessions those that a living process has; sessions of other software are none of them. */
export async function livingSessions(
  sums: Database,
  sumids: readonly bigint[],
): Promise<ReadonlySet<bigint>> {
  const rows = await sums.query(sql`
    SELECT objid::int8 AS low FROM pg_locks
     WHERE locktype = 'advisory' AND objsubid = 1 AND granted
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND classid::int8 = ${param(SESSION_KEYS >> 32n, "int8")}`);
  const low = new Set(rows.map((row) => row.low));
  return new Set(sumids.filter((sumid) => low.has(sumid & 0xffff_ffffn)));
}

function sessionKey(sumid: bigint): bigint {
  return SESSION_KEYS | (sumid & 0xffff_ffffn);
}

function unitKeys(sunums: readonly bigint[], most = MAX_HELD_UNITS): readonly bigint[] {
  // In one order everywhere.
  const keys = [...new Set(sunums.filter((sunum) => sunum >= 0n))].sort((a, b) => (a < b ? -1 : 1));
  if (keys.length > most)
    throw new DasError("INTERNAL", `${keys.length} storage units to be locked at once, ${most} at most`);
  return keys.map((sunum) => ~sunum);
}

async function tryLock(pool: ConnectionPool, key: bigint): Promise<UnitLocks | undefined> {
  let locked = false;
  const locks = await locking(pool, async (transaction) => {
    const [row] = await transaction.query(
      sql`SELECT pg_try_advisory_xact_lock(${param(key, "int8")}) AS locked`,
    );
    locked = row?.locked === true;
    return [];
  });
  if (locked) return locks;
  await locks.release();
  return undefined;
}

async function locking(
  pool: ConnectionPool,
  lock: (transaction: Transaction) => Promise<readonly bigint[]>,
  signal?: AbortSignal,
): Promise<UnitLocks> {
  const transaction = await pool.begin({
    access: "read",
    statementTimeoutMs: WAIT_LIMIT_MS,
    ...(signal === undefined ? {} : { signal }),
  });
  try {
    // It is idle for as long as somebody reads.
    await transaction.query(sql`SELECT set_config('idle_in_transaction_session_timeout', '0', true)`);
    const sunums = await lock(transaction);
    return { sunums, release: () => transaction.rollback() };
  } catch (error) {
    await transaction.rollback();
    throw error;
  }
}
