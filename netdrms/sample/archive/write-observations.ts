import type { Series } from "../../series/model.js";
import { seriesCatalog } from "../../series/series-cache.js";
import type { Session, WriteAccess } from "../../session/session.js";
import { insertRecords } from "../../store/insert-records.js";
import type { NewRecord } from "../../store/new-record.js";
import type { NewUnit } from "../../sums/allocate.js";
import { firstFiltergram } from "./filtergrams.js";
import type { ImageJob, MadeRecord } from "./image-job.js";
import type { ImagePool } from "./image-pool.js";
import type { ObservedPart } from "./observing-plan.js";
import { openSampleSession, type SampleSite } from "./sample-site.js";

/** Observations that become records in one transaction; few storage units have to be put at once, and little is lost if it fails. */
const SESSION_RECORDS = 160;
/** Images that a thread makes in one go: about a tenth of a second. */
const JOB_RECORDS = 16;

/** Images of one series, and what their records are made from and lead to. */
export interface ObservingTask {
  readonly part: ObservedPart;
  /** As it is in the archive. */
  readonly series: Series;
  /** Where the filtergrams of magnetograms go; missing: they are there, or none are needed. */
  readonly filtergrams?: Series;
  /** Target of the link `CAL`, where the series has one. */
  readonly calibration?: bigint;
}

/** Who does it. */
export interface ObservingResources {
  readonly site: SampleSite;
  readonly images: ImagePool;
  /** Told when observations of a task have become records. */
  readonly progress: (task: ObservingTask, observations: number) => void;
}

/** A slot of a storage unit. */
interface Place {
  readonly unit: NewUnit;
  readonly slot: number;
}

interface Job {
  readonly places: readonly Place[];
  readonly records: Promise<readonly MadeRecord[]>;
}

/** What becomes records in one transaction. */
interface Portion {
  readonly task: ObservingTask;
  readonly observations: ImageJob["observations"];
}

/**
 * Makes the records of all tasks with their files, in the order of the plan, whatever order they are computed in. While the rows
 * of a portion are written the files of the next are made, in a transaction that does not see those rows: two tasks with versions
 * of the same records must not follow each other.
 *
 * Errors: those of sessions and of {@link insertRecords}, `makeImages`.
 */
export async function writeObservations(
  tasks: readonly ObservingTask[],
  resources: ObservingResources,
): Promise<void> {
  let before: Promise<void> = Promise.resolve();
  try {
    for (const portion of tasks.flatMap(portionsOf)) {
      const current = await beginPortion(portion, resources);
      await before.catch(async (error: unknown) => {
        await current.giveUp();
        throw error;
      });
      before = current.finish().then(() => resources.progress(portion.task, portion.observations.length));
      // Whoever waits for it hears of it.
      before.catch(() => undefined);
    }
  } finally {
    await before;
  }
}

function portionsOf(task: ObservingTask): readonly Portion[] {
  const { slots, kinds } = task.part;
  const observations = slots.flatMap((slot) => kinds.map((kind) => ({ slot, kind })));
  return Array.from({ length: Math.ceil(observations.length / SESSION_RECORDS) }, (_, n) => ({
    task,
    observations: observations.slice(n * SESSION_RECORDS, (n + 1) * SESSION_RECORDS),
  }));
}

interface BegunPortion {
  finish(): Promise<void>;
  giveUp(): Promise<void>;
}

async function beginPortion(
  { task, observations }: Portion,
  { site, images }: ObservingResources,
): Promise<BegunPortion> {
  const session = await openSampleSession(site, task.part.series);
  const jobs: Job[] = [];
  try {
    const write = await session.forWriting();
    for (let begin = 0; begin < observations.length; begin += JOB_RECORDS)
      jobs.push(await beginJob(task, images, write, observations.slice(begin, begin + JOB_RECORDS)));
    return {
      finish: () => finishPortion(session, write, task, jobs),
      giveUp: () => abandon(session, jobs),
    };
  } catch (error) {
    await abandon(session, jobs);
    throw error;
  }
}

async function beginJob(
  { part: { series: name, size, calibration }, series }: ObservingTask,
  images: ImagePool,
  { units }: WriteAccess,
  observations: ImageJob["observations"],
): Promise<Job> {
  const places: Place[] = [];
  while (places.length < observations.length) {
    const unit = await units.allocate({ group: series.tapeGroup, slots: series.unitSize });
    for (let slot = 0; slot < series.unitSize; slot++) places.push({ unit, slot });
  }
  const records = images.make({
    series: name,
    segments: series.segments,
    size,
    calibration,
    observations,
    places: places.slice(0, observations.length).map(({ unit, slot }) => ({ folder: unit.folder, slot })),
  });
  // Whoever waits for it hears of it.
  records.catch(() => undefined);
  return { places, records };
}

/** No thread may be writing into units that disappear. */
async function abandon(session: Session, jobs: readonly Job[]): Promise<void> {
  await Promise.allSettled(jobs.map(({ records }) => records));
  await session.end("aborted");
}

async function finishPortion(
  session: Session,
  write: WriteAccess,
  task: ObservingTask,
  jobs: readonly Job[],
): Promise<void> {
  try {
    await insertJobs(write, task, jobs);
  } catch (error) {
    await abandon(session, jobs);
    throw error;
  }
  await session.end("finished");
}

async function insertJobs(
  write: WriteAccess,
  { series, filtergrams, calibration }: ObservingTask,
  jobs: readonly Job[],
): Promise<void> {
  const made: { readonly record: MadeRecord; readonly place: Place | undefined }[] = [];
  for (const { places, records } of jobs)
    for (const record of await records)
      made.push({ record, place: record.files === undefined ? undefined : places[record.files.place] });
  const catalog = seriesCatalog(write.database);
  if (filtergrams !== undefined)
    await insertRecords(
      write,
      filtergrams,
      made.map(({ record }) => ({ keywords: firstFiltergram(record.keywords) })),
      catalog,
    );
  const { recnums } = await insertRecords(
    write,
    series,
    made.map(({ record, place }) => newRecord(record, place, calibration)),
    catalog,
  );
  const units = new Map<bigint, { readonly unit: NewUnit; readonly recnums: Map<number, bigint> }>();
  for (const [n, { place }] of made.entries()) {
    if (place === undefined) continue;
    const one = units.get(place.unit.sunum) ?? { unit: place.unit, recnums: new Map<number, bigint>() };
    units.set(place.unit.sunum, one);
    one.recnums.set(place.slot, recnums[n]!);
  }
  if (units.size === 0) return;
  const { name, retentionDays, archive } = series;
  await write.units.keep({ series: name, retentionDays, archive, units: [...units.values()] });
}

function newRecord(
  { keywords, links, files }: MadeRecord,
  place: Place | undefined,
  calibration: bigint | undefined,
): NewRecord {
  return {
    keywords,
    links: { ...links, ...(calibration === undefined ? {} : { CAL: { recnum: calibration } }) },
    ...(place === undefined || files === undefined
      ? {}
      : { place: { sunum: place.unit.sunum, slot: place.slot, files: files.bySegment } }),
  };
}
