import { join } from "node:path";
import { asDasError, DasError, type ErrorCode } from "../../errors/das-error.js";
import type { TileWorkers } from "../../fits/tile-codec.js";
import { RequestCutout } from "../cutout/request-cutout.js";
import { type ConnectionPool, inTransaction } from "../database/connection-pool.js";
import { type ExportItem, exportRecords } from "../export/export-records.js";
import { exportPlan } from "../export/export-set.js";
import { readFileNameTemplate, UniqueNames } from "../export/file-name.js";
import { readQuery } from "../query/read-query.js";
import type { RecordSetQuery } from "../query/record-set-query.js";
import { readRecords } from "../records/read-records.js";
import type { RecordBatch } from "../records/record-batch.js";
import { type SeriesCache, type SeriesCatalog, seriesCatalog } from "../series/series-cache.js";
import { removeFolder } from "../sums/set-aside.js";
import { REQUEST_STATUS } from "./export-request.js";
import { type ExportHouse, makeExportRoom } from "./export-room.js";
import { makeComing, publishFolder } from "./export-root.js";
import { KeywordListFile } from "./keyword-list-file.js";
import { endRequest, keepRequest, type LeasedRequest, type LeaseHolder, type WorkDone } from "./lease.js";
import { readProcessing } from "./processing.js";
import { readProtocol } from "./protocol.js";
import { listUnits, parseSunums, writeUnitLists } from "./units-export.js";
import { type WrittenExport, writeExport } from "./write-export.js";

/** What runs the requests of a site. */
export interface ExportSite extends ExportHouse {
  /** Databases of the records and of the storage units, for reading. */
  readonly drms: ConnectionPool;
  readonly sums: ConnectionPool;
  readonly series: SeriesCache;
  /** The site code of the archive, see `ownSiteCode`. */
  readonly siteCode: () => Promise<number>;
  /** Series that may be exported; others are as if they were not there. */
  readonly offered: () => Promise<{
    readonly isOffered: (series: string) => boolean;
    readonly catalog: (catalog: SeriesCatalog) => SeriesCatalog;
  }>;
  /** Value of the card LICENSE. */
  readonly license: string;
  /** Who makes the exports, with version, for their provenance. */
  readonly server: string;
  /** How long files are kept, days. */
  readonly retentionDays: number;
  /** Longest time of one statement, ms. */
  readonly statementTimeoutMs: number;
  readonly leaseMs: number;
  readonly workers?: TileWorkers;
  readonly log: (line: string) => void;
  /** Unix ms. */
  readonly now: () => number;
}

/** How often a request is begun before it is given up: a file that kills its runner must not kill all for ever. */
const MOST_ATTEMPTS = 5;
/** Pause before the next try, s; doubled with each. */
const FIRST_PAUSE_S = 15;
/** Until it is looked again whether there is room, s. */
const ROOM_PAUSE_S = 60;
const MEGABYTE = 1024 * 1024;

/** Failures that may pass. */
const PASSING: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "ARCHIVE_AWAY",
  "ARCHIVE_FAILED",
  "OVERLOADED",
  "INTERNAL",
]);

/**
 * Runs a request that this runner has taken: its folder appears whole, or not at all. What goes wrong becomes the status of the request,
 * or it is tried again.
 *
 * @param signal puts the request back for the next who comes
 * Errors: those of the database of requests; then its lease runs out, and another takes it.
 */
export async function runRequest(
  site: ExportSite,
  holder: LeaseHolder,
  request: LeasedRequest,
  signal: AbortSignal,
): Promise<void> {
  const lost = new AbortController();
  const heart = new Heartbeat(site, holder, request.id, lost);
  let coming: string | undefined;
  try {
    if (request.attempts > MOST_ATTEMPTS)
      throw new DasError(
        "BAD_PARAMETER",
        `given up after ${MOST_ATTEMPTS} tries that did not get to their end`,
      );
    const room = await makeExportRoom(site, request.megabytes * MEGABYTE);
    if (room === undefined) {
      await tellEnd(holder, request.id, {
        ...{ kind: "again", afterSeconds: ROOM_PAUSE_S, stage: "waiting for room", counts: false },
      });
      return;
    }
    const folder = await makeComing(site.root, request.id);
    coming = folder;
    const work = {
      site,
      request,
      folder,
      maxBytes: room,
      heart,
      signal: AbortSignal.any([signal, lost.signal]),
    };
    const written = await (request.kind === "units" ? unitsOf(work) : recordsOf(work));
    if (lost.signal.aborted) return;
    await tellEnd(holder, request.id, {
      ...{ kind: "done", done: written.done, bytes: written.bytes },
      retentionSeconds: site.retentionDays * 86_400,
      publish: () => publishFolder(site.root, request.id, folder),
    });
    site.log(`export ${request.id}: ${written.files} files, ${written.done.failures} failures`);
  } catch (error) {
    // Before the end is told: who then asks again finds the room that it took.
    if (coming !== undefined) await removeFolder(coming).catch(() => undefined);
    // Whoever has it now goes on.
    if (lost.signal.aborted) site.log(`export ${request.id}: another has taken it over`);
    else await tellFailure(site, holder, request, asDasError(error, "the export"), signal);
  } finally {
    heart.stop();
    if (coming !== undefined) await removeFolder(coming).catch(() => undefined);
  }
}

async function tellEnd(...end: Parameters<typeof endRequest>): Promise<void> {
  await endRequest(...end);
}

