import { DasError } from "../../errors/das-error.js";
import { type OdlObject, odlNumber, odlText } from "./odl.js";

/** A `COLUMN` of a PDS3 table: where its bytes are in a row and what they hold. */
export interface Column {
  readonly name: string;
  readonly kind: "unsigned" | "signed" | "text";
  readonly littleEndian: boolean;
  /** From the start of the row, counted from 0 (the label counts from 1). */
  readonly offset: number;
  /** Of one item. */
  readonly bytes: number;
  readonly items: number;
}

/**
 * The columns of a table, by name; of two equal names the first wins.
 *
 * @param structure the object that holds the `COLUMN` objects: a parsed structure file
 * @param rowBytes bytes of a row: a column that reaches beyond is an error
 * Errors: BAD_FILE. Source: PDS Standards Reference 3.8, A.8 and C (data types).
 */
export function tableColumns(structure: OdlObject, rowBytes: number): ReadonlyMap<string, Column> {
  const columns = new Map<string, Column>();
  for (const object of structure.objects) {
    if (object.name !== "COLUMN") continue;
    const column = readColumnObject(object, rowBytes);
    if (!columns.has(column.name)) columns.set(column.name, column);
  }
  return columns;
}

function readColumnObject(object: OdlObject, rowBytes: number): Column {
  const name = odlText(object, "NAME") ?? "";
  const start = odlNumber(object, "START_BYTE");
  const items = odlNumber(object, "ITEMS") ?? 1;
  const total = odlNumber(object, "BYTES");
  const itemBytes = odlNumber(object, "ITEM_BYTES");
  for (const [key, value] of Object.entries({ START_BYTE: start, BYTES: total, ITEMS: items }))
    if (value === undefined || !Number.isInteger(value) || value < 1)
      throw new DasError(
        "BAD_FILE",
        `label: ${key} = ${value} of column ${name}, expected a positive integer`,
      );
  // BYTES is the width of the column, or (in the structure files of this archive) of one of its items.
  const bytes = itemBytes ?? total!;
  if (start! - 1 + bytes * items > rowBytes)
    throw new DasError(
      "BAD_FILE",
      `label: column ${name} ends at byte ${start! - 1 + bytes * items}, the row has ${rowBytes}`,
    );
  const type = odlText(object, "DATA_TYPE") ?? "";
  const kind =
    type === "CHARACTER"
      ? "text"
      : type.endsWith("UNSIGNED_INTEGER")
        ? "unsigned"
        : type.endsWith("INTEGER")
          ? "signed"
          : undefined;
  if (kind === undefined)
    throw new DasError("BAD_FILE", `label: DATA_TYPE = ${type.slice(0, 40)} of column ${name} is not known`);
  const littleEndian = /^(LSB|PC|VAX)_/.test(type);
  return { name, kind, littleEndian, offset: start! - 1, bytes, items };
}

/**
 * An integer of a row, of up to 6 bytes.
 *
 * @param item which of the items of the column, from 0
 */
export function columnInteger(row: Uint8Array, column: Column, item = 0): number {
  const from = column.offset + item * column.bytes;
  let value = 0;
  for (let i = 0; i < column.bytes; i++)
    value = value * 256 + row[column.littleEndian ? from + column.bytes - 1 - i : from + i]!;
  const span = 256 ** column.bytes;
  return column.kind === "signed" && value >= span / 2 ? value - span : value;
}

/** The text of a column; bytes beyond ASCII as Latin-1, NUL kept. */
export function columnText(row: Uint8Array, column: Column): string {
  return Buffer.from(row.buffer, row.byteOffset + column.offset, column.bytes).toString("latin1");
}
