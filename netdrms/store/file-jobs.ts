import { findNamed, type Segment, type Series } from "../series/model.js";
import type { NewRecord, SegmentContent } from "./new-record.js";
import { bad, recordPlace } from "./record-fields.js";
import { checkContent } from "./store-segment.js";

/** A file that is to be made. */
export interface FileJob {
  /** Place of the record in the call. */
  readonly record: number;
  readonly segment: Segment;
  readonly content: SegmentContent;
}

/**
 * The files that new records want, checked as far as that is possible before anything is done.
 * Errors: those of {@link checkContent}; BAD_PARAMETER for a segment that the series does not have, one that is given twice, a second file of a
 * constant segment, and files for a record whose files are elsewhere.
 */
export function fileJobs(series: Series, records: readonly NewRecord[]): readonly FileJob[] {
  const constants = new Set<Segment>();
  return records.flatMap(({ segments = {}, place }, record) => {
    const who = recordPlace(series, record, records.length);
    const seen = new Set<Segment>();
    const given = Object.entries(segments);
    if (given.length > 0 && place !== undefined)
      throw bad(who, "files of its own and a place where others are, expected one of both");
    return given.map(([name, content]): FileJob => {
      const segment = findNamed(series.segments, name);
      if (segment === undefined) throw bad(who, `unknown segment ${name.slice(0, 60)}`);
      if (seen.has(segment)) throw bad(who, `segment ${segment.name} is given twice`);
      if (constants.has(segment))
        throw bad(who, `segment ${segment.name} is constant, expected one file for all records`);
      seen.add(segment);
      if (segment.scope === "constant") constants.add(segment);
      checkContent(segment, content);
      return { record, segment, content };
    });
  });
}