async function tellFailure(
  site: ExportSite,
  holder: LeaseHolder,
  { id, attempts }: LeasedRequest,
  failure: DasError,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) {
    await tellEnd(holder, id, { kind: "again", afterSeconds: 0, stage: "waiting", counts: false });
    return;
  }
  site.log(
    `export ${id}: ${failure.message}${failure.code === "INTERNAL" ? ` ${String(failure.where.detail)}` : ""}`,
  );
  if (PASSING.has(failure.code) && attempts < MOST_ATTEMPTS) {
    const afterSeconds = FIRST_PAUSE_S * 2 ** (attempts - 1);
    await tellEnd(holder, id, {
      kind: "again",
      afterSeconds,
      stage: "waiting after a failure",
      counts: true,
    });
    return;
  }
  const status = failure.code === "TOO_MUCH_ASKED" ? REQUEST_STATUS.tooLarge : REQUEST_STATUS.failed;
  await tellEnd(holder, id, { kind: "failed", status, error: failure.message });
}

interface Work {
  readonly site: ExportSite;
  readonly request: LeasedRequest;
  readonly folder: string;
  readonly maxBytes: number;
  readonly heart: Heartbeat;
  readonly signal: AbortSignal;
}

function recordsOf({ site, request, folder, maxBytes, heart, signal }: Work): Promise<WrittenExport> {
  const { statementTimeoutMs } = site;
  return inTransaction(site.drms, { access: "read", statementTimeoutMs, signal }, async (database) => {
    const offered = await site.offered();
    const catalog = offered.catalog(seriesCatalog(database, site.series));
    const { sets } = await readQuery(request.dataset, { findSeries: (name) => catalog.series(name) });
    const { cutout: order, steps } = readProcessing(request.processing);
    const protocol = readProtocol(request.protocol);
    if (protocol.kind === "units") throw new DasError("INTERNAL", "files of a request for storage units");
    const { id } = request;
    const list =
      protocol.kind === "as-is" ? await KeywordListFile.make(join(folder, `${id}.keywords.txt`)) : undefined;
    const options = {
      ...{ license: site.license, naming: {}, protocol: protocol.kind },
      names: new UniqueNames([`${id}.keywords.txt`, `${id}.tar`]),
      template: readFileNameTemplate(request.fileNameFormat),
      compression:
        protocol.kind === "fits"
          ? ({ kind: "all", choice: protocol.compression } as const)
          : ({ kind: "stored" } as const),
      units: { sums: site.sums, siteCode: await site.siteCode(), log: site.log, signal },
      ...(site.workers === undefined ? {} : { workers: site.workers }),
    };
    async function* itemsOf(set: RecordSetQuery): AsyncGenerator<ExportItem> {
      const cutout =
        order === undefined ? undefined : await RequestCutout.open(database, catalog, set, order);
      const batches = readRecords(database, await exportPlan(catalog, set, request.records));
      yield* exportRecords(list === undefined ? batches : withKeywordList(batches, list), {
        ...{ ...options, series: set.series },
        ...(cutout === undefined ? {} : { process: (held) => cutout.process(held) }),
      });
    }
    async function* items(): AsyncGenerator<ExportItem> {
      try {
        for (const set of sets) yield* itemsOf(set);
      } finally {
        await list?.close();
      }
    }
    const written = await writeExport(items(), {
      ...{ id, order: request, steps, folder, maxBytes, signal, nowMs: site.now() },
      ...{ protocol: protocol.kind, server: site.server, series: sets[0]?.series.name ?? "" },
      onProgress: (done) => heart.tell(done),
    });
    if (written.files > 0) return written;
    throw new DasError(
      "NO_DATA",
      written.firstFailure === undefined
        ? "there are no such records any more"
        : `none of the ${written.done.failures} files could be exported: ${written.firstFailure}`,
    );
  });
}

async function* withKeywordList(
  batches: AsyncIterable<RecordBatch>,
  list: KeywordListFile,
): AsyncGenerator<RecordBatch> {
  for await (const batch of batches) {
    await list.write(batch);
    yield batch;
  }
}

/** There are no tapes here that units could be brought from: what is known of them is the answer. */
async function unitsOf({ site, request, folder }: Work): Promise<WrittenExport> {
  const { isOffered } = await site.offered();
  const units = await listUnits(site.sums, parseSunums(request.dataset), {
    siteCode: await site.siteCode(),
    ...{ log: site.log, isOffered, nowMs: site.now() },
  });
  await writeUnitLists(folder, request, units);
  const done = { stage: "done", records: units.length, bytes: 0, failures: 0 };
  return { done, files: units.length, bytes: 0 };
}

/** Tells that a request is being worked on, and how far it is, until it is stopped or another has the request. */
class Heartbeat {
  readonly #site: ExportSite;
  readonly #holder: LeaseHolder;
  readonly #id: string;
  readonly #lost: AbortController;
  readonly #timer: NodeJS.Timeout;
  #done: WorkDone = { stage: "reading records", records: 0, bytes: 0, failures: 0 };
  #keptMs = performance.now();
  #isBusy = false;

  constructor(site: ExportSite, holder: LeaseHolder, id: string, lost: AbortController) {
    this.#site = site;
    this.#holder = holder;
    this.#id = id;
    this.#lost = lost;
    // So often that two that fail do not lose the lease, and that people see it move.
    this.#timer = setInterval(() => void this.#beat(), Math.min(2000, holder.leaseMs / 4));
  }

  tell(done: WorkDone): void {
    this.#done = done;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #beat(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      if (await keepRequest(this.#holder, this.#id, this.#done)) this.#keptMs = performance.now();
      else this.#lost.abort();
    } catch (error) {
      // Somebody else may have it by now.
      if (performance.now() - this.#keptMs > this.#holder.leaseMs) this.#lost.abort();
      this.#site.log(`export ${this.#id}: ${asDasError(error, "the lease").message}`);
    } finally {
      this.#isBusy = false;
    }
  }
}
