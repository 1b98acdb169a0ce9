import { keywordDefault } from "../series/keyword-default.js";
import { findNamed, type Keyword, type Segment, type Series } from "../series/model.js";
import { compressionKeywordName, scaleKeywordNames } from "../series/names.js";
import type { DrmsValue } from "../values/drms-type.js";
import { columnText } from "./column-text.js";
import type { PlacedFile, RecordPlace } from "./new-record.js";
import type { TableColumn } from "./table-column.js";

/** "No storage unit" and "no slot". Source: netdrms 2.4. */
const NONE = "-1";

/**
 * The columns of what records keep of their files: storage unit and slot, and for each segment the name of its file, the lengths of its axes
 * where every record has its own, compression and scale; those of the series where a record has no file.
 *
 * @param places one a record; `undefined` for a record without files
 * Source: netdrms 1.7, 2.4.
 */
export function placeColumns(
  series: Series,
  places: readonly (RecordPlace | undefined)[],
): readonly TableColumn[] {
  return [
    { name: "sunum", type: "longlong", values: places.map((place) => String(place?.sunum ?? NONE)) },
    { name: "slotnum", type: "int", values: places.map((place) => String(place?.slot ?? NONE)) },
    ...series.segments.flatMap((segment) =>
      segmentColumns(
        series,
        segment,
        places.map((place) => place?.files.get(segment.number)),
      ),
    ),
  ];
}

function segmentColumns(
  series: Series,
  segment: Segment,
  files: readonly (PlacedFile | undefined)[],
): readonly TableColumn[] {
  const { fileColumn, axisColumns, name, number, link } = segment;
  const file: TableColumn = { name: fileColumn, type: "string", values: files.map((one) => one?.name ?? "") };
  if (link !== undefined) return [file];
  const scale = scaleKeywordNames(name);
  return [
    file,
    ...axisColumns.map(
      (column, axis): TableColumn => ({
        name: column,
        type: "int",
        values: files.map((one) => (one?.axes === undefined ? undefined : String(one.axes[axis] ?? 0))),
      }),
    ),
    ...keywordColumn(series, compressionKeywordName(number), files, ({ compression }) => compression),
    ...keywordColumn(series, scale.bzero, files, ({ bzero }) => bzero),
    ...keywordColumn(series, scale.bscale, files, ({ bscale }) => bscale),
  ];
}

/** The column of an implicit keyword, which not every series has. */
function keywordColumn(
  series: Series,
  name: string,
  files: readonly (PlacedFile | undefined)[],
  from: (file: PlacedFile) => DrmsValue | undefined,
): readonly TableColumn[] {
  const keyword: Keyword | undefined = findNamed(series.keywords, name);
  if (keyword?.column === undefined || !keyword.implicit) return [];
  const standard = keywordDefault(keyword);
  return [
    {
      name: keyword.column,
      type: keyword.type,
      values: files.map((file) =>
        columnText(keyword.type, (file === undefined ? undefined : from(file)) ?? standard),
      ),
    },
  ];
}
