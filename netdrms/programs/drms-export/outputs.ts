import { basename } from "node:path";
import { asDasError, DasError } from "../../../errors/das-error.js";
import type { Database } from "../../database/database.js";
import { isBeyondBound } from "../../export/bounded-sink.js";
import { exportFolder } from "../../export/export-folder.js";
import type { ExportItem } from "../../export/export-records.js";
import { exportPlan } from "../../export/export-set.js";
import { type ExportTally, exportTar } from "../../export/export-tar.js";
import type { NamingChoice } from "../../export/fits-name.js";
import { keywordTableFile } from "../../export/keyword-table.js";
import { type SpooledFile, spool } from "../../export/spool.js";
import { stageTars } from "../../export/staged-tars.js";
import { planSelection } from "../../query/plan-selection.js";
import type { RecordSetQuery } from "../../query/record-set-query.js";
import { countSql } from "../../query/selection-sql.js";
import { readRecords } from "../../records/read-records.js";
import { seriesCatalog } from "../../series/series-cache.js";
import { type ExportContext, type ExportInput, PROTOCOLS, STATUS } from "./declaration.js";

/** Writes files and lists into a folder; the exit status. */
export async function toFolder(
  { values, log, print, signal }: ExportContext,
  input: ExportInput,
  items: AsyncGenerator<ExportItem>,
  folder: string,
): Promise<number> {
  const { list, failures, cut } = await exportFolder(items, {
    folder,
    protocol: PROTOCOLS[values.protocol]!, // by the declaration
    requestId: null,
    maxBytes: values.maxfilesize,
    nowMs: input.now(),
    log: values.e ? () => undefined : (line) => log(`drms_export: ${line}`),
    signal,
  });
  await print(
    `${list.files.length} files, ${list.bytes} bytes, ${failures} failures in ${basename(folder)}\n`,
  );
  return endStatus(list.bytes > 0 ? list.files.length : 0, failures, cut);
}

/**
 * Writes tars into a folder, with a status file; the exit status.
 * Errors: BAD_PARAMETER where there is no id, or another way out besides; those of `stageTars`. Source: export part C.
 */
export async function toStage(
  { values, log, print, signal }: ExportContext,
  input: ExportInput,
  items: AsyncGenerator<ExportItem>,
  folder: string,
): Promise<number> {
  const { id } = values;
  if (id === undefined)
    throw new DasError("BAD_PARAMETER", "stage without id, expected a name for its files");
  if (values.out !== undefined || values.s)
    throw new DasError("BAD_PARAMETER", "stage with out or -s, expected one of them");
  const tally = await stageTars(items, {
    ...{ folder, id, tarBytes: values.tarsize, maxBytes: values.maxfilesize },
    ...{ nowMs: input.now(), signal },
  });
  if (!values.e && tally.failures > 0)
    log(`drms_export: ${tally.failures} files failed, see error_list.json in the tars`);
  await print(
    `${tally.files} files, ${tally.bytes} bytes, ${tally.failures} failures in ${tally.tars} tars in ${basename(folder)}\n`,
  );
  return endStatus(tally.files, tally.failures, tally.cut);
}

/** Writes a tar to standard output; the exit status. */
export async function toTar(
  { values, print, log, signal }: ExportContext,
  input: ExportInput,
  items: AsyncGenerator<ExportItem>,
): Promise<number> {
  const tally: ExportTally = { files: 0, failures: 0, bytes: 0, cut: false };
  const options = { maxBytes: values.maxfilesize, nowMs: input.now(), signal };
  for await (const piece of exportTar(items, options, tally)) await print(piece);
  if (!values.e && tally.failures > 0)
    log(`drms_export: ${tally.failures} files failed, see error_list.json in the tar`);
  return endStatus(tally.files, tally.failures, tally.cut);
}

function endStatus(files: number, failures: number, cut: boolean): number {
  if (cut) return STATUS.tooLarge;
  return files === 0 && failures > 0 ? STATUS.allFailed : STATUS.done;
}

/**
 * Writes the one file of an export to standard output; the exit status.
 * Errors: BAD_PARAMETER where there is another number of files, FITS_TOO_LARGE; both before the first byte.
 */
export async function toSingle(
  { values, database, print, log }: ExportContext,
  sets: readonly RecordSetQuery[],
  items: AsyncGenerator<ExportItem>,
): Promise<number> {
  const files = await fileCount(database, sets, values.n);
  if (files !== 1) throw notSingle(`${files} files`);
  for await (const item of items) {
    const failed = (message: string): number => {
      if (!values.e) log(`drms_export: ${item.record}: ${message}`);
      return STATUS.allFailed;
    };
    if (item.kind === "failed") return failed(item.message);
    // Only files of a stored folder stand below a name.
    if (item.name.includes("/")) throw notSingle("a folder of files");
    let spooled: SpooledFile;
    try {
      spooled = await spool(item.file, values.maxfilesize);
    } catch (error) {
      if (isBeyondBound(error)) throw error;
      return failed(asDasError(error, "the export").message);
    }
    try {
      if (values.d) await print(nameBlock(item.name));
      // Output may wait for its reader while the piece is overwritten.
      for await (const piece of spooled.pieces()) await print(Buffer.from(piece));
    } finally {
      await spooled.close();
    }
    break;
  }
  return STATUS.done;
}

/** Records times segments of all sets. */
async function fileCount(
  database: Database,
  sets: readonly RecordSetQuery[],
  limit: number,
): Promise<number> {
  let files = 0;
  for (const set of sets) {
    const [row] = await database.query(countSql(planSelection(set, limit)));
    files += Number(row?.count) * (set.segments ?? set.series.segments).length;
  }
  return files;
}

function notSingle(found: string): DasError {
  return new DasError("BAD_PARAMETER", `${found} for a stream of a single file`, {
    status: STATUS.notSingle,
  });
}

const NAME_BYTES = 256;

function nameBlock(name: string): Uint8Array {
  const block = Buffer.alloc(NAME_BYTES);
  block.write(name, "utf8");
  return block;
}

/** Writes the keywords of one record set as a FITS table to standard output; the exit status. Source: export A9. */
export async function toKeywordTable(
  { values, database, print }: ExportContext,
  sets: readonly RecordSetQuery[],
  naming: NamingChoice,
): Promise<number> {
  const [set, ...more] = sets;
  if (set === undefined || more.length > 0) throw notSingle(`${sets.length} record sets`);
  const [row] = await database.query(countSql(planSelection(set, values.n)));
  const plan = await exportPlan(seriesCatalog(database), { ...set, segments: [] }, values.n);
  const file = keywordTableFile({
    series: set.series,
    keywords: plan.keywords,
    rows: Number(row?.count),
    batches: () => readRecords(database, plan),
    naming,
  });
  const spooled = await spool(file, values.maxfilesize);
  try {
    for await (const piece of spooled.pieces()) await print(Buffer.from(piece));
  } finally {
    await spooled.close();
  }
  return STATUS.done;
}
