import { DasError } from "../errors/das-error.js";
import type { ByteSink } from "./byte-sink.js";
import type { Card } from "./card.js";
import { type ColumnForm, ELEMENT_BYTES, parseForm } from "./column.js";
import { type ElementArray, encodeElements, NUMBER_BYTES } from "./elements.js";
import { HduWriter, type WriteOptions } from "./hdu-writer.js";
import { Header } from "./header.js";

/** A column to be written. */
export interface TableColumnSpec {
  readonly name: string;
  /** `TFORMn` such as `1J`, `12A`, `1PE`; of `P` and `Q` the greatest length is filled in. */
  readonly form: string;
  readonly unit?: string;
  readonly tscal?: number;
  readonly tzero?: number | bigint;
  readonly tnull?: number | bigint;
  readonly tdim?: readonly number[];
}

/** A binary table to be written. */
export interface TableSpec {
  /** `EXTNAME`. */
  readonly name?: string;
  readonly rows: number;
  readonly columns: readonly TableColumnSpec[];
  /** Further cards, behind the structural ones. */
  readonly cards?: readonly Card[];
}

/** Values of some rows of one column: as they are read, and for a variable-length column an array or a text for each row. */
export type ColumnInput = ElementArray | readonly string[] | readonly (ElementArray | string)[];

/** Some rows. */
export interface RowChunk {
  readonly rows: number;
  /** In the order of the columns. */
  readonly columns: readonly ColumnInput[];
}

/** How a table is written. */
export interface WriteTableOptions extends WriteOptions {
  /** Most bytes of variable arrays, which are kept until all rows are written; 256 MiB by default. */
  readonly maxHeapBytes?: number;
}

/**
 * Writes a binary table from chunks of rows; memory is one chunk, and the arrays of variable length. With such arrays the sink must
 * take patches, for their size is not known before.
 *
 * Errors: BAD_PARAMETER where values do not fit their column or the rows their number; FITS_TOO_LARGE for a heap beyond the limit.
 * Source: FITS 4.0, 7.3.
 */
export async function writeTable(
  sink: ByteSink,
  spec: TableSpec,
  chunks: Iterable<RowChunk> | AsyncIterable<RowChunk>,
  options: WriteTableOptions = {},
): Promise<void> {
  const forms = spec.columns.map(({ form }, i) => parseForm(form, `TFORM${i + 1}`));
  const rowBytes = forms.reduce((all, { width }) => all + width, 0);
  const variable = forms.some(({ descriptor }) => descriptor !== undefined);
  const heap = new HeapBuilder(options.maxHeapBytes ?? 1 << 28);
  const longest = forms.map(() => 0);
  const dataBytes = variable ? undefined : rowBytes * spec.rows;
  const writer = await HduWriter.begin(
    sink,
    tableHeader(spec, forms, rowBytes, 0, longest),
    dataBytes,
    options,
  );
  let written = 0;
  for await (const { rows, columns } of chunks) {
    written += rows;
    if (written > spec.rows || columns.length !== forms.length)
      throw new DasError(
        "BAD_PARAMETER",
        `${written} rows of ${columns.length} columns for a table of ${spec.rows}`,
      );
    const bytes = new Uint8Array(rows * rowBytes);
    let offset = 0;
    for (const [i, form] of forms.entries()) {
      const name = `column ${spec.columns[i]!.name}`;
      const column = columns[i]!;
      const fields =
        form.descriptor === undefined
          ? fixedFields(form, column, rows, name)
          : heap.fields(form, column, rows, name, (count) => {
              longest[i] = Math.max(longest[i]!, count);
            });
      scatter(fields, form.width, bytes, offset, rowBytes);
      offset += form.width;
    }
    await writer.write(bytes);
  }
  if (written !== spec.rows)
    throw new DasError("BAD_PARAMETER", `${written} rows for a table of ${spec.rows}`);
  if (!variable) return writer.end();
  for (const piece of heap.pieces) await writer.write(piece);
  await writer.end(tableHeader(spec, forms, rowBytes, heap.byteLength, longest));
}

