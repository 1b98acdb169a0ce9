import { basename } from "node:path";
import type { SegmentColumn } from "../../records/record-batch.js";
import { findNamed, type Segment, type Series } from "../../series/model.js";
import { segmentFilePath } from "../../sums/unit-path.js";
import type { UnitInfo } from "../../sums/unit-state.js";
import type { Column, ShownRecord, Wanted } from "./column.js";
import type { ShowInfoValues } from "./declaration.js";
import { nameList } from "./keyword-columns.js";
import type { RecordFacts } from "./record-columns.js";
import type { Subject } from "./subject.js";

/** What is shown where there is no segment, its link leads to no record, a path is not known, or there is no file. Source: netdrms 6. */
const NO_SUCH_SEGMENT = "InvalidSegName";
const BAD_LINK = "BadSegLink";
const NO_PATH = "**_NO_sudir_**";
const NO_FILE = "NA";

/** Names of the segments to show: all, those that are named, or those in the braces of the query. */
export function segmentNames(
  values: ShowInfoValues,
  series: Series,
  listed: readonly Segment[] | undefined,
): readonly string[] {
  if (values.A) return series.segments.map(({ name }) => name);
  const named = nameList(values.seg);
  return named.length > 0 ? named : (listed ?? []).map(({ name }) => name);
}

/** Whether paths are asked for, and with them the units of the files. */
export function showsPaths({ p, P }: ShowInfoValues): boolean {
  return p || P;
}

/** The columns of segments: names or paths of files, with `-d` followed by what the files are. Source: netdrms 6. */
export function segmentColumns(
  values: ShowInfoValues,
  subject: Subject,
  names: readonly string[],
  wanted: Wanted,
): readonly Column[] {
  return names.flatMap((name): readonly Column[] => {
    const segment = findNamed(subject.series.segments, name);
    if (segment === undefined) return [textColumn(name, () => NO_SUCH_SEGMENT)];
    const place = wanted.segment(readSegment(values, subject, segment));
    const cell = showsPaths(values) ? filePath : fileName;
    return [
      textColumn(segment.name, (record) => cell(record, record.batch.segments[place]!)),
      ...(values.d
        ? [textColumn(`${segment.name}_info`, ({ batch, row }) => infoText(batch.segments[place]!, row))]
        : []),
    ];
  });
}

/** The column `SUDIR`: the folder of each record's storage unit. */
export function folderColumn(facts: RecordFacts): Column {
  return textColumn("SUDIR", (record) => onLineFolder(record.units.get(facts.sunum(record))) ?? NO_PATH);
}

/** With `-C` a linked segment is that of the record itself. */
function readSegment({ C, p, P }: ShowInfoValues, subject: Subject, segment: Segment): Segment {
  if (!C || !(p || P) || segment.link === undefined) return subject.segment(segment);
  const { link: _, ...own } = segment;
  return subject.segment(own);
}

function textColumn(title: string, cell: Column["cell"]): Column {
  return { title, label: title, type: "string", format: "%s", cell };
}

function fileName({ row }: ShownRecord, column: SegmentColumn): string {
  if (column.reached?.[row] === 0) return BAD_LINK;
  const path = relativePath(column, row);
  return column.sunum[row]! < 0n || path === undefined ? NO_FILE : basename(path);
}

function filePath({ row, units }: ShownRecord, column: SegmentColumn): string {
  if (column.reached?.[row] === 0) return BAD_LINK;
  const folder = onLineFolder(units.get(column.sunum[row]!));
  const path = relativePath(column, row);
  return folder === undefined || path === undefined ? NO_PATH : `${folder}/${path}`;
}

function onLineFolder(unit: UnitInfo | undefined): string | undefined {
  return unit?.state === "Y" ? unit.folder : undefined;
}

/** In the unit; `undefined` for a name or a slot that cannot be, and protocols whose files have no name. */
function relativePath({ source, slot, file }: SegmentColumn, row: number): string | undefined {
  try {
    const { name: segment, protocol } = source;
    return segmentFilePath({ segment, protocol, slot: slot[row]!, file: file[row]! });
  } catch {
    return undefined;
  }
}

function infoText({ source, axes }: SegmentColumn, row: number): string {
  const lengths = axes.map((axis) => axis[row]);
  return `"${source.unit}, ${source.protocol}, ${lengths.join("x")}"`;
}
