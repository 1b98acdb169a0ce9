import { join } from "node:path";
import { DasError } from "../../errors/das-error.js";
import { RequestCutout } from "../cutout/request-cutout.js";
import { inTransaction } from "../database/connection-pool.js";
import { type ExportItem, exportRecords } from "../export/export-records.js";
import { exportPlan } from "../export/export-set.js";
import { readFileNameTemplate, UniqueNames } from "../export/file-name.js";
import { readQuery } from "../query/read-query.js";
import type { RecordSetQuery } from "../query/record-set-query.js";
import { readRecords } from "../records/read-records.js";
import type { RecordBatch } from "../records/record-batch.js";
import { seriesCatalog } from "../series/series-cache.js";
import type { ExportSite } from "./export-site.js";
import { KeywordListFile } from "./keyword-list-file.js";
import type { LeasedRequest, WorkDone } from "./lease.js";
import { readProcessing } from "./processing.js";
import { readProtocol } from "./protocol.js";
import { listUnits, parseSunums, writeUnitLists } from "./units-export.js";
import { type WrittenExport, writeExport } from "./write-export.js";

/** A request whose files are being written. */
export interface RequestWork {
  readonly site: ExportSite;
  readonly request: LeasedRequest;
  /** Where they are written. */
  readonly folder: string;
  readonly maxBytes: number;
  /** Told how far it is. */
  readonly onProgress: (done: WorkDone) => void;
  readonly signal: AbortSignal;
}

/**
 * Writes the files of a request into its folder.
 * Errors: NO_DATA where there are none, those of the record set, of the processing, of the database and of writing.
 */
export function writeRequest(work: RequestWork): Promise<WrittenExport> {
  return work.request.kind === "units" ? unitsOf(work) : recordsOf(work);
}

function recordsOf({
  site,
  request,
  folder,
  maxBytes,
  onProgress,
  signal,
}: RequestWork): Promise<WrittenExport> {
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
      onProgress,
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
async function unitsOf({ site, request, folder }: RequestWork): Promise<WrittenExport> {
  const { isOffered } = await site.offered();
  const units = await listUnits(site.sums, parseSunums(request.dataset), {
    siteCode: await site.siteCode(),
    ...{ log: site.log, isOffered, nowMs: site.now() },
  });
  await writeUnitLists(folder, request, units);
  const done = { stage: "done", records: units.length, bytes: 0, failures: 0 };
  return { done, files: units.length, bytes: 0 };
}
