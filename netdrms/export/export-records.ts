import { asDasError } from "../../errors/das-error.js";
import type { Header } from "../../fits/header.js";
import type { TileWorkers } from "../../fits/tile-codec.js";
import { keywordValue, type RecordBatch, type SegmentColumn } from "../records/record-batch.js";
import { type HeldRecord, heldRecords, type UnitAccess } from "../segments/held-records.js";
import {
  isFitsProtocol,
  openStoredFits,
  type StoredSegment,
  storedSegment,
} from "../segments/open-segment.js";
import { findNamed, type Series } from "../series/model.js";
import { type SpecificationPrinter, specificationPrinter } from "../series/record-specification.js";
import { missingValue } from "../values/drms-type.js";
import { type CompressionRequest, compressionOf } from "./compression.js";
import { completeHeader } from "./export-header.js";
import { type FileNameTemplate, fileName, type UniqueNames } from "./file-name.js";
import type { NamingChoice } from "./fits-name.js";
import { type PreparedFile, type ProcessImage, prepareImage } from "./image-file.js";
import { keywordCards } from "./keyword-cards.js";
import { storedFiles } from "./stored-copy.js";

/** What is exported, and how. */
export interface ExportOptions {
  readonly series: Series;
  /** `as-is`: stored files byte for byte; `fits`: complete FITS files. Source: export A1. */
  readonly protocol: "as-is" | "fits";
  readonly template: FileNameTemplate;
  /** Of the whole export, which may be of several record sets. */
  readonly names: UniqueNames;
  readonly compression: CompressionRequest;
  readonly naming: NamingChoice;
  /** Value of the card LICENSE. */
  readonly license: string;
  readonly units: UnitAccess;
  /** Rows of a batch that are exported, ascending; missing: all. */
  readonly select?: (batch: RecordBatch) => ArrayLike<number>;
  readonly workers?: TileWorkers;
  /** What is made of the image of a record; missing: it is exported as it is. */
  readonly process?: (held: HeldRecord) => ProcessImage;
}

/** A file that is ready to be written until the next item is asked for, or why there is none. */
export type ExportItem =
  | {
      readonly kind: "file";
      /** The record specification. */
      readonly record: string;
      /** Which version of the record it is. */
      readonly recnum: bigint;
      readonly segment: string;
      readonly name: string;
      readonly file: PreparedFile;
    }
  | {
      readonly kind: "failed";
      readonly record: string;
      readonly recnum: bigint;
      /** Absent where the whole record failed. */
      readonly segment?: string;
      readonly name?: string;
      readonly message: string;
    };

/**
 * The files of an export, one after the other: for each record its segments in their order, from the stored file and the
 * database's values. What cannot be exported is an item too, and the next one follows.
 *
 * @param batches of records of `series` with all keywords that are not implicit and the segments to be exported
 * Errors: those of the databases; everything about one record is an item. Source: export A1.
 */
export async function* exportRecords(
  batches: AsyncIterable<RecordBatch>,
  options: ExportOptions,
): AsyncGenerator<ExportItem> {
  const print = specificationPrinter(options.series);
  for await (const batch of batches)
    for await (const held of heldRecords(options.units, batch, options.select?.(batch))) {
      const record = specificationOf(options.series, print, held);
      const recnum = batch.recnum[held.row]!; // a row of the batch
      if (batch.segments.length === 0)
        yield { kind: "failed", record, recnum, message: "the series has no segments, so there is no file" };
      for (const [place, column] of batch.segments.entries())
        for await (const made of segmentFiles(held, column, place, options))
          yield { ...made, record, recnum };
    }
}

type SegmentItem = ExportItem extends infer T
  ? T extends unknown
    ? Omit<T, "record" | "recnum">
    : never
  : never;

