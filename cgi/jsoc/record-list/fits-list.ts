import { printValue } from "../../../fits/print-value.js";
import { type ExportCard, type ExportKeyword, keywordCards } from "../../../netdrms/export/keyword-cards.js";
import { keywordValue } from "../../../netdrms/records/record-batch.js";
import { findNamed, type Keyword } from "../../../netdrms/series/model.js";
import type { RequestArchive } from "../archive.js";
import { type JsonValue, jsonText } from "../json.js";
import type { ListedNames } from "./asked-list.js";
import { type Cell, type ListedRecords, Needed } from "./cells.js";
import { linkCell } from "./link-cells.js";
import type { MakeLayout } from "./list-layout.js";
import { namedKeywords } from "./named-keywords.js";
import { pseudoKeyCell, pseudoKeyOf } from "./pseudo-keys.js";
import { readListed } from "./read-listed.js";
import { compressionText, dimensionText, isPath, pathText, scaleText } from "./segment-cells.js";

/** The list as an object for each record, in the words of FITS cards: `recset`. Source: netdrms-export B5, A3, A5. */
export const fitsList: MakeLayout = (asked, names) => ({
  columns: 1,
  async *read(archive, set) {
    const needed = new Needed(set.series);
    const record = await recordCell(names, needed, archive, (name) => namedKeywords(name, set, asked));
    for await (const records of readListed(archive, set, asked.limit, needed)) {
      const texts = new Array<string>(records.rows);
      for (let row = 0; row < records.rows; row++) texts[row] = record(records, row);
      yield { rows: records.rows, texts: [texts.join(",")] };
    }
  },
  async *members(spool) {
    yield '"recset":[';
    yield* spool.pieces(0);
    yield "],";
  },
});

/** One record as an object. */
async function recordCell(
  { keywords, segments, links }: ListedNames,
  needed: Needed,
  { catalog }: RequestArchive,
  meant: Meant,
): Promise<Cell> {
  const specification = needed.specification();
  const pseudo = (keywords ?? []).flatMap((name) => {
    const key = pseudoKeyOf(name);
    return key === undefined
      ? []
      : [{ key: key === "retain" ? "expdate" : key, cell: pseudoKeyCell(key, needed) }];
  });
  const own = keywordPlaces(keywords ?? [], needed, meant);
  const parts: Cell[] = [
    (records, row) => `"specification":${jsonText(specification(records, row))}`,
    ...pseudo.map(
      ({ key, cell }): Cell =>
        (records, row) =>
          `"${key}":${cell(records, row)}`,
    ),
  ];
  if (keywords !== undefined)
    parts.push((records, row) => `"keywords":${jsonText(cardsOf(own, records, row, undefined))}`);
  if (segments !== undefined) parts.push(segmentsCell(segments, own, needed));
  if (links !== undefined) parts.push(await linksCell(links, needed, catalog));
  return (records, row) => `{${parts.map((part) => part(records, row)).join(",")}}`;
}

/** Where the keywords that are named are read; those that the series does not have as they were named. */
interface KeywordPlaces {
  readonly places: readonly { readonly keyword: Keyword; readonly place: number }[];
  readonly unknown: readonly string[];
}

/** The keywords that a name means. */
type Meant = (name: string) => readonly Keyword[];

function keywordPlaces(names: readonly string[], needed: Needed, meant: Meant): KeywordPlaces {
  const places: { readonly keyword: Keyword; readonly place: number }[] = [];
  const unknown: string[] = [];
  for (const name of names.filter((one) => pseudoKeyOf(one) === undefined)) {
    const keywords = meant(name);
    if (keywords.length === 0) unknown.push(name);
    for (const keyword of keywords)
      if (!places.some((one) => one.keyword === keyword))
        places.push({ keyword, place: needed.keyword(keyword) });
  }
  return { places, unknown };
}

/** The cards of a record, or of one segment of it. */
function cardsOf(
  { places, unknown }: KeywordPlaces,
  { keywords }: ListedRecords,
  row: number,
  segment: number | undefined,
): readonly JsonValue[] {
  const exported = places
    .filter(({ keyword }) => keyword.segment === segment)
    .map(({ place }): ExportKeyword => {
      const column = keywords[place]!;
      return { keyword: column.keyword, source: column.source, value: keywordValue(column, row) };
    });
  const cards = keywordCards(exported, segment).cards.map(cardOf);
  return segment === undefined
    ? [...cards, ...unknown.map((name) => ({ name, value: "Invalid KeyLink" }))]
    : cards;
}

function cardOf(card: ExportCard): JsonValue {
  const value = card.kind === "value" ? card.value : { kind: "string" as const, value: card.text };
  return { name: card.name, value: printValue(value) };
}

function segmentsCell(names: readonly string[], own: KeywordPlaces, needed: Needed): Cell {
  const listed = names.map((name) => {
    const segment = findNamed(needed.series.segments, name);
    if (segment !== undefined) needed.units = true;
    return { name, place: segment === undefined ? undefined : needed.segment(segment) };
  });
  return (records, row) => {
    const told = listed.map(({ name, place }): JsonValue => {
      const column = place === undefined ? undefined : records.segments[place];
      if (column === undefined) return { name, online: 0, path: "InvalidSegName" };
      const path = pathText(column, row, records.units);
      return {
        name,
        online: isPath(path) ? 1 : 0,
        path,
        dims: dimensionText(column, row),
        cparms: compressionText(column, row),
        bzero: scaleText("bzero", column, row),
        bscale: scaleText("bscale", column, row),
        keywords: cardsOf(own, records, row, column.segment.number),
      };
    });
    return `"segments":${jsonText(told)}`;
  };
}

async function linksCell(
  names: readonly string[],
  needed: Needed,
  catalog: RequestArchive["catalog"],
): Promise<Cell> {
  const links: { readonly name: string; readonly cell: Cell }[] = [];
  for (const name of names) links.push({ name, cell: await linkCell(name, needed, catalog) });
  return (records, row) => {
    const told = links.map(
      ({ name, cell }) => `{"name":${jsonText(name)},"linkedrec":${cell(records, row)}}`,
    );
    return `"links":[${told.join(",")}]`;
  };
}
