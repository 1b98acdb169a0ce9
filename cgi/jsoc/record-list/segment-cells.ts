import type { SegmentColumn } from "../../../netdrms/records/record-batch.js";
import { findNamed, type Series } from "../../../netdrms/series/model.js";
import { compressionKeywordName, scaleKeywordNames } from "../../../netdrms/series/names.js";
import { segmentFilePath } from "../../../netdrms/sums/unit-path.js";
import type { UnitInfo } from "../../../netdrms/sums/unit-state.js";
import { printWithFormat } from "../../../netdrms/values/print-value.js";
import { jsonString } from "../json.js";
import { type Cell, type Cells, eachRow, type Needed, sameText } from "./cells.js";

/** What stands where there is no such segment, its link leads to no record, or its file is not here. Source: netdrms-export B5. */
const NO_SUCH_SEGMENT = "InvalidSegName";
const BAD_LINK = "BadSegLink";
const NO_FILE = "NoDataDirectory";

/** What is told of a segment, a member each. Source: netdrms-export B5. */
export const SEGMENT_MEMBERS = ["values", "dims", "cparms", "bzeros", "bscales"] as const;

/** The columns of one segment, one for each of {@link SEGMENT_MEMBERS}. */
export function segmentCells(name: string, needed: Needed): readonly Cells[] {
  const segment = findNamed(needed.series.segments, name);
  if (segment === undefined)
    return [NO_SUCH_SEGMENT, "NA", "", "", ""].map((text) => sameText(jsonString(text)));
  needed.units = true;
  const place = needed.segment(segment);
  const cell =
    (text: (column: SegmentColumn, row: number, units: ReadonlyMap<bigint, UnitInfo>) => string): Cell =>
    ({ segments, units }, row) =>
      jsonString(text(segments[place]!, row, units));
  const texts = [
    pathText,
    dimensionText,
    compressionText,
    scaleText.bind(null, "bzero"),
    scaleText.bind(null, "bscale"),
  ];
  return texts.map((text) => eachRow(cell(text)));
}

/** Whether links lead from the record to one with the segment. */
function isReached({ reached }: SegmentColumn, row: number): boolean {
  return reached?.[row] !== 0;
}

/** Where the file is; one of the words above where it is not. */
export function pathText(column: SegmentColumn, row: number, units: ReadonlyMap<bigint, UnitInfo>): string {
  if (!isReached(column, row)) return BAD_LINK;
  const unit = units.get(column.sunum[row]!);
  if (unit?.state !== "Y") return NO_FILE;
  try {
    const { name: segment, protocol } = column.source;
    return `${unit.folder}/${segmentFilePath({ segment, protocol, slot: column.slot[row]!, file: column.file[row]! })}`;
  } catch {
    // A name or a slot that cannot be, or a protocol whose files have no name.
    return NO_FILE;
  }
}

/** Whether a path is that of a file, and none of the words for its absence. */
export function isPath(text: string): boolean {
  return text !== BAD_LINK && text !== NO_FILE && text !== NO_SUCH_SEGMENT;
}

/** The lengths of the axes, the fastest first. */
export function dimensionText(column: SegmentColumn, row: number): string {
  if (!isReached(column, row) || column.axes.length === 0) return "NA";
  return column.axes.map((axis) => axis[row]).join("x");
}

/** The compression; empty where the series keeps none. */
export function compressionText(column: SegmentColumn, row: number): string {
  const { source, sourceSeries } = column;
  if (!isReached(column, row) || !hasKeyword(sourceSeries, compressionKeywordName(source.number))) return "";
  return column.compression[row]!;
}

/** The zero or the scale of physical values; empty where the series keeps none. */
export function scaleText(member: "bzero" | "bscale", column: SegmentColumn, row: number): string {
  const { source, sourceSeries } = column;
  if (!isReached(column, row) || !hasKeyword(sourceSeries, scaleKeywordNames(source.name)[member])) return "";
  return printWithFormat("%.15g", column[member][row]!) ?? "";
}

const known = new WeakMap<Series, Map<string, boolean>>();

/** Asked for every record: looked for once. */
function hasKeyword(series: Series, name: string): boolean {
  let names = known.get(series);
  if (names === undefined) {
    names = new Map();
    known.set(series, names);
  }
  let isThere = names.get(name);
  if (isThere === undefined) {
    isThere = findNamed(series.keywords, name) !== undefined;
    names.set(name, isThere);
  }
  return isThere;
}
