import type { Segment } from "../../series/model.js";
import type { SeriesCatalog } from "../../series/series-cache.js";
import { type Column, Wanted } from "./column.js";
import type { ShowInfoValues } from "./declaration.js";
import { keywordColumns } from "./keyword-columns.js";
import { linkColumns } from "./link-columns.js";
import { type RecordFacts, recordColumns, recordFacts } from "./record-columns.js";
import { folderColumn, segmentColumns, segmentNames, showsPaths } from "./segment-columns.js";
import type { Subject } from "./subject.js";

/** What is printed of the records of one set, and what is read for it. */
export interface Layout {
  readonly columns: readonly Column[];
  readonly facts: RecordFacts;
  readonly wanted: Wanted;
  /** Whether columns show something of storage units, and of sessions. */
  readonly needsUnits: boolean;
  readonly needsSessions: boolean;
}

/**
 * The columns in the order of netdrms 6; where nothing is asked for, the specifications of the records.
 * @param listed segments in the braces of the query
 * Errors: those of `keywordColumns` and `linkColumns`.
 */
export async function layoutOf(
  values: ShowInfoValues,
  subject: Subject,
  listed: readonly Segment[] | undefined,
  catalog: SeriesCatalog,
): Promise<Layout> {
  const wanted = new Wanted();
  const facts = recordFacts(subject, wanted);
  const segments = segmentNames(values, subject.series, listed);
  const hasPaths = showsPaths(values);
  const asked = [
    ...recordColumns(values, facts),
    ...(await keywordColumns(values, subject, catalog, wanted)),
    ...segmentColumns(values, subject, segments, wanted),
    ...(hasPaths && segments.length === 0 ? [folderColumn(facts)] : []),
    ...(values.K ? await linkColumns(subject, catalog, wanted) : []),
  ];
  const columns = asked.length > 0 || values.k ? asked : recordColumns({ ...values, i: true }, facts);
  const { o, R, x, T, z, I } = values;
  return { columns, facts, wanted, needsUnits: o || R || x || T || z || hasPaths, needsSessions: I };
}
