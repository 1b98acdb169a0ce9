import { archiveEnvironment } from "../../../config/archive-settings.js";
import type { Config } from "../../../config/config.js";
import { packageVersion } from "../../../config/package-root.js";
import { DasError } from "../../../errors/das-error.js";
import type { ExportItem } from "../../../netdrms/export/export-records.js";
import { exportSet } from "../../../netdrms/export/export-set.js";
import { type ExportTally, exportTar } from "../../../netdrms/export/export-tar.js";
import { readFileNameTemplate, UniqueNames } from "../../../netdrms/export/file-name.js";
import { fromFirst } from "../../../netdrms/export/from-first.js";
import { spool } from "../../../netdrms/export/spool.js";
import { readOneSet } from "../../../netdrms/query/read-query.js";
import type { ImageCompression } from "../../../netdrms/segments/image-compression.js";
import { openArchive } from "../../../readers/archive/archive-connection.js";
import { STANDARD_VALUES } from "../archive.js";
import { offeredCatalog, type SeriesTest } from "../offered-series.js";

/** What is streamed. */
export interface StreamOrder {
  /** One record set. */
  readonly query: string;
  /** Template of the names of files. */
  readonly fileName: string;
  readonly compression: ImageCompression;
  /** One file as it is instead of a tar. */
  readonly single: boolean;
}

/** What is known before the first byte: of a single file its name and length. */
export interface StreamHead {
  name?: string;
  byteLength?: number;
}

/** Where it is streamed from. */
export interface StreamSite {
  readonly config: Config;
  readonly isOffered: SeriesTest;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

const NOTHING = new Uint8Array(0);

/**
 * The bytes of a streaming export, a record at a time; the first piece is empty and comes when it is certain that there will be others,
 * and `head` is filled by then.
 *
 * Errors before it: NO_DATA without records; BAD_PARAMETER where a single file is wanted and there are others, and why the only one failed;
 * BAD_QUERY, NO_SUCH_SERIES; those of the archive. Source: netdrms-export C.
 */
export async function* exportStream(
  order: StreamOrder,
  { config, isOffered, log, signal }: StreamSite,
  head: StreamHead,
): AsyncGenerator<Uint8Array> {
  const context = { env: archiveEnvironment(config), signal, log };
  const archive = await openArchive("drms_export.cgi", context, STANDARD_VALUES, true);
  try {
    const catalog = offeredCatalog(archive.catalog, isOffered);
    const query = await readOneSet(order.query, { findSeries: (name) => catalog.series(name) });
    const items = exportSet({ drms: archive.database, catalog }, query, {
      ...{ protocol: "fits", template: readFileNameTemplate(order.fileName), names: new UniqueNames() },
      ...{ compression: { kind: "all", choice: order.compression }, naming: {}, limit: 0 },
      ...{ license: config.drmsLicense, units: await archive.units() },
    });
    const first = await items.next();
    if (first.done === true) throw new DasError("NO_DATA", "there are no such records");
    if (order.single) yield* singleFile(first.value, items, config.drmsDownloadLimit, head);
    else {
      yield NOTHING;
      const tally: ExportTally = { files: 0, failures: 0, bytes: 0, cut: false };
      const nowMs = Date.now();
      const provenance = {
        ...{ server: `heliostream ${packageVersion()}`, series: query.series.name, records: order.query },
        made: new Date(nowMs).toISOString(),
      };
      const options = { maxBytes: config.drmsDownloadLimit, nowMs, provenance, signal };
      yield* exportTar(fromFirst(first.value, items), options, tally);
    }
  } finally {
    await archive.close();
  }
}

async function* singleFile(
  item: ExportItem,
  rest: AsyncGenerator<ExportItem>,
  mostBytes: number,
  head: StreamHead,
): AsyncGenerator<Uint8Array> {
  if (item.kind === "failed") throw new DasError("BAD_PARAMETER", `${item.record}: ${item.message}`);
  const spooled = await spool(item.file, mostBytes);
  try {
    head.name = item.name;
    head.byteLength = spooled.byteLength;
    yield NOTHING;
    for await (const piece of spooled.pieces()) yield Buffer.from(piece);
  } finally {
    await spooled.close();
    await rest.return(undefined);
  }
}
