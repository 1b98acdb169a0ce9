import { createHash } from "node:crypto";
import { DasError, isDasError } from "../../errors/das-error.js";
import { type ExportItem, exportRecords } from "../../netdrms/export/export-records.js";
import { DEFAULT_FILE_NAME, readFileNameTemplate, UniqueNames } from "../../netdrms/export/file-name.js";
import { recordRevision } from "../../netdrms/export/record-revision.js";
import { spool } from "../../netdrms/export/spool.js";
import type { RecordBatch } from "../../netdrms/records/record-batch.js";
import type { UnitAccess } from "../../netdrms/segments/held-records.js";
import type { Series } from "../../netdrms/series/model.js";
import { type PlaneSpec, yPlane } from "../../stream/packet-header.js";
import type { ProgramContext } from "../../stream/program.js";
import { asciiType } from "../../stream/value-type.js";
import { type FileFormValues, fileForm, fileFormKey } from "../archive/file-form.js";
import { KeptSums } from "../archive/kept-sums.js";
import { property } from "../stream-parts.js";

/** Hexadecimal digits of a SHA-256. */
export const SUM_BYTES = 64;

/** The plane with the checksums; blanks stand for one that is not known. */
export function sumPlane(): PlaneSpec {
  return yPlane({
    name: "sha256",
    type: asciiType(SUM_BYTES),
    units: "",
    properties: [
      property("stringType", "text"),
      property("yLabel", "SHA-256"),
      property(
        "ySummary",
        "SHA-256 of the file of the record; empty where the file was not made since the record has changed",
      ),
    ],
  });
}

/** What the checksums are found by. */
export interface FileSumsOptions {
  readonly series: Series;
  readonly values: FileFormValues;
  readonly license: string;
  /** Bytes that a file may have. */
  readonly mostBytes: number;
  /** Missing: files are not made. */
  readonly units?: UnitAccess;
  readonly context: ProgramContext;
}

/** The checksums of exported files: those that were kept when the files were made, others by making the files, or not at all. */
export class FileSums {
  readonly #options: FileSumsOptions;
  readonly #kept: KeptSums;
  readonly #revision: (batch: RecordBatch, row: number) => string;

  constructor(options: FileSumsOptions) {
    const { series, values, license, context } = options;
    this.#options = options;
    this.#kept = new KeptSums(context.env, series.name, context.log);
    this.#revision = recordRevision(fileFormKey("fits", values, license));
  }

  /**
   * One a row, empty where it is not known or there is no file.
   * @param batch with all keywords that are exported, and the segments
   * Errors: CANCELLED, ARCHIVE_AWAY.
   */
  async of(batch: RecordBatch, rows: Int32Array): Promise<readonly string[]> {
    const found: string[] = [];
    for (const row of rows) {
      const recnum = batch.recnum[row]!;
      const revision = this.#revision(batch, row);
      let sum = await this.#kept.find(recnum, revision);
      if (sum === undefined && this.#options.units !== undefined) {
        sum = await this.#make(batch, row, this.#options.units);
        if (sum !== undefined) await this.#kept.keep(recnum, revision, sum);
      }
      found.push(sum ?? "");
    }
    return found;
  }

  async #make(batch: RecordBatch, row: number, units: UnitAccess): Promise<string | undefined> {
    const { series, values, license, mostBytes, context } = this.#options;
    const items = exportRecords(one(batch), {
      ...fileForm("fits", values, license),
      series,
      template: readFileNameTemplate(DEFAULT_FILE_NAME),
      names: new UniqueNames(),
      units,
      select: () => [row],
    });
    let sum: string | undefined;
    let files = 0;
    for await (const item of items) {
      if (context.signal.aborted) throw new DasError("CANCELLED", "the request was cancelled");
      if (++files > 1) return undefined;
      sum = await sumOf(item, mostBytes);
    }
    return sum;
  }
}

async function* one(batch: RecordBatch): AsyncGenerator<RecordBatch> {
  yield batch;
}

/** `undefined` for a file that cannot be made, which its own URI says as well. */
async function sumOf(item: ExportItem, mostBytes: number): Promise<string | undefined> {
  if (item.kind === "failed") return undefined;
  try {
    const spooled = await spool(item.file, mostBytes);
    try {
      const hash = createHash("sha256");
      for await (const piece of spooled.pieces()) hash.update(piece);
      return hash.digest("hex");
    } finally {
      await spooled.close();
    }
  } catch (error) {
    if (isDasError(error) && error.code !== "CANCELLED" && error.code !== "ARCHIVE_AWAY") return undefined;
    throw error;
  }
}
