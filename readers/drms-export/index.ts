import { DasError, isDasError } from "../../errors/das-error.js";
import type { CompressionRequest } from "../../netdrms/export/compression.js";
import { exportSet } from "../../netdrms/export/export-set.js";
import { type ExportTally, exportTar } from "../../netdrms/export/export-tar.js";
import { DEFAULT_FILE_NAME, readFileNameTemplate, UniqueNames } from "../../netdrms/export/file-name.js";
import { fromFirst } from "../../netdrms/export/from-first.js";
import { mapClass } from "../../netdrms/export/keyword-map.js";
import { declareArguments } from "../../netdrms/module/check-declaration.js";
import type { ModuleValues } from "../../netdrms/module/declaration.js";
import type { ParsedArguments } from "../../netdrms/module/parse-arguments.js";
import type { RecordBatch } from "../../netdrms/records/record-batch.js";
import { readCompression } from "../../netdrms/segments/image-compression.js";
import type { Keyword } from "../../netdrms/series/model.js";
import type { BytesProgram, ProgramContext } from "../../stream/program.js";
import { formatTime, type TimeRange } from "../../stream/time.js";
import { openArchive } from "../archive/archive-connection.js";
import { keptRows, rowSieve } from "../archive/kept-rows.js";
import { qualityCut } from "../archive/quality-cut.js";
import { RANGE_POSITIONALS, RECORD_PARAMETERS, recordModule } from "../archive/record-arguments.js";
import { recordRange } from "../archive/record-range.js";

const PROTOCOLS = ["fits", "as-is"] as const;

const DECLARATION = declareArguments({
  name: "drms-export",
  summary: "Writes the exported files of the records of a range of time as a tar stream.",
  params: [
    ...RECORD_PARAMETERS,
    {
      name: "protocol",
      type: "NUME",
      values: PROTOCOLS,
      default: "fits",
      fromRequest: true,
      about: "complete FITS files, or stored ones",
    },
    {
      name: "compress",
      type: "STRING",
      default: "none",
      fromRequest: true,
      about: "none, rice, gzip1, gzip2, or stored: as the series keeps it",
    },
    {
      name: "ffmt",
      type: "STRING",
      default: DEFAULT_FILE_NAME,
      about: "names of files",
    },
    { name: "mapclass", type: "STRING", optional: true, about: "names of keywords in headers: ssw or gng" },
  ],
  flags: [],
  positionals: RANGE_POSITIONALS,
  requestWords: true,
});

type Values = ModuleValues<typeof DECLARATION>;

/**
 * Exports the files of the records of a range of time. Records outside of the range or of bad quality are left out; what
 * cannot be exported is told in the last member. Source: export part C, netdrms 7.
 */
export const drmsExport: BytesProgram = recordModule({
  declaration: DECLARATION,
  kind: "bytes",
  check(values) {
    ofDefinition(() => readFileNameTemplate(values.ffmt));
    ofDefinition(() => values.mapclass !== undefined && mapClass(values.mapclass));
    requestedCompression(values);
  },
  read: exportRange,
});

/** What the administrator wrote is wrong before there is a request. */
function ofDefinition(check: () => unknown): void {
  try {
    check();
  } catch (error) {
    throw isDasError(error, "BAD_PARAMETER") ? new DasError("USAGE", error.message, {}, error) : error;
  }
}

async function* exportRange(
  { values, standard }: ParsedArguments<typeof DECLARATION>,
  range: TimeRange,
  context: ProgramContext,
): AsyncGenerator<Uint8Array> {
  const archive = await openArchive(DECLARATION.name, context, standard, true);
  try {
    const { catalog, database, settings } = archive;
    const { query, time } = await recordRange(catalog, values, range);
    const cut = await qualityCut(catalog, query.series, values);
    const sieve = rowSieve(range, cut?.mask ?? 0);
    const tally: ExportTally = { files: 0, failures: 0, bytes: 0, cut: false };
    const items = exportSet({ drms: database, catalog }, query, {
      protocol: PROTOCOLS[values.protocol]!, // by the declaration
      template: readFileNameTemplate(values.ffmt),
      names: new UniqueNames(),
      compression: requestedCompression(values),
      naming: values.mapclass === undefined ? {} : { mapClass: mapClass(values.mapclass) },
      license: settings.drmsLicense,
      units: await archive.units(),
      limit: 0,
      select(batch) {
        const column = (keyword: Keyword) => columnOf(batch, keyword);
        const kept = keptRows(
          sieve,
          batch.rows,
          column(time)!, // a time is never implicit
          cut === undefined ? undefined : column(cut.keyword),
        );
        return kept.rows.subarray(0, kept.count);
      },
    });
    const first = await items.next();
    if (first.done === true)
      throw new DasError(
        "NO_DATA",
        `No records of ${query.series.name} from ${formatTime(range.begin, 0)} to ${formatTime(range.end, 0)}`,
      );
    yield* exportTar(
      fromFirst(first.value, items),
      { maxBytes: settings.drmsDownloadLimit, nowMs: Date.now(), signal: context.signal },
      tally,
    );
    context.log(
      `${DECLARATION.name}: ${tally.files} files, ${tally.failures} failures, ${tally.bytes} bytes${tally.cut ? ", cut at the limit" : ""}`,
    );
  } finally {
    await archive.close();
  }
}

function requestedCompression({ compress }: Pick<Values, "compress">): CompressionRequest {
  return compress === "stored" ? { kind: "stored" } : { kind: "all", choice: readCompression(compress) };
}

function columnOf(batch: RecordBatch, { name }: Keyword) {
  return batch.keywords.find(({ keyword }) => keyword.name === name);
}
