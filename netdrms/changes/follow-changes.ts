import { DasError, isDasError } from "../../errors/das-error.js";
import { type ConnectionPool, connectionPool, inTransaction } from "../database/connection-pool.js";
import { type Listener, openListener } from "../database/listener.js";
import { sql } from "../database/sql.js";
import type { Series } from "../series/model.js";
import { Bell } from "./bell.js";
import { CHANGE_CHANNEL } from "./change-names.js";
import type { ChangePosition } from "./change-position.js";
import { readServer } from "./read-changes.js";
import { type ChangeBatch, readRound } from "./read-round.js";

/** What is followed, and what is done about it. */
export interface FollowOptions {
  /** Of the database of the records; a role that reads will do. */
  readonly url: string;
  readonly series: readonly Series[];
  /**
   * Where to begin, asked each time that this follower takes its turn: another one may have gone on meanwhile.
   * @param server names the database, see `readServer`
   */
  load(server: string): Promise<ChangePosition | undefined>;
  /** Is told of all changes, one batch after the other; whoever fails is told of the same ones again. */
  onChange(batch: ChangeBatch): Promise<void>;
  /** Is told of what went wrong; following goes on by itself. */
  onError(error: unknown): void;
  /** Followers with the same number, of whatever process: one of them follows, the others wait for its end. Missing: it follows. */
  readonly turn?: bigint;
  /** How often series without triggers are looked at, and whether the connection is alive, ms. */
  readonly intervalMs?: number;
  /** How often a follower that waits for its turn asks, ms. */
  readonly turnMs?: number;
  /** How long to wait before the n-th try to connect again, n from 0, ms. */
  retryMs?(attempt: number): number;
  /** Ends it. */
  readonly signal: AbortSignal;
}

const INTERVAL_MS = 30_000;
const TURN_MS = 5_000;
const MOST_RETRY_MS = 30_000;
const PRUNE_EVERY_MS = 3_600_000;
const PRUNE_LIMIT_MS = 60_000;
const READ_LIMIT_MS = 60_000;

/** A quarter of a second, twice as long each time, half a minute at most. */
export function retryDelay(attempt: number): number {
  return Math.min(250 * 2 ** Math.min(attempt, 30), MOST_RETRY_MS);
}

/**
 * Follows the changes of series until the signal: first what has changed since the position, then what changes, as soon as its transaction has ended
 * where the series is tracked. A connection that is lost is made again, and nothing is lost by that: what changed meanwhile is read from the
 * tables. Resolves when all is closed; never fails.
 */
export async function followChanges(options: FollowOptions): Promise<void> {
  const { url, signal, onError, retryMs = retryDelay } = options;
  const pool = connectionPool({ url, maxConnections: 1 });
  try {
    for (let attempt = 0; !signal.aborted; ) {
      try {
        await followOnce(options, pool, () => {
          attempt = 0;
        });
      } catch (error) {
        if (signal.aborted) break;
        onError(error);
      }
      await new Bell().wait(retryMs(attempt++), signal);
    }
  } finally {
    await pool.close();
  }
}

/** Follows as long as one connection lasts. */
async function followOnce(options: FollowOptions, pool: ConnectionPool, onRound: () => void): Promise<void> {
  const { url, signal, intervalMs = INTERVAL_MS } = options;
  const bell = new Bell();
  const listener = await openListener({ url, channel: CHANGE_CHANNEL, onTold: () => bell.ring() });
  let isLost = false;
  void listener.lost.then(() => {
    isLost = true;
    bell.ring();
  });
  try {
    await takeTurn(options, listener, bell, () => isLost);
    const server = await inTransaction(
      pool,
      { access: "read", statementTimeoutMs: READ_LIMIT_MS, signal },
      readServer,
    );
    let position = await options.load(server);
    let lookedAt = Number.NEGATIVE_INFINITY;
    let prunedAt = Number.NEGATIVE_INFINITY;
    while (!signal.aborted) {
      // However often the bell rings, the rest has its turn.
      const isDue = performance.now() - lookedAt >= intervalMs;
      if (isDue) {
        await listener.check();
        lookedAt = performance.now();
      }
      position = await doRound(options, pool, position, isDue);
      onRound();
      if (position.tracked.length > 0 && performance.now() - prunedAt >= PRUNE_EVERY_MS) {
        prunedAt = performance.now();
        await prune(options, pool);
      }
      await bell.wait(Math.max(0, lookedAt + intervalMs - performance.now()), signal);
      if (isLost) throw connectionLost();
    }
  } finally {
    await listener.close();
  }
}

async function takeTurn(
  { turn, turnMs = TURN_MS, signal }: FollowOptions,
  listener: Listener,
  bell: Bell,
  isLost: () => boolean,
): Promise<void> {
  if (turn === undefined) return;
  while (!signal.aborted && !(await listener.tryLock(turn))) {
    await bell.wait(turnMs, signal);
    if (isLost()) throw connectionLost();
  }
}

async function doRound(
  { series, onChange, onError, signal }: FollowOptions,
  pool: ConnectionPool,
  from: ChangePosition | undefined,
  polls: boolean,
): Promise<ChangePosition> {
  let position = from;
  for await (const batch of readRound({ pool, series, from, polls, signal, onError })) {
    await onChange(batch);
    position = batch.position;
  }
  if (position === undefined) throw new DasError("INTERNAL", "a round of changes without an end");
  return position;
}

/** Old rows go now and then; where the database takes no changes, whoever writes it has to see to that. */
async function prune({ signal, onError }: FollowOptions, pool: ConnectionPool): Promise<void> {
  try {
    await inTransaction(pool, { access: "write", statementTimeoutMs: PRUNE_LIMIT_MS, signal }, (database) =>
      database.query(sql`SELECT drms.heliostream_prune() AS pruned`),
    );
  } catch (error) {
    if (!isDasError(error, "ARCHIVE_READ_ONLY") && !signal.aborted) onError(error);
  }
}

function connectionLost(): DasError {
  return new DasError("ARCHIVE_AWAY", "The connection that tells of changes of the archive was lost");
}
