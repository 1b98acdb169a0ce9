import { Header } from "../../fits/header.js";
import { emptyPrimary } from "../../fits/image-header.js";
import type { StreamHeader } from "../../stream/model.js";
import type { TableColumn } from "../table/table-columns.js";
import { tableForm, timeWidth } from "./row-writer.js";

/** What a table is called. */
export interface TableName {
  readonly name: string;
  /** From 1 on, where a packet type has been defined anew. */
  readonly version: number;
}

/** The primary unit: no image, and the properties of the stream as comments. */
export function primaryHeader(stream: StreamHeader): Header {
  const header = emptyPrimary();
  header.addCommentary("COMMENT", "Tables made from a das2 stream; its properties:");
  for (const { name, value } of stream.properties)
    header.addCommentary("COMMENT", fitsText(`${name} = ${value}`));
  return header;
}

/**
 * The header of a table, but for its sums. Times are those of FITS 4.0, 9: columns of UTC as text.
 *
 * @param tags the name of the extension with the tags of each column that has some
 * @param range of x
 */
export function tableHeader(
  { name, version }: TableName,
  columns: readonly TableColumn[],
  rows: number,
  rowBytes: number,
  tags: ReadonlyMap<TableColumn, string>,
  range: { readonly first: string; readonly last: string } | undefined,
): Header {
  const header = binaryTable(rows, rowBytes, columns.length);
  for (const [i, column] of columns.entries()) {
    const n = i + 1;
    const isTime = column.kind === "time";
    const { about } = column;
    header.set(`TTYPE${n}`, fitsText(column.name));
    header.set(`TFORM${n}`, tableForm(column));
    const units = isTime ? "" : fitsText(about.get("units") ?? "");
    if (units !== "") header.set(`TUNIT${n}`, units);
    if (isTime) header.set(`TCTYP${n}`, "UTC");
    if (isTime && column.items > 1) header.set(`TDIM${n}`, `(${timeWidth(column)},${column.items})`);
    const note = fitsText(about.get("label") ?? about.get("summary") ?? "");
    if (note !== "") header.set(`TCOMM${n}`, note);
    const fill = about.get("fill");
    if (fill !== undefined) header.set(`TFILL${n}`, fitsText(fill), "fill of the stream, here NaN");
    const extension = tags.get(column);
    if (extension !== undefined) header.set(`TTAGS${n}`, extension, "extension with the y tags");
  }
  header.set("EXTNAME", fitsText(name));
  if (version > 1) header.set("EXTVER", version);
  if (columns.some(({ kind }) => kind === "time")) header.set("TIMESYS", "UTC");
  if (range !== undefined)
    header.set("DATE-BEG", range.first, "first time").set("DATE-END", range.last, "last time");
  return header;
}

/** The header of the tags of a column: one row a value of its lists. */
export function tagsHeader(name: string, of: TableColumn): Header {
  const header = binaryTable(of.items, 8, 1);
  header.set("TTYPE1", "y").set("TFORM1", "1D");
  const units = fitsText(of.about.get("yUnits") ?? "");
  if (units !== "") header.set("TUNIT1", units);
  const label = fitsText(of.about.get("yLabel") ?? "");
  if (label !== "") header.set("TCOMM1", label);
  return header.set("EXTNAME", name);
}

function binaryTable(rows: number, rowBytes: number, columns: number): Header {
  return new Header()
    .set("XTENSION", "BINTABLE", "binary table extension")
    .set("BITPIX", 8, "8-bit bytes")
    .set("NAXIS", 2, "2-dimensional binary table")
    .set("NAXIS1", rowBytes, "width of table in bytes")
    .set("NAXIS2", rows, "number of rows in table")
    .set("PCOUNT", 0, "size of special data area")
    .set("GCOUNT", 1, "one data group (required keyword)")
    .set("TFIELDS", columns, "number of fields in each row");
}

/** What of a text FITS takes: printable ASCII; a few letters of units have others for them. */
export function fitsText(text: string): string {
  return text
    .replaceAll(/[\u00b5\u03bc]/g, "u")
    .replaceAll("\u00b0", "deg")
    .replaceAll(/[^\x20-\x7e]/g, "?");
}
