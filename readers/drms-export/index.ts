import { DasError } from "../../errors/das-error.js";
import type { ExportItem } from "../../netdrms/export/export-records.js";
import { exportSet } from "../../netdrms/export/export-set.js";
import { type ExportTally, exportTar } from "../../netdrms/export/export-tar.js";
import { DEFAULT_FILE_NAME, readFileNameTemplate, UniqueNames } from "../../netdrms/export/file-name.js";
import { fromFirst } from "../../netdrms/export/from-first.js";
import { mapClass } from "../../netdrms/export/keyword-map.js";
import { recordRevision } from "../../netdrms/export/record-revision.js";
import { declareArguments } from "../../netdrms/module/check-declaration.js";
import type { ParsedArguments } from "../../netdrms/module/parse-arguments.js";
import type { RecordBatch } from "../../netdrms/records/record-batch.js";
import type { Keyword } from "../../netdrms/series/model.js";
import type { BytesProgram, ProgramContext } from "../../stream/program.js";
import { formatTime, type TimeRange } from "../../stream/time.js";
import { openArchive } from "../archive/archive-connection.js";
import {
  fileForm,
  fileFormKey,
  ofDefinition,
  PROTOCOLS,
  requestedCompression,
} from "../archive/file-form.js";
import { keptRows, rowSieve } from "../archive/kept-rows.js";
import { KeptSums } from "../archive/kept-sums.js";
import { qualityCut } from "../archive/quality-cut.js";
import { RANGE_POSITIONALS, RECORD_PARAMETERS, recordModule } from "../archive/record-arguments.js";
import { recordRange } from "../archive/record-range.js";
import { manyFiles, onlyFile } from "./only-file.js";

const CONTAINERS = ["tar", "file"] as const;

const DECLARATION = declareArguments({
  name: "drms-export",
  summary:
    "Writes the exported files of the records of a range of time as a tar stream, or the only one as it is.",
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
    {
      name: "container",
      type: "NUME",
      values: CONTAINERS,
      default: "tar",
      about: "a tar of all files, or the file of a range that has one",
    },
  ],
  flags: [],
  positionals: RANGE_POSITIONALS,
  requestWords: true,
});

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
    const isTar = CONTAINERS[values.container] === "tar";
    const protocol = PROTOCOLS[values.protocol]!; // by the declaration
    const { drmsLicense, drmsDownloadLimit } = settings;
    const revision = recordRevision(fileFormKey(protocol, values, drmsLicense));
    let only: { readonly recnum: bigint; readonly revision: string } | undefined;
    const items = exportSet({ drms: database, catalog }, query, {
      ...fileForm(protocol, values, drmsLicense),
      template: readFileNameTemplate(values.ffmt),
      names: new UniqueNames(),
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
        if (!isTar && kept.count > 0) {
          if (only !== undefined || kept.count > 1) throw manyFiles();
          const row = kept.rows[0]!;
          only = { recnum: batch.recnum[row]!, revision: revision(batch, row) };
        }
        return kept.rows.subarray(0, kept.count);
      },
    });
    const first = await items.next();
    if (first.done === true)
      throw new DasError(
        "NO_DATA",
        `No records of ${query.series.name} from ${formatTime(range.begin, 0)} to ${formatTime(range.end, 0)}`,
      );
    const all = fromFirst(first.value, items);
    if (isTar) yield* tarOf(all, drmsDownloadLimit, context);
    else {
      const sums = new KeptSums(context.env, query.series.name, context.log);
      yield* onlyFile(all, drmsDownloadLimit, async (sha256) => {
        if (only !== undefined) await sums.keep(only.recnum, only.revision, sha256);
      });
    }
  } finally {
    await archive.close();
  }
}

async function* tarOf(
  items: AsyncIterable<ExportItem>,
  maxBytes: number,
  { signal, log }: ProgramContext,
): AsyncGenerator<Uint8Array> {
  const tally: ExportTally = { files: 0, failures: 0, bytes: 0, cut: false };
  yield* exportTar(items, { maxBytes, nowMs: Date.now(), signal }, tally);
  log(
    `${DECLARATION.name}: ${tally.files} files, ${tally.failures} failures, ${tally.bytes} bytes${tally.cut ? ", cut at the limit" : ""}`,
  );
}

function columnOf(batch: RecordBatch, { name }: Keyword) {
  return batch.keywords.find(({ keyword }) => keyword.name === name);
}
