import { DasError, isDasError } from "../../errors/das-error.js";
import { param, sql } from "../database/sql.js";
import { type AllocateOptions, allocateUnit, type NewUnit, type UnitRequest } from "./allocate.js";
import { endSession } from "./end-session.js";
import { type AskSpace, spaceAsker } from "./partition-space.js";
import { checkTerms, type PutTerms, putUnits, type SealedUnits } from "./put-unit.js";
import { removeUnits } from "./remove-units.js";
import { giveUpUnits } from "./retention.js";
import { bigintField } from "./row-fields.js";
import { type SealOptions, sealUnit } from "./seal-unit.js";
import { changeSums, readSums } from "./sums-transaction.js";
import { lockSession, MAX_HELD_UNITS, type UnitLocks } from "./unit-locks.js";

/** What a writing session draws on. Its pool gives up to three connections at a time, one of them for as long as it lasts. */
export interface SessionOptions extends Omit<AllocateOptions, "askSpace" | "durable">, Partial<SealOptions> {
  /** Missing: the file systems are asked, not more than once a second. */
  readonly askSpace?: AskSpace;
  /** Name of the user whose the units are. */
  readonly user: string;
  /** Whether the site archives on tape; missing: no. */
  readonly hasTape?: boolean;
}

/** Units of one series that are ready. */
export interface SeriesUnits {
  /** `ns.table`. */
  readonly series: string;
  /** Days from now. */
  readonly retentionDays: number;
  /** The flag of the series: -1 has the records deleted with the unit, 1 has it archived where there is tape. */
  readonly archive: -1 | 0 | 1;
  /** With the recnum in each slot that is used; none for a log. */
  readonly units: readonly { readonly unit: NewUnit; readonly recnums: ReadonlyMap<number, bigint> }[];
}

/**
 * A program that makes storage units. Steps are durable one by one: a unit is allocated, its files are written, it is put, the
 * records that point to it are committed; then the session is closed. A process that is killed on the way leaves what `cleanUp`
 * finds: units that were not put, and units that were put and have no records.
 */
export interface SumsSession {
  readonly sumid: bigint;
  /** Errors: those of {@link allocateUnit}. */
  allocate(request: UnitRequest): Promise<NewUnit>;
  /** Makes units known, all or none. Errors: those of {@link sealUnit} and {@link putUnits}. */
  put(puts: readonly SeriesUnits[]): Promise<void>;
  /**
   * Puts units, then has their records committed: in this order, so that no record points to a unit that is not there (netdrms
   * 2.9). Where the commit is refused the units are withdrawn. Where nobody knows whether it happened (the connection was lost)
   * they stay: records may point to them, and if none do `cleanUp` finds that.
   *
   * @param commitRecords commits, as the last thing it does
   * Errors: those of {@link put}; whatever `commitRecords` throws.
   */
  commit(puts: readonly SeriesUnits[], commitRecords: () => Promise<void>): Promise<void>;
  /** Units that were not put disappear. Errors: those of `Database`. */
  close(): Promise<void>;
  /** As {@link close}, and units that were put without {@link commit} are withdrawn. */
  rollback(): Promise<void>;
  /** Lets go without an end: another process is to go on with {@link resumeSession}. */
  leave(): Promise<void>;
}

/** Begins a session. Errors: those of `Database`. Source: netdrms 3.6, 1. */
export async function openSession(options: SessionOptions): Promise<SumsSession> {
  const sumid = await changeSums(options.pool, async (sums) => {
    const [row] = await sums.query(sql`
      INSERT INTO public.sum_open (sumid, open_date) VALUES (nextval('public.sum_seq'), localtimestamp(0)) RETURNING sumid`);
    return bigintField(row!, "sumid");
  });
  return lockedSession(options, sumid);
}

/** Goes on with a session that was left. Errors: BAD_PARAMETER for one that is over, or that a living process has. */
export async function resumeSession(options: SessionOptions, sumid: bigint): Promise<SumsSession> {
  const session = await lockedSession(options, sumid);
  const rows = await readSums(options.pool, (sums) =>
    sums.query(sql`SELECT sumid FROM public.sum_open WHERE sumid = ${param(sumid, "int8")}`),
  );
  if (rows.length > 0) return session;
  await session.leave();
  throw new DasError("BAD_PARAMETER", `session ${sumid} is over, expected one that is open`);
}

