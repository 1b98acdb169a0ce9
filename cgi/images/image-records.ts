import { planSelection } from "../../netdrms/query/plan-selection.js";
import { planRecords, type RecordPlan } from "../../netdrms/records/plan-records.js";
import { readRecords } from "../../netdrms/records/read-records.js";
import { keywordValue, type RecordBatch, type SegmentColumn } from "../../netdrms/records/record-batch.js";
import { findNamed, type Keyword, type Series } from "../../netdrms/series/model.js";
import { specificationPrinter } from "../../netdrms/series/record-specification.js";
import { isMissing, missingValue } from "../../netdrms/values/drms-type.js";
import { printKeywordValue } from "../../netdrms/values/print-value.js";
import type { ReaderArchive } from "../../readers/archive/archive-connection.js";
import { type KeptRows, keptRows, type RowSieve, rowSieve } from "../../readers/archive/kept-rows.js";
import { qualityCut } from "../../readers/archive/quality-cut.js";
import { recordRange } from "../../readers/archive/record-range.js";
import { imageSegment } from "../../readers/drms-image/image-segment.js";
import { type TimeRange, us2000ToTime } from "../../stream/time.js";
import type { ImageSeries } from "./image-source.js";

/** A record of a series of images. */
export interface ImageRecord {
  /** Its time, cut to the microsecond. */
  readonly us2000: number;
  readonly recnum: bigint;
  /** Values of the prime keys that are no time, a comma between: the wavelength of an image of AIA. Empty where there is none. */
  readonly channel: string;
}

/** A record whose picture or header is wanted. */
export interface FoundImage extends ImageRecord {
  readonly series: Series;
  /** The record specification. */
  readonly specification: string;
  readonly batch: RecordBatch;
  readonly row: number;
  /** Of the images. */
  readonly segment: SegmentColumn;
}

/** One statement over the records of a range, and which of its rows are images of it. */
interface PlannedImages {
  readonly series: Series;
  readonly plan: RecordPlan;
  readonly channelOf: (batch: RecordBatch, row: number) => string;
  readonly kept: (batch: RecordBatch) => KeptRows;
}

/** Channels that are told apart: a key with more values is no choice for people. */
export const MOST_CHANNELS = 64;

/**
 * The records of a range in the order of their times, those of bad quality left out, as their images are not shown.
 * Errors: those of the reader's arguments (USAGE), of the record set and of the database.
 */
export async function* imageRecords(
  archive: ReaderArchive,
  images: ImageSeries,
  range: TimeRange,
): AsyncGenerator<ImageRecord> {
  const planned = await planImages(archive, images, range, "times");
  for await (const batch of readRecords(archive.database, planned.plan)) {
    const kept = planned.kept(batch);
    for (let i = 0; i < kept.count; i++) yield recordOf(planned, batch, kept, i);
  }
}

/**
 * The record of that time, with all of its keywords; `undefined` where there is none.
 *
 * @param us2000 whole microseconds
 * @param channel missing: the first of that time
 * Errors: as {@link imageRecords}.
 */
export async function findImage(
  archive: ReaderArchive,
  images: ImageSeries,
  us2000: number,
  channel: string | undefined,
): Promise<FoundImage | undefined> {
  const range = { begin: us2000ToTime(us2000), end: us2000ToTime(us2000 + 1) };
  const planned = await planImages(archive, images, range, "all");
  const { series } = planned;
  for await (const batch of readRecords(archive.database, planned.plan)) {
    const kept = planned.kept(batch);
    for (let i = 0; i < kept.count; i++) {
      const record = recordOf(planned, batch, kept, i);
      if (channel !== undefined && record.channel !== channel) continue;
      const row = kept.rows[i]!;
      const specification = specificationOf(series, batch, row);
      return { ...record, series, specification, batch, row, segment: batch.segments[0]! };
    }
  }
  return undefined;
}

function recordOf({ channelOf }: PlannedImages, batch: RecordBatch, kept: KeptRows, i: number): ImageRecord {
  const row = kept.rows[i]!;
  return {
    us2000: Math.floor(kept.us2000[i]!),
    recnum: batch.recnum[row]!,
    channel: channelOf(batch, row),
  };
}

async function planImages(
  { catalog }: ReaderArchive,
  { records: { values } }: ImageSeries,
  range: TimeRange,
  wanted: "times" | "all",
): Promise<PlannedImages> {
  const { query, time, order } = await recordRange(catalog, values, range);
  const { series } = query;
  const cut = await qualityCut(catalog, series, values);
  const { segment } = await imageSegment(catalog, query, values.segment);
  const keys = series.primeKeys.map(({ external }) => external);
  const needed = [time, ...(cut === undefined ? [] : [cut.keyword]), ...keys];
  const plan = await planRecords(catalog, planSelection(query), {
    keywords: [...new Set(wanted === "all" ? [...series.keywords.filter(isExported), ...needed] : needed)],
    segments: wanted === "all" ? [segment] : [],
    order,
  });
  const sieve: RowSieve = rowSieve(range, cut?.mask ?? 0);
  return {
    series,
    plan,
    channelOf: channelReader(keys.filter((key) => key !== time && key.type !== "time")),
    kept: (batch) =>
      keptRows(
        sieve,
        batch.rows,
        columnOf(batch, time)!, // it was asked for
        cut === undefined ? undefined : columnOf(batch, cut.keyword),
      ),
  };
}

function isExported({ implicit }: Keyword): boolean {
  return !implicit;
}

function columnOf(batch: RecordBatch, { name }: Keyword) {
  return batch.keywords.find(({ keyword }) => keyword.name === name);
}

function channelReader(keys: readonly Keyword[]): (batch: RecordBatch, row: number) => string {
  return (batch, row) =>
    keys
      .map((key) => {
        const column = columnOf(batch, key);
        const value = column === undefined ? undefined : keywordValue(column, row);
        return column === undefined || value === undefined
          ? ""
          : printKeywordValue(column.source, value).trim();
      })
      .join(",");
}

function specificationOf(series: Series, batch: RecordBatch, row: number): string {
  const values = series.primeKeys.map(({ external }) => {
    const column = columnOf(batch, external);
    return (column === undefined ? undefined : keywordValue(column, row)) ?? missingValue(external.type);
  });
  return specificationPrinter(series)(values, batch.recnum[row]!);
}

/** The value of a keyword of a record as a number; `undefined` where there is none. */
export function numberOf({ batch, row, series }: FoundImage, name: string): number | undefined {
  const keyword = findNamed(series.keywords, name);
  const column = keyword === undefined ? undefined : columnOf(batch, keyword);
  const value = column === undefined ? undefined : keywordValue(column, row);
  if (column === undefined || value === undefined || typeof value === "string") return undefined;
  const number = Number(value);
  return isMissing(column.source.type, value) || !Number.isFinite(number) ? undefined : number;
}
