import type { CopyBatch, CopyColumn } from "../database/copy-binary.js";
import { decodeCopy } from "../database/copy-binary.js";
import type { Database } from "../database/database.js";
import { keywordValues } from "./keyword-values.js";
import { latestVersions } from "./latest-versions.js";
import type { KeywordPlan, PlannedKeyword, PlannedSegment, RecordPlan } from "./plan-records.js";
import type {
  KeywordBatch,
  KeywordColumn,
  KeywordValues,
  RecordBatch,
  SegmentColumn,
} from "./record-batch.js";

/** What stands for "no storage unit" and "no slot"; netdrms 2.4. */
const NONE = -1;

/**
 * Runs a plan: the records in their order, some thousand at a time, from one statement, whose transaction can do nothing else until
 * the last one. Errors: those of {@link Database}.
 */
export async function* readRecords(database: Database, plan: RecordPlan): AsyncGenerator<RecordBatch> {
  for await (const batch of decodeCopy(database.copyOut(plan.select), plan.types))
    yield recordBatch(plan, batch);
}

/** Runs a plan of keywords. Otherwise as {@link readRecords}. */
export async function* readKeywords(database: Database, plan: KeywordPlan): AsyncGenerator<KeywordBatch> {
  const rows = decodeCopy(database.copyOut(plan.select), plan.types);
  for await (const batch of plan.versions === undefined ? rows : latestVersions(rows, plan.versions))
    yield { rows: batch.rows, keywords: plan.keywords.map((keyword) => keywordColumn(keyword, batch)) };
}

function recordBatch(plan: RecordPlan, batch: CopyBatch): RecordBatch {
  return {
    rows: batch.rows,
    recnum: bigints(batch, plan.recnum),
    sunum: bigints(batch, plan.sunum),
    slot: slots(batch, plan.slot),
    sessionId: bigints(batch, plan.sessionId),
    keywords: plan.keywords.map((keyword) => keywordColumn(keyword, batch)),
    segments: plan.segments.map((segment) => segmentColumn(segment, batch)),
  };
}

function keywordColumn(planned: PlannedKeyword, batch: CopyBatch): KeywordColumn {
  const { keyword, source } = planned;
  return { keyword, source, values: valuesOf(planned, batch), ...reachedOf(planned.reached, batch) };
}

function valuesOf({ source, from, nullValue }: PlannedKeyword, batch: CopyBatch): KeywordValues {
  if (typeof from !== "number") return { kind: "constant", value: from.constant };
  return keywordValues(source.type, batch.columns[from]!, batch.rows, nullValue);
}

function segmentColumn(planned: PlannedSegment, batch: CopyBatch): SegmentColumn {
  const { segment, source, sourceSeries } = planned;
  const rows = batch.rows;
  return {
    segment,
    source,
    sourceSeries,
    sunum: bigints(batch, planned.sunum),
    slot: slots(batch, planned.slot),
    file: texts(batch.columns[planned.file]!, rows),
    axes: planned.axes.map((axis) =>
      typeof axis === "number" ? numbers(batch, axis) : new Int32Array(rows).fill(axis.constant),
    ),
    compression: compressionOf(planned, batch),
    bzero: scaleOf(planned.bzero, source.bzero, batch),
    bscale: scaleOf(planned.bscale, source.bscale, batch),
    ...reachedOf(planned.reached, batch),
  };
}

function reachedOf(reached: number | "never" | undefined, batch: CopyBatch): { reached?: Uint8Array } {
  if (reached === undefined) return {};
  if (reached === "never") return { reached: new Uint8Array(batch.rows) };
  return { reached: batch.columns[reached]!.isNull.map((isNull) => 1 - isNull) };
}

function compressionOf({ compression, source }: PlannedSegment, batch: CopyBatch): readonly string[] {
  const values = compression === undefined ? undefined : valuesOf(compression, batch);
  if (values?.kind === "strings") return values.values;
  const shared = values?.kind === "constant" ? String(values.value) : source.compression;
  return new Array<string>(batch.rows).fill(shared);
}

function scaleOf(planned: PlannedKeyword | undefined, shared: number, batch: CopyBatch): Float64Array {
  const values = planned === undefined ? undefined : valuesOf(planned, batch);
  if (values?.kind === "numbers") return Float64Array.from(values.values.subarray(0, batch.rows));
  return new Float64Array(batch.rows).fill(values?.kind === "constant" ? Number(values.value) : shared);
}

function bigints({ columns }: CopyBatch, place: number): BigInt64Array {
  const column = columns[place]!;
  if (column.type !== "int8") throw new TypeError("planned as int8");
  for (let row = 0; row < column.isNull.length; row++)
    if (column.isNull[row] === 1) column.values[row] = BigInt(NONE);
  return column.values;
}

function slots(batch: CopyBatch, place: number): Int32Array {
  const { isNull } = batch.columns[place]!;
  const values = numbers(batch, place);
  for (let row = 0; row < batch.rows; row++) if (isNull[row] === 1) values[row] = NONE;
  return values;
}

function numbers({ columns }: CopyBatch, place: number): Int32Array {
  const column = columns[place]!;
  if (column.type !== "int4") throw new TypeError("planned as int4");
  return column.values;
}

function texts(column: CopyColumn, rows: number): readonly string[] {
  if (column.type !== "text") throw new TypeError("planned as text");
  // NULL was read as the empty text, which means the same here.
  return rows === column.values.length ? column.values : column.values.slice(0, rows);
}
