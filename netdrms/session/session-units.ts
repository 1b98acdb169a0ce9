import { DasError } from "../../errors/das-error.js";
import type { NewUnit, UnitRequest } from "../sums/allocate.js";
import { openSession, type SeriesUnits, type SessionOptions, type SumsSession } from "../sums/session.js";

/** Storage units that a program makes in its session. */
export interface UnitMaker {
  /** A new unit to be filled. It disappears with the session unless it is kept. Errors: those of `allocateUnit`. */
  allocate(request: UnitRequest): Promise<NewUnit>;
  /**
   * Says that units are to be kept with the session, on which terms, and whose records they hold. What is said again of a unit adds
   * to its records; its terms are the last.
   *
   * Errors: BAD_PARAMETER for a unit that was not made in this session.
   */
  keep(units: SeriesUnits): Promise<void>;
}

type Kept = Omit<SeriesUnits, "units"> & { readonly unit: NewUnit; readonly recnums: Map<number, bigint> };

/**
 * The units of all programs of a session: put when the session is kept, right before its records are, and gone when it is not.
 * Source: netdrms 2.9, 3.6.
 */
export class SessionUnits implements UnitMaker {
  readonly #options: SessionOptions | undefined;
  readonly #made = new Map<bigint, NewUnit>();
  readonly #kept = new Map<bigint, Kept>();
  #opened: Promise<SumsSession> | undefined;

  /** @param options missing: there are no storage units here, and whoever asks for one is told so */
  constructor(options: SessionOptions | undefined) {
    this.#options = options;
  }

  async allocate(request: UnitRequest): Promise<NewUnit> {
    const options = this.#options;
    if (options === undefined) throw new DasError("ARCHIVE_FAILED", "No storage units are set up here");
    this.#opened ??= openSession(options).catch((error: unknown) => {
      this.#opened = undefined;
      throw error;
    });
    const unit = await (await this.#opened).allocate(request);
    this.#made.set(unit.sunum, unit);
    return unit;
  }

  async keep({ units, ...terms }: SeriesUnits): Promise<void> {
    for (const { unit, recnums } of units) {
      const made = this.#made.get(unit.sunum);
      if (made === undefined)
        throw new DasError("BAD_PARAMETER", `storage unit ${unit.sunum} was not made in this session`);
      const before = this.#kept.get(unit.sunum)?.recnums ?? [];
      this.#kept.set(unit.sunum, { ...terms, unit: made, recnums: new Map([...before, ...recnums]) });
    }
  }

  /**
   * Puts the units, then has the records committed. What was not kept disappears.
   *
   * Errors: those of `SumsSession.commit`, and of `commitRecords`; then no unit is left.
   */
  async commit(commitRecords: () => Promise<void>): Promise<void> {
    const session = await this.#opened;
    if (session === undefined) return commitRecords();
    const puts = [...this.#kept.values()].map(({ unit, recnums, ...terms }) => ({
      ...terms,
      units: [{ unit, recnums }],
    }));
    await session.commit(puts, commitRecords);
    // What stays of the session is found by a clean-up; the records are kept in any case.
    await session.close().catch((error: unknown) => this.#options?.log(String(error)));
  }

  /** Takes all units back; never fails: what stays is found by a clean-up. */
  async rollback(): Promise<void> {
    const session = await this.#opened?.catch(() => undefined);
    await session?.rollback().catch((error: unknown) => this.#options?.log(String(error)));
  }
}
