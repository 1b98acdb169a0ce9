import { readColumn, readPlane } from "../../stream/columns.js";
import type { PacketBatch } from "../../stream/model.js";
import type { TableColumn } from "./table-columns.js";
import { type UnixNsWriter, unixNsWriter } from "./unix-ns.js";

/**
 * Some rows of one column: values in the byte order of this machine, packed row after row, and which of them are values. Reals that
 * are fill are left as they came.
 */
export class ColumnRows {
  #column: TableColumn;
  /** `capacity` rows; instants are two words each, the lower one first. */
  readonly #reals: Float32Array | Float64Array | undefined;
  readonly #instants: Uint32Array | undefined;
  readonly #validity: Uint8Array;
  #readTime: UnixNsWriter | undefined;
  #scratch = new Float64Array(0);
  #values = 0;
  #nulls = 0;

  constructor(column: TableColumn, capacity: number) {
    this.#column = column;
    const values = capacity * column.items;
    this.#readTime = column.kind === "time" ? unixNsWriter(column.plane) : undefined;
    if (column.kind === "time") this.#instants = new Uint32Array(2 * values);
    else this.#reals = column.kind === "real4" ? new Float32Array(values) : new Float64Array(values);
    this.#validity = new Uint8Array(Math.ceil(values / 8));
  }

  get column(): TableColumn {
    return this.#column;
  }

  /** Goes on with a packet type that has been defined anew, of the same table. */
  redefine(column: TableColumn): void {
    this.#column = column;
    this.#readTime = column.kind === "time" ? unixNsWriter(column.plane) : undefined;
  }

  /** Values so far: rows times items. */
  get values(): number {
    return this.#values;
  }

  /** How many of them are none. */
  get nulls(): number {
    return this.#nulls;
  }

  /** One bit for each value, the first the lowest of byte 0; set where it is a value. */
  get validity(): Uint8Array {
    return this.#validity.subarray(0, Math.ceil(this.#values / 8));
  }

  /** The values as bytes of this machine's order, 4 or 8 each. */
  get bytes(): Uint8Array {
    const array = this.#reals ?? this.#instants!; // one of both is made
    const width = this.column.kind === "real4" ? 4 : 8;
    return new Uint8Array(array.buffer, array.byteOffset, this.#values * width);
  }

  /** The values of a column of reals. */
  get reals(): Float32Array | Float64Array {
    return this.#reals?.subarray(0, this.#values) ?? new Float64Array(0);
  }

  /** The instants of a column of times, nanoseconds since 1970. */
  get instants(): BigInt64Array {
    const words = this.#instants ?? new Uint32Array(0);
    return new BigInt64Array(words.buffer, words.byteOffset, this.column.kind === "time" ? this.#values : 0);
  }

  /** Whether value `index` is one. */
  isValue(index: number): boolean {
    return ((this.#validity[index >> 3]! >> (index & 7)) & 1) === 1;
  }

  clear(): void {
    this.#validity.fill(0);
    this.#values = 0;
    this.#nulls = 0;
  }

  /** Takes rows `first` to `first + count` of a batch; there must be room. Errors: UNSUITED_STREAM for a time out of reach. */
  append(batch: PacketBatch, first: number, count: number): void {
    const { header } = batch;
    const part: PacketBatch = {
      header,
      bytes: batch.bytes.subarray(first * header.stride, (first + count) * header.stride),
      count,
    };
    if (this.#readTime !== undefined) this.#appendTimes(part, this.#readTime);
    else this.#appendReals(part);
  }

  #appendReals(batch: PacketBatch): void {
    const { items, fill, plane } = this.column;
    const count = batch.count * items;
    if (this.#scratch.length < count) this.#scratch = new Float64Array(count);
    const from = this.#scratch;
    if (items === 1) readColumn(batch, plane, 0, from);
    else readPlane(batch, plane, from);
    const to = this.#reals!; // no times
    const { lo, hi } = fill;
    const validity = this.#validity;
    let at = this.#values;
    let nulls = 0;
    for (let i = 0; i < count; i++, at++) {
      const v = from[i]!;
      to[at] = v;
      if ((v >= lo && v <= hi) || Number.isNaN(v)) nulls++;
      else validity[at >> 3]! |= 1 << (at & 7);
    }
    this.#values = at;
    this.#nulls += nulls;
  }

  #appendTimes(batch: PacketBatch, read: UnixNsWriter): void {
    const { bytes, count, header } = batch;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const { plane } = this.column;
    const words = this.#instants!; // times
    for (let row = 0; row < count; row++)
      for (let item = 0; item < plane.items; item++) {
        const at = this.#values++;
        const byte = row * header.stride + plane.offset + item * plane.type.width;
        if (read(bytes, view, byte, words, at)) this.#validity[at >> 3]! |= 1 << (at & 7);
        else {
          words[2 * at] = 0;
          words[2 * at + 1] = 0;
          this.#nulls++;
        }
      }
  }
}