/** The files of one segment of one record; its own resources are let go when the consumer goes on. */
async function* segmentFiles(
  held: HeldRecord,
  column: SegmentColumn,
  place: number,
  options: ExportOptions,
): AsyncGenerator<SegmentItem> {
  const segment = column.segment.name;
  try {
    const stored = storedSegment(column, held.row, held.units);
    const name = nameOf(held, stored, options);
    if (options.protocol === "fits" && isFitsProtocol(column.source.protocol))
      yield* completeFile(held, stored, place, name, options);
    else yield* copiedFiles(stored, name, options);
  } catch (error) {
    const failure = asDasError(error, "the export");
    if (failure.code === "CANCELLED" || failure.code === "ARCHIVE_AWAY") throw failure;
    if (failure.code === "INTERNAL") options.units.log(String(failure.where.detail));
    yield { kind: "failed", segment, message: failure.message };
  }
}

async function* completeFile(
  held: HeldRecord,
  stored: StoredSegment,
  place: number,
  name: string,
  options: ExportOptions,
): AsyncGenerator<SegmentItem> {
  const { column } = stored;
  const { cards, warnings } = cardsOf(held, column, options.naming);
  const open = await openStoredFits(stored);
  try {
    const file = await prepareImage(open.file, {
      compression: compressionOf(options.compression, place, column.compression[held.row]!),
      complete: (header: Header) =>
        completeHeader(header, cards, {
          recnum: held.batch.recnum[held.row]!,
          drmsId: `${options.series.name}:${held.batch.recnum[held.row]}:${column.segment.name}`,
          primeKeys: options.series.primeKeys.map(({ external }) => external.name),
          license: options.license,
        }),
      ...(column.source.protocol === "tas" ? { slot: stored.slot } : {}),
      ...(options.process === undefined ? {} : { process: options.process(held) }),
      ...(options.workers === undefined ? {} : { workers: options.workers }),
    });
    const notes = [...warnings, ...file.notes];
    yield {
      kind: "file",
      segment: column.segment.name,
      name: options.names.take(name),
      file: { ...file, notes },
    };
  } finally {
    await open.close();
  }
}

async function* copiedFiles(
  stored: StoredSegment,
  wanted: string,
  { names, protocol }: ExportOptions,
): AsyncGenerator<SegmentItem> {
  const { segment, source } = stored.column;
  const isRaw = protocol === "fits" && source.protocol !== "generic";
  const note = `protocol ${source.protocol} is not read here: copied as it is stored, without a header`;
  // A folder has one name of its own, so that files of two folders never come together in one.
  let name: string | undefined;
  for (const one of await storedFiles(stored)) {
    const { file, close } = await one.open();
    try {
      name ??= names.take(wanted);
      yield {
        kind: "file",
        segment: segment.name,
        name: one.below === "" ? name : `${name}/${one.below}`,
        file: isRaw ? { ...file, notes: [...file.notes, note] } : file,
      };
    } finally {
      await close();
    }
  }
}

function cardsOf({ batch, row }: HeldRecord, column: SegmentColumn, naming: NamingChoice) {
  return keywordCards(
    batch.keywords.map((one) => ({
      keyword: one.keyword,
      source: one.source,
      value: keywordValue(one, row),
    })),
    column.segment.number,
    naming,
  );
}

function nameOf({ batch, row }: HeldRecord, { column }: StoredSegment, options: ExportOptions): string {
  const file = column.file[row]!;
  const name = fileName(options.template, {
    seriesName: options.series.name,
    recnum: batch.recnum[row]!,
    segment: file === "" ? column.source.name : file,
    running: options.names.next(),
    keyword(word) {
      const found = findNamed(
        batch.keywords.map((one) => ({ ...one, name: one.keyword.name })),
        word,
      );
      const value = found === undefined ? undefined : keywordValue(found, row);
      return found === undefined || value === undefined ? undefined : { source: found.source, value };
    },
  });
  // The file of all slots becomes the image of one.
  return options.protocol === "fits" && column.source.protocol === "tas"
    ? name.replace(/\.tas$/, ".fits")
    : name;
}

function specificationOf(series: Series, print: SpecificationPrinter, { batch, row }: HeldRecord): string {
  const values = series.primeKeys.map(({ external }) => {
    const column = batch.keywords.find(({ keyword }) => keyword.name === external.name);
    const value = column === undefined ? undefined : keywordValue(column, row);
    return value ?? missingValue(external.type);
  });
  return print(values, batch.recnum[row]!);
}
