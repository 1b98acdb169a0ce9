import { readColumn, readPlane } from "../../stream/columns.js";
import type { PacketBatch, Plane } from "../../stream/model.js";
import type { TableColumn } from "../table/table-columns.js";
import { type TimeTextWriter, timeTextBytes, timeTextWriter, timeUnit } from "../time-text-writer.js";

/** Digits of seconds that tell apart what a plane of times can: nanoseconds, or microseconds. */
function fractionDigits(plane: Plane): number {
  const name = timeUnit(plane)?.name;
  return name === "ns1970" || name === "TT2000" || (plane.type.kind === "time" && plane.type.width > 27)
    ? 9
    : 6;
}

/** Characters of a time of a column. */
export function timeWidth(column: TableColumn): number {
  return timeTextBytes(fractionDigits(column.plane));
}

/** Bytes that a value of a column takes in a row of a FITS table. */
export function valueBytes(column: TableColumn): number {
  if (column.kind === "time") return timeWidth(column);
  return column.kind === "real4" ? 4 : 8;
}

/** `TFORMn` of a column. */
export function tableForm(column: TableColumn): string {
  if (column.kind === "time") return `${column.items * timeWidth(column)}A`;
  return `${column.items}${column.kind === "real4" ? "E" : "D"}`;
}

interface Place {
  readonly column: TableColumn;
  readonly offset: number;
  readonly time: TimeTextWriter | undefined;
}

const BLANK = 0x20;

/**
 * Writes the records of a packet type as rows of a FITS binary table: reals big-endian, fill as NaN, which is what stands for no value
 * there; instants as text, the one form of UTC that is exact and has leap seconds (FITS 4.0, 9.1), blank where there is none.
 */
export class FitsRowWriter {
  readonly rowBytes: number;
  #places: readonly Place[] = [];
  #scratch = new Float64Array(0);
  #bytes = new Uint8Array(0);
  /** The least and the greatest text of x. */
  #first: Buffer | undefined;
  #last: Buffer | undefined;

  constructor(columns: readonly TableColumn[]) {
    this.rowBytes = columns.reduce((sum, column) => sum + column.items * valueBytes(column), 0);
    this.redefine(columns);
  }

  /** Goes on with a packet type that has been defined anew, of the same table. */
  redefine(columns: readonly TableColumn[]): void {
    let offset = 0;
    this.#places = columns.map((column) => {
      const at = offset;
      offset += column.items * valueBytes(column);
      const { plane } = column;
      const time = column.kind === "time" ? timeTextWriter(plane, fractionDigits(plane)) : undefined;
      return { column, offset: at, time };
    });
  }

  /** The first and the last time of x; `undefined` where there is none. */
  get range(): { readonly first: string; readonly last: string } | undefined {
    if (this.#first === undefined || this.#last === undefined) return undefined;
    return { first: this.#first.toString("latin1"), last: this.#last.toString("latin1") };
  }

  /** Rows of a batch; used again by the next call. */
  rows(batch: PacketBatch): Uint8Array {
    const length = batch.count * this.rowBytes;
    // One byte more: the writer of times may put a blank behind what it writes.
    if (this.#bytes.length <= length) this.#bytes = new Uint8Array(length + 1);
    const view = new DataView(this.#bytes.buffer);
    for (const place of this.#places)
      if (place.time === undefined) this.#reals(batch, place, view);
      else this.#times(batch, place, place.time, place === this.#places[0]);
    return this.#bytes.subarray(0, length);
  }

  #reals(batch: PacketBatch, { column, offset }: Place, to: DataView): void {
    const { plane, items, fill, kind } = column;
    const values = batch.count * items;
    if (this.#scratch.length < values) this.#scratch = new Float64Array(values);
    const from = this.#scratch;
    if (items === 1) readColumn(batch, plane, 0, from);
    else readPlane(batch, plane, from);
    const { lo, hi } = fill;
    for (let row = 0, i = 0; row < batch.count; row++) {
      let at = row * this.rowBytes + offset;
      for (let item = 0; item < items; item++, i++) {
        const v = from[i]!;
        const value = v >= lo && v <= hi ? Number.NaN : v;
        if (kind === "real4") {
          to.setFloat32(at, value);
          at += 4;
        } else {
          to.setFloat64(at, value);
          at += 8;
        }
      }
    }
  }

  #times(batch: PacketBatch, { column, offset }: Place, write: TimeTextWriter, isX: boolean): void {
    const { bytes, header } = batch;
    const { plane, items } = column;
    const width = timeWidth(column);
    const from = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const to = this.#bytes;
    // The writer may put a blank behind the text, where a column of this row stands already or the next row begins.
    for (let row = 0; row < batch.count; row++)
      for (let item = 0; item < items; item++) {
        const at = row * header.stride + plane.offset + item * plane.type.width;
        const place = row * this.rowBytes + offset + width * item;
        const behind = to[place + width]!;
        const isTime = write(bytes, from, at, to, place);
        to[place + width] = behind;
        if (!isTime) to.fill(BLANK, place, place + width);
        else if (isX) this.#extend(to.subarray(place, place + width));
      }
  }

  /** Texts of one width are in the order of their times. */
  #extend(text: Uint8Array): void {
    if (this.#first === undefined || Buffer.compare(text, this.#first) < 0) this.#first = Buffer.from(text);
    if (this.#last === undefined) this.#last = Buffer.from(text);
    else if (Buffer.compare(text, this.#last) > 0) this.#last.set(text);
  }
}
