import { DasError } from "../errors/das-error.js";
import { type Column, ELEMENT_BYTES, readColumns, stringWidth } from "./column.js";
import { decodeElements, decodeText, type ElementArray } from "./elements.js";
import type { FitsFile, Hdu } from "./fits-file.js";
import { checkExtent, type HeapExtent, heapOf, readDescriptor, readHeap } from "./heap.js";
import type { Scaling } from "./scaling.js";

/** Values of a column, row after row: elements, or texts for a column of kind `A`. */
export type ColumnValues = ElementArray | readonly string[];

/** Rows to be read; from `first` (0 by default), `count` (all behind by default). */
export interface RowRange {
  readonly first?: number;
  readonly count?: number;
}

/** A binary table; a read costs the rows that it names. */
export interface BinaryTable {
  readonly hdu: Hdu;
  readonly rows: number;
  readonly columns: readonly Column[];
  /** The column of a name, letters of any case. Errors: BAD_PARAMETER where there is none. */
  column(name: string): Column;
  /**
   * Stored values of a column of fixed length: `repeat` elements (twice as many numbers for complex ones) a row.
   * Errors: BAD_PARAMETER for rows outside or a variable-length column, FITS_TOO_LARGE beyond the limits.
   */
  read(column: Column, range?: RowRange): Promise<ColumnValues>;
  /** The arrays of a variable-length column, one a row; a text for kind `A`. Errors: BAD_FITS_DATA for a descriptor beyond the heap. */
  readArrays(column: Column, range?: RowRange): Promise<(ElementArray | string)[]>;
}

/** Bytes of rows read by one call. */
const CALL_BYTES = 1 << 20;
/** Rows longer than this are not read whole for one column. */
const WIDE_ROW_BYTES = 1 << 14;