/** The header of a table. `longest`: elements of the longest array of each column. */
function tableHeader(
  spec: TableSpec,
  forms: readonly ColumnForm[],
  rowBytes: number,
  heapBytes: number,
  longest: readonly number[],
): Header {
  const header = new Header()
    .set("XTENSION", "BINTABLE", "binary table extension")
    .set("BITPIX", 8, "8-bit bytes")
    .set("NAXIS", 2, "2-dimensional binary table")
    .set("NAXIS1", rowBytes, "width of table in bytes")
    .set("NAXIS2", spec.rows, "number of rows in table")
    .set("PCOUNT", heapBytes, "size of special data area")
    .set("GCOUNT", 1, "one data group (required keyword)")
    .set("TFIELDS", forms.length, "number of fields in each row");
  for (const [i, column] of spec.columns.entries()) {
    const n = i + 1;
    const { descriptor, type, repeat } = forms[i]!;
    header.set(`TTYPE${n}`, column.name);
    header.set(
      `TFORM${n}`,
      descriptor === undefined ? column.form : `${repeat}${descriptor}${type}(${longest[i]})`,
    );
    if (column.unit !== undefined) header.set(`TUNIT${n}`, column.unit);
    if (column.tscal !== undefined) header.set(`TSCAL${n}`, column.tscal);
    if (column.tzero !== undefined) header.set(`TZERO${n}`, column.tzero);
    if (column.tnull !== undefined) header.set(`TNULL${n}`, column.tnull);
    if (column.tdim !== undefined) header.set(`TDIM${n}`, `(${column.tdim.join(",")})`);
  }
  if (spec.name !== undefined) header.set("EXTNAME", spec.name);
  return header.insert(spec.cards ?? []);
}

function fixedFields(form: ColumnForm, values: ColumnInput, rows: number, name: string): Uint8Array {
  const { type, repeat, width } = form;
  if (type === "A") {
    const bytes = new Uint8Array(rows * width).fill(0x20);
    if (!isTexts(values) || values.length !== rows) throw misfit(name, values.length, rows);
    values.forEach((text, row) => {
      putText(text, width, bytes, row * width, name);
    });
    return bytes;
  }
  if (!isElements(values)) throw misfit(name, values.length, rows * repeat);
  const numbers = rows * repeat * (type === "C" || type === "M" ? 2 : 1);
  if (values.length !== numbers) throw misfit(name, values.length, numbers);
  checkWidth(type, values, name);
  return encodeElements(type, values, repeat, width);
}

function putText(text: string, width: number, bytes: Uint8Array, at: number, name: string): void {
  const encoded = Buffer.from(text, "latin1");
  if (encoded.length > width)
    throw new DasError("BAD_PARAMETER", `a text of ${encoded.length} characters in ${name} of ${width}`);
  bytes.set(encoded, at);
}

function isElements(values: ColumnInput): values is ElementArray {
  return ArrayBuffer.isView(values);
}

function isTexts(values: ColumnInput): values is readonly string[] {
  return !isElements(values) && values.every((value) => typeof value === "string");
}

function checkWidth(type: Exclude<ColumnForm["type"], "A">, values: ElementArray, name: string): void {
  if (values.BYTES_PER_ELEMENT !== NUMBER_BYTES[type])
    throw new DasError(
      "BAD_PARAMETER",
      `numbers of ${values.BYTES_PER_ELEMENT} bytes in ${name}, expected ${NUMBER_BYTES[type]}`,
    );
}

function misfit(name: string, found: number, expected: number): DasError {
  return new DasError("BAD_PARAMETER", `${found} values in ${name}, expected ${expected}`);
}

function scatter(
  fields: Uint8Array,
  width: number,
  rows: Uint8Array,
  offset: number,
  rowBytes: number,
): void {
  for (let from = 0, to = offset; from < fields.length; from += width, to += rowBytes)
    rows.set(fields.subarray(from, from + width), to);
}

/** The arrays of variable length, in the order of their descriptors. */
class HeapBuilder {
  readonly pieces: Uint8Array[] = [];
  byteLength = 0;
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** The descriptors of one column. */
  fields(
    form: ColumnForm,
    values: ColumnInput,
    rows: number,
    name: string,
    longest: (count: number) => void,
  ): Uint8Array {
    if (isElements(values) || values.length !== rows) throw misfit(name, values.length, rows);
    const bytes = new Uint8Array(rows * form.width);
    const view = new DataView(bytes.buffer);
    for (const [row, value] of values.entries()) {
      const piece = encodeArray(form, value, name);
      const count = form.type === "X" ? value.length : piece.length / ELEMENT_BYTES[form.type];
      longest(count);
      if (form.descriptor === "P") {
        view.setUint32(row * 8, count);
        view.setUint32(row * 8 + 4, this.byteLength);
      } else {
        view.setBigUint64(row * 16, BigInt(count));
        view.setBigUint64(row * 16 + 8, BigInt(this.byteLength));
      }
      this.pieces.push(piece);
      this.byteLength += piece.length;
      if (this.byteLength > this.#most || (form.descriptor === "P" && this.byteLength >= 2 ** 32))
        throw new DasError("FITS_TOO_LARGE", `more than ${this.#most} bytes of arrays of variable length`);
    }
    return bytes;
  }
}

function encodeArray({ type }: ColumnForm, value: ElementArray | string, name: string): Uint8Array {
  if (typeof value === "string" || type === "A") {
    if (typeof value !== "string" || type !== "A")
      throw new DasError("BAD_PARAMETER", `a value of ${name} is of another kind than its form`);
    return Buffer.from(value, "latin1");
  }
  checkWidth(type, value, name);
  return encodeElements(type, value);
}
