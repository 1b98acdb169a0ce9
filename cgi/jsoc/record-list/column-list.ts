import type { RecordSetQuery } from "../../../netdrms/query/record-set-query.js";
import type { RequestArchive } from "../archive.js";
import { jsonString } from "../json.js";
import type { AskedList, ListedNames } from "./asked-list.js";
import { type Cells, eachRow, Needed } from "./cells.js";
import type { ColumnSpool } from "./column-spool.js";
import { keywordCells } from "./keyword-cells.js";
import { linkCell } from "./link-cells.js";
import type { MakeLayout } from "./list-layout.js";
import { readListed } from "./read-listed.js";
import { SEGMENT_MEMBERS, segmentCells } from "./segment-cells.js";

/** The list as clients know it: a list of values for each keyword, segment and link. Source: netdrms-export B5. */
export const columnList: MakeLayout = (asked, names) => {
  const { keywords = [], segments = [], links = [] } = names;
  const columns =
    keywords.length + SEGMENT_MEMBERS.length * segments.length + links.length + (asked.hasRecordInfo ? 1 : 0);
  return {
    columns,
    async *read(archive, set) {
      const needed = new Needed(set.series);
      const cells = await cellsOf(asked, names, needed, archive, set);
      for await (const records of readListed(archive, set, asked.limit, needed))
        yield { rows: records.rows, texts: cells.map((column) => column(records)) };
    },
    members: (spool) => members(asked, names, spool),
  };
};

async function cellsOf(
  asked: AskedList,
  { keywords = [], segments = [], links = [] }: ListedNames,
  needed: Needed,
  { catalog }: RequestArchive,
  set: RecordSetQuery,
): Promise<readonly Cells[]> {
  const cells: Cells[] = [
    ...(await keywordCells(keywords, asked, needed, set, catalog)),
    ...segments.flatMap((name) => segmentCells(name, needed)),
  ];
  for (const name of links) cells.push(eachRow(await linkCell(name, needed, catalog)));
  if (asked.hasRecordInfo) cells.push(recordInfo(needed));
  return cells;
}

/** Specification and state of each record. */
function recordInfo(needed: Needed): Cells {
  const specification = needed.specification();
  const unit = needed.unit();
  return eachRow((records, row) => {
    const isOnline = unit(records, row)?.state === "Y";
    return `{"name":${jsonString(specification(records, row))},"online":${isOnline ? 1 : 0}}`;
  });
}

async function* members(
  { hasRecordInfo }: AskedList,
  { keywords, segments, links }: ListedNames,
  spool: ColumnSpool,
): AsyncGenerator<string | Uint8Array> {
  let column = 0;
  for (const [member, names, lists] of [
    ["keywords", keywords, ["values"]],
    ["segments", segments, SEGMENT_MEMBERS],
    ["links", links, ["values"]],
  ] as const) {
    if (names === undefined) continue;
    yield `"${member}":[`;
    for (const [n, name] of names.entries()) {
      yield `${n === 0 ? "" : ","}{"name":${jsonString(name)}`;
      for (const list of lists) {
        yield `,"${list}":[`;
        yield* spool.pieces(column++);
        yield "]";
      }
      yield "}";
    }
    yield "],";
  }
  if (!hasRecordInfo) return;
  yield '"recinfo":[';
  yield* spool.pieces(column);
  yield "],";
}