/** Opens the table of a unit. Errors: BAD_FITS_DATA where the unit is none; those of {@link readColumns}. Source: FITS 4.0, 7.3. */
export function openTable(file: FitsFile, hdu: Hdu): BinaryTable {
  const { kind, axes } = hdu.structure;
  if ((kind !== "binary table" && kind !== "compressed image") || axes.length !== 2)
    throw new DasError("BAD_FITS_DATA", `unit ${hdu.index} holds no binary table but: ${kind}`);
  if (hdu.header.get("ZTABLE")?.kind === "logical" && hdu.header.logical("ZTABLE") === true)
    throw new DasError(
      "FITS_UNSUPPORTED",
      `ZTABLE = T in unit ${hdu.index}: compressed tables are not read here`,
    );
  const [rowBytes, rows] = axes as [number, number]; // two, as just checked
  const columns = readColumns(hdu.header, hdu.index, file.limits);

  function rowsOf({ first = 0, count = rows - first }: RowRange): { first: number; count: number } {
    if (
      !(
        Number.isSafeInteger(first) &&
        Number.isSafeInteger(count) &&
        first >= 0 &&
        count >= 0 &&
        first + count <= rows
      )
    )
      throw new DasError("BAD_PARAMETER", `${count} rows from row ${first} of a table of ${rows}`);
    return { first, count };
  }

  /** The fields of a column, one after another. */
  async function fields(column: Column, first: number, count: number): Promise<Uint8Array> {
    const { width, offset } = column;
    const total = width * count;
    if (total > file.limits.maxArrayBytes)
      throw new DasError(
        "FITS_TOO_LARGE",
        `${total} bytes of ${nameOf(column)} at once, expected at most ${file.limits.maxArrayBytes}`,
      );
    const out = new Uint8Array(total);
    if (total === 0) return out;
    const at = hdu.dataOffset + first * rowBytes + offset;
    const step = rowBytes > WIDE_ROW_BYTES ? 1 : Math.max(1, Math.floor(CALL_BYTES / rowBytes));
    for (let row = 0; row < count; row += step) {
      const some = Math.min(step, count - row);
      const bytes = await file.source.read(at + row * rowBytes, (some - 1) * rowBytes + width);
      for (let i = 0, from = 0, to = row * width; i < some; i++, from += rowBytes, to += width) {
        // A call for each number would cost more than its bytes.
        if (width > 16) out.set(bytes.subarray(from, from + width), to);
        else for (let byte = 0; byte < width; byte++) out[to + byte] = bytes[from + byte]!;
      }
    }
    return out;
  }

  return {
    hdu,
    rows,
    columns,

    column(name) {
      const found = columns.find((column) => column.name.toUpperCase() === name.toUpperCase());
      if (found === undefined)
        throw new DasError("BAD_PARAMETER", `no column "${name.slice(0, 80)}" in unit ${hdu.index}`);
      return found;
    },

    async read(column, range = {}) {
      if (column.descriptor !== undefined)
        throw new DasError("BAD_PARAMETER", `${nameOf(column)} has arrays of variable length`);
      const { first, count } = rowsOf(range);
      if (column.type === "A") {
        const width = stringWidth(column);
        const texts = width === 0 ? count : count * Math.floor(column.repeat / width);
        checkElements(file, column, texts);
        const bytes = await fields(column, first, count);
        return textsOf(column, bytes, count, width);
      }
      if (column.type === "X") checkElements(file, column, count * column.repeat);
      const bytes = await fields(column, first, count);
      return decodeElements(column.type, bytes, column.repeat, column.width);
    },

    async readArrays(column, range = {}) {
      if (column.descriptor === undefined)
        throw new DasError("BAD_PARAMETER", `${nameOf(column)} has arrays of one length`);
      const { first, count } = rowsOf(range);
      checkElements(file, column, count);
      const places = await fields(column, first, count);
      const heap = heapOf(hdu);
      const view = new DataView(places.buffer, places.byteOffset, places.byteLength);
      const extents: HeapExtent[] = [];
      const counts: number[] = [];
      let sum = 0;
      for (let row = 0; row < count; row++) {
        const found =
          column.width === 0
            ? { count: 0, offset: 0 }
            : readDescriptor(view, row * column.width, column.descriptor);
        const length = Math.ceil(found.count * ELEMENT_BYTES[column.type]);
        const extent = { offset: length === 0 ? 0 : found.offset, length };
        checkExtent(heap, extent, `${nameOf(column)} of row ${first + row + 1}`);
        // A bit becomes a byte.
        sum += column.type === "X" ? found.count : length;
        if (sum > file.limits.maxArrayBytes)
          throw new DasError(
            "FITS_TOO_LARGE",
            `more than ${file.limits.maxArrayBytes} bytes of arrays of ${nameOf(column)} at once`,
          );
        extents.push(extent);
        counts.push(found.count);
      }
      const pieces = await readHeap(file.source, heap, extents);
      const { type } = column;
      return pieces.map((bytes, row) =>
        type === "A" ? decodeText(bytes) : decodeElements(type, bytes, counts[row], bytes.length),
      );
    },
  };
}

/** How stored numbers of a column become physical ones (`TSCALn`, `TZEROn`, `TNULLn`), for the functions that scale images. */
export function columnScaling({ tscal, tzero, tnull, type }: Column): Scaling {
  const scaling = { bscale: tscal, bzero: tzero };
  return tnull === undefined || !"BIJK".includes(type) ? scaling : { ...scaling, blank: tnull };
}

function nameOf(column: Column): string {
  return column.name === "" ? `column ${column.number}` : `column ${column.name.slice(0, 60)}`;
}

function checkElements(file: FitsFile, column: Column, elements: number): void {
  if (elements > file.limits.maxElements)
    throw new DasError(
      "FITS_TOO_LARGE",
      `${elements} elements of ${nameOf(column)} at once, expected at most ${file.limits.maxElements}`,
    );
}

function textsOf(column: Column, bytes: Uint8Array, rows: number, width: number): string[] {
  if (width === 0) return new Array<string>(rows).fill("");
  const texts: string[] = [];
  const each = Math.floor(column.repeat / width);
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < each; i++) {
      const at = row * column.width + i * width;
      texts.push(decodeText(bytes.subarray(at, at + width)));
    }
  return texts;
}
