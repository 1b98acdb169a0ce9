import { mkdir } from "node:fs/promises";
import { type ConnectionPool, connectionPool, inTransaction } from "../../database/connection-pool.js";
import { sql } from "../../database/sql.js";
import { setUpArchive } from "../../schema/setup.js";
import { spaceAsker } from "../../sums/partition-space.js";
import { type ImagePool, imagePool } from "./image-pool.js";
import { makeSampleSeries } from "./make-series.js";
import { type ObservingPlan, plannedRecords } from "./observing-plan.js";
import { retireUnits } from "./retire-units.js";
import { SAMPLE_NAMESPACES } from "./sample-series.js";
import { processUser, RECORD_CONNECTIONS, type SampleSite, UNIT_CONNECTIONS } from "./sample-site.js";
import { writeCalibrations } from "./write-calibrations.js";
import { type ObservingTask, writeObservations } from "./write-observations.js";
import { writeRegions } from "./write-regions.js";

/** Code of the site: one of those that are for private use (netdrms 3.2). */
export const SAMPLE_SITE = 0x4800;
/** Users of the sample archive: who writes storage units, and who only reads. */
export const SAMPLE_PRODUCTION = "sample_production";
export const SAMPLE_READER = "sample_reader";

const SPACE_KEPT_MS = 60_000;

/** How far the making of an archive is. */
export interface SampleProgress {
  /** What is being made. */
  readonly title: string;
  /** Records of all parts. */
  readonly done: number;
  readonly all: number;
}

/** What an archive is made of. */
export interface SampleArchiveOptions {
  /** Of a database that is empty or not there yet, of a server whose user may do everything. */
  readonly url: string;
  /** Folder for storage units, absolute, at most 59 characters without blanks; made where it is missing. */
  readonly partition: string;
  readonly plan: ObservingPlan;
  /** Missing: threads. */
  readonly images?: ImagePool;
  readonly progress?: (progress: SampleProgress) => void;
  readonly log?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** Commits need not wait for the disk: an archive that was cut off is made anew. */
const FAST_COMMITS = "synchronous_commit=off";

/**
 * Makes a sample archive: an archive of its own with series, records and files of a simulated Sun, the same at each time but for numbers of
 * storage units and dates of sessions.
 *
 * Errors: those of `setUpArchive`, of `Database` and of sessions; CANCELLED by the signal. What was made until then stays.
 */
export async function makeSampleArchive(options: SampleArchiveOptions): Promise<void> {
  const { url, partition } = options;
  // Threads begin to work out their Suns while the archive is set up.
  const images = options.images ?? imagePool();
  const fast = withOption(url, FAST_COMMITS);
  const pool = connectionPool({ url: fast, maxConnections: RECORD_CONNECTIONS });
  const sums = connectionPool({ url: fast, maxConnections: UNIT_CONNECTIONS });
  // What the threads have before them would be made for nothing.
  const cut = (): void => void (options.images === undefined && images.close());
  options.signal?.addEventListener("abort", cut);
  try {
    await mkdir(partition, { recursive: true });
    await setUp(url, partition);
    await fill({ ...options, images }, siteOf(options, pool, sums));
  } finally {
    options.signal?.removeEventListener("abort", cut);
    if (options.images === undefined) await images.close();
    await Promise.all([pool.close(), sums.close()]);
  }
}

async function setUp(url: string, partition: string): Promise<void> {
  await setUpArchive(
    { drms: url, sums: url },
    {
      createDatabases: true,
      siteCode: SAMPLE_SITE,
      production: { name: SAMPLE_PRODUCTION },
      web: { name: SAMPLE_READER },
      users: SAMPLE_NAMESPACES.map((name) => ({ name, namespace: name })),
      guests: [],
      partitions: [{ path: partition }],
    },
  );
}

function siteOf(
  { log = () => {}, signal = new AbortController().signal }: SampleArchiveOptions,
  pool: ConnectionPool,
  sums: ConnectionPool,
): SampleSite {
  // What is made is small and made quickly: the room need not be asked for again.
  const askSpace = spaceAsker({ keepMs: SPACE_KEPT_MS });
  return { pool, signal, storage: { pool: sums, log, user: processUser(), durable: false, askSpace } };
}

/** Makes the series and everything in them; gives their names. */
async function fill(
  { plan, images, progress }: SampleArchiveOptions & { readonly images: ImagePool },
  site: SampleSite,
): Promise<readonly string[]> {
  const series = await makeSampleSeries(site.pool);
  const of = (name: Parameters<typeof series.get>[0]) => series.get(name)!;
  const calibrations = await writeCalibrations(site, of("sample_hmi.calibration"));
  const tasks = plan.map((part): ObservingTask => {
    const task = { part, series: of(part.series) };
    if (part.series !== "sample_hmi.m_720s") return task;
    const calibration = calibrations[part.calibration];
    // Both versions of a record are from the same filtergrams.
    return part.calibration === 1
      ? { ...task, calibration }
      : { ...task, calibration, filtergrams: of("sample_hmi.lev1") };
  });
  const all = plannedRecords(plan);
  let done = 0;
  await writeObservations(tasks, {
    site,
    images,
    progress({ part }, observations) {
      done += observations;
      progress?.({ title: part.title, done, all });
    },
  });
  const slots = plan.flatMap((part) => part.slots);
  await writeRegions(site, of("sample_hmi.regions"), Math.min(...slots), Math.max(...slots));
  await retireUnits(site, series, calibrations[1]);
  // Without statistics the first queries would be planned as for empty tables.
  await inTransaction(site.pool, { access: "write", statementTimeoutMs: 60_000 }, (database) =>
    database.query(sql`ANALYZE`),
  );
  return [...series.keys()];
}

/** The same database with a setting of its own, as libpq takes them. */
function withOption(url: string, setting: string): string {
  return `${url}${url.includes("?") ? "&" : "?"}options=${encodeURIComponent(`-c ${setting}`)}`;
}
