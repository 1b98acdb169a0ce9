import type { TileWorkers } from "../../fits/tile-codec.js";
import type { Series } from "../series/model.js";
import { type SeriesCatalog, seriesCatalog } from "../series/series-cache.js";
import type { WriteAccess } from "../session/session.js";
import { ownConstantSegment } from "./constant-segments.js";
import { type FileJob, fileJobs } from "./file-jobs.js";
import {
  type InsertedRecords,
  insertPrepared,
  type PreparedRecords,
  prepareRecords,
  takeBackRecords,
} from "./insert-records.js";
import type { NewRecord, PlacedFile, RecordPlace } from "./new-record.js";
import { type OpenSlot, OpenUnits } from "./open-units.js";
import { storeSegment } from "./store-segment.js";

/** How records are stored. */
export interface StoreOptions {
  /** Of the same transaction as the records; missing: one of its own. */
  readonly catalog?: SeriesCatalog;
  /** Who compresses images; this thread by default. */
  readonly workers?: TileWorkers;
}

/** Files that are made at the same time. */
const FILES_AT_ONCE = 4;

/**
 * Adds records with their files. Files are written into storage units that nobody sees, rows into a transaction that nobody sees; when the
 * session ends well its units are kept first and the rows committed then (netdrms 2.9), else neither is left. Any number of series and
 * calls, one after the other; units are filled from call to call.
 */
export class RecordStore {
  readonly #write: WriteAccess;
  readonly #catalog: SeriesCatalog;
  readonly #workers: TileWorkers | undefined;
  readonly #units: OpenUnits;

  /** @param write of a session, see `Session.forWriting` */
  constructor(write: WriteAccess, options: StoreOptions = {}) {
    this.#write = write;
    this.#catalog = options.catalog ?? seriesCatalog(write.database);
    this.#workers = options.workers;
    this.#units = new OpenUnits(write.units);
  }

  /**
   * Adds records, all or none; those with files get the next slots of the series' storage units.
   *
   * Errors: those of `insertRecords`, `fileJobs`, `storeSegment` and `ownConstantSegment`. What was done of the call is taken back, and others
   * may follow.
   */
  async insert(series: Series, records: readonly NewRecord[]): Promise<InsertedRecords> {
    const jobs = fileJobs(series, records);
    const prepared = await prepareRecords(this.#write, series, records, this.#catalog);
    const slots = new Map<number, OpenSlot>();
    try {
      // One after the other, so that records follow each other in a unit.
      for (const { record } of jobs)
        if (!slots.has(record)) slots.set(record, await this.#units.take(series));
      const made = await this.#makeFiles(jobs, slots);
      const places = records.map(({ place }, n) => made.get(n) ?? place);
      return await this.#addRows(series, prepared, places, jobs, slots);
    } catch (error) {
      await this.#units.giveBack(series, [...slots.values()]);
      throw error;
    }
  }

  async #makeFiles(
    jobs: readonly FileJob[],
    slots: ReadonlyMap<number, OpenSlot>,
  ): Promise<ReadonlyMap<number, RecordPlace>> {
    const files = new Map<number, Map<number, PlacedFile>>();
    for (const record of slots.keys()) files.set(record, new Map());
    await inParallel(jobs, async ({ record, segment, content }) => {
      const { unit, slot } = slots.get(record)!;
      const placed = await storeSegment(unit.folder, slot, segment, content, this.#workers);
      files.get(record)!.set(segment.number, placed);
    });
    return new Map(
      [...slots].map(([record, { unit, slot }]) => [
        record,
        { sunum: unit.sunum, slot, files: files.get(record)! },
      ]),
    );
  }

  async #addRows(
    series: Series,
    prepared: PreparedRecords,
    places: readonly (RecordPlace | undefined)[],
    jobs: readonly FileJob[],
    slots: ReadonlyMap<number, OpenSlot>,
  ): Promise<InsertedRecords> {
    const inserted = await insertPrepared(this.#write, series, prepared, places);
    try {
      for (const { segment, record } of jobs)
        if (segment.scope === "constant")
          await ownConstantSegment(this.#write.database, series, segment, inserted.recnums[record]!);
      await this.#units.keep(
        series,
        [...slots].map(([record, slot]) => ({ ...slot, recnum: inserted.recnums[record]! })),
      );
      return inserted;
    } catch (error) {
      await takeBackRecords(this.#write, series, inserted.recnums);
      throw error;
    }
  }
}

/** Some at a time; when it returns or throws, none is running any more. */
async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  let failed = false;
  const worker = async (): Promise<void> => {
    while (next < items.length && !failed) {
      try {
        await work(items[next++]!);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: FILES_AT_ONCE }, worker));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}