async function lockedSession(options: SessionOptions, sumid: bigint): Promise<SumsSession> {
  const lock = await lockSession(options.pool, sumid);
  if (lock === undefined)
    throw new DasError("BAD_PARAMETER", `session ${sumid} is in use by another process`);
  return new Session(options, sumid, lock);
}

class Session implements SumsSession {
  readonly sumid: bigint;
  readonly #options: SessionOptions & AllocateOptions;
  readonly #lock: UnitLocks;
  readonly #put = new Set<bigint>();

  constructor(options: SessionOptions, sumid: bigint, lock: UnitLocks) {
    this.#options = { durable: true, ...options, askSpace: options.askSpace ?? spaceAsker() };
    this.sumid = sumid;
    this.#lock = lock;
  }

  allocate(request: UnitRequest): Promise<NewUnit> {
    return allocateUnit(this.#options, this.sumid, request);
  }

  async put(puts: readonly SeriesUnits[]): Promise<void> {
    const { durable, owner } = this.#options;
    const sealOptions = { durable, ...(owner === undefined ? {} : { owner }) };
    for (const one of puts) checkTerms(this.#terms(one));
    const sealed: SealedUnits[] = [];
    for (const one of puts) {
      const records = { series: one.series, deletes: one.archive === -1 };
      const units = await eachOf(one.units, async ({ unit, recnums }) => ({
        unit,
        bytes: await sealUnit(unit, { ...records, recnums }, sealOptions),
      }));
      sealed.push({ terms: this.#terms(one), units });
    }
    // Also where putting them fails: the answer may be what was lost.
    for (const { units } of sealed) for (const { unit } of units) this.#put.add(unit.sunum);
    await putUnits(this.#options.pool, this.sumid, sealed);
  }

  async commit(puts: readonly SeriesUnits[], commitRecords: () => Promise<void>): Promise<void> {
    await this.put(puts);
    const sunums = puts.flatMap(({ units }) => units.map(({ unit }) => unit.sunum));
    try {
      await commitRecords();
    } catch (error) {
      if (isRefusal(error)) await this.#withdraw(sunums);
      else
        this.#options.log(`storage units ${sunums.join(",")} stay: the commit of their records is in doubt`);
      throw error;
    } finally {
      for (const sunum of sunums) this.#put.delete(sunum);
    }
  }

  async close(): Promise<void> {
    try {
      await endSession(this.#options.pool, this.sumid, this.#options.log);
    } finally {
      await this.#lock.release();
    }
  }

  async rollback(): Promise<void> {
    await this.#withdraw([...this.#put]);
    this.#put.clear();
    await this.close();
  }

  leave(): Promise<void> {
    return this.#lock.release();
  }

  #terms({ series, retentionDays, archive }: SeriesUnits): PutTerms {
    const { user, hasTape = false } = this.#options;
    return {
      series,
      retentionDays,
      archive: archive === 1 ? "temporary+archive" : "temporary+noarchive",
      hasTape,
      user,
    };
  }

  /** Takes units back that no record points to. One that somebody holds just now goes with the next purge. */
  async #withdraw(sunums: readonly bigint[]): Promise<void> {
    const { pool, log } = this.#options;
    try {
      for (let begin = 0; begin < sunums.length; begin += MAX_HELD_UNITS) {
        const batch = sunums.slice(begin, begin + MAX_HELD_UNITS);
        const gone = await changeSums(pool, (sums) => giveUpUnits(sums, batch, this.sumid));
        // There are no records to delete.
        const noRecords = async (): Promise<void> => {};
        await removeUnits({ pool, log, forgetMissing: true, deleteRecords: noRecords }, [...gone]);
      }
    } catch (error) {
      log(`storage units ${sunums.join(",")} without records stay for a clean-up: ${String(error)}`);
    }
  }
}

/** Units sealed together: most of the time the disk is waited for. */
const TOGETHER = 4;

/** Does `work` for each, some at a time; when one fails those that run are waited for. */
async function eachOf<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (let begin = 0; begin < all.length; begin += TOGETHER)
    for (const done of await Promise.allSettled(all.slice(begin, begin + TOGETHER).map(work))) {
      if (done.status === "rejected") throw done.reason;
      results.push(done.value);
    }
  return results;
}

/** Whether a commit was certainly not done: the database said so. */
function isRefusal(error: unknown): boolean {
  const codes = ["ARCHIVE_FAILED", "ARCHIVE_READ_ONLY", "BAD_QUERY", "TIME_LIMIT"] as const;
  return codes.some((code) => isDasError(error, code));
}
