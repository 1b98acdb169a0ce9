import { createHash } from "node:crypto";
import {
  type KeywordColumn,
  keywordValue,
  type RecordBatch,
  type SegmentColumn,
} from "../records/record-batch.js";

/** Digits of a revision. */
const DIGITS = 32;

/** What of a series its exported headers say besides values; it hardly ever changes, and then all files do. */
function columnText({ keyword, source }: KeywordColumn): readonly unknown[] {
  const { name, description, unit, format, type, defaultText } = source;
  return [keyword.name, keyword.description, name, description, unit, format, type, defaultText];
}

function segmentText({ segment, source, sourceSeries }: SegmentColumn): readonly unknown[] {
  return [segment.name, segment.number, source.name, source.protocol, source.type, sourceSeries.name];
}

/**
 * Gives 32 hexadecimal digits for all that the exported file of a record is made of: the values of its keywords, links followed, which
 * stored file it is, and how it is exported. A stored file never changes, so the same digits mean the same bytes; a value that is edited
 * in the database gives others.
 *
 * @param form whatever else the bytes depend on, as JSON can say it
 */
export function recordRevision(form: unknown): (batch: RecordBatch, row: number) => string {
  let last: { readonly batch: RecordBatch; readonly text: string } | undefined;
  return (batch, row) => {
    if (last?.batch !== batch) {
      const columns = [batch.keywords.map(columnText), batch.segments.map(segmentText)];
      last = { batch, text: JSON.stringify([form, columns]) };
    }
    const hash = createHash("sha256").update(last.text);
    // No text of a database holds a NUL.
    for (const column of batch.keywords) hash.update(`\0${keywordValue(column, row) ?? "\0"}`);
    for (const segment of batch.segments) hash.update(`\0${segmentPlace(segment, row)}`);
    return hash.update(`\0${batch.recnum[row]}`).digest("hex").slice(0, DIGITS);
  };
}

function segmentPlace(segment: SegmentColumn, row: number): string {
  const { sunum, slot, file, axes, compression, bzero, bscale, reached } = segment;
  const lengths = axes.map((axis) => axis[row]);
  return JSON.stringify([
    ...[String(sunum[row]), slot[row], file[row], lengths, compression[row], bzero[row], bscale[row]],
    reached?.[row] ?? 1,
  ]);
}
