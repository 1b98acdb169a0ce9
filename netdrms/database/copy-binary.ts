import { DasError } from "../../errors/das-error.js";
import type { CopyType } from "./database.js";

/** The values of one column in a batch of rows; where `isNull` is 1 the value is 0 or "". */
export type CopyColumn =
  | { readonly type: "int2"; readonly values: Int16Array; readonly isNull: Uint8Array }
  | { readonly type: "int4"; readonly values: Int32Array; readonly isNull: Uint8Array }
  | { readonly type: "int8"; readonly values: BigInt64Array; readonly isNull: Uint8Array }
  | { readonly type: "float4"; readonly values: Float32Array; readonly isNull: Uint8Array }
  | { readonly type: "float8"; readonly values: Float64Array; readonly isNull: Uint8Array }
  | { readonly type: "text"; readonly values: string[]; readonly isNull: Uint8Array }
  | { readonly type: "bool"; readonly values: Uint8Array; readonly isNull: Uint8Array };

/** Some rows, column by column. The arrays hold `rows` values at their begin; they are not re-used. */
export interface CopyBatch {
  readonly rows: number;
  /** In the order of the select list. */
  readonly columns: readonly CopyColumn[];
}

/** Rows a batch holds at most: with 8 columns some 256 KiB. */
const BATCH_ROWS = 4096;
/** A batch is given out when its texts have so many bytes, whatever its rows are. */
const BATCH_TEXT_BYTES = 4 * 1024 * 1024;
/** Longest row, bytes: the texts of a row are bounded before they are gathered. */
const MAX_ROW_BYTES = 64 * 1024 * 1024;

const SIGNATURE = Buffer.from("PGCOPY\n\xff\r\n\0", "latin1");
const HEADER_BYTES = SIGNATURE.length + 8;
const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
/** Where the high half of 64 bits stands in the memory of this machine. */
const HIGH_HALF = LITTLE_ENDIAN ? 4 : 0;
const WIDTH = { int2: 2, int4: 4, int8: 8, float4: 4, float8: 8, bool: 1 } as const;

/**
 * The rows of a binary COPY in batches.
 *
 * @param pieces bytes of the COPY, cut anywhere
 * @param types of the select list, in its order
 * Errors: ARCHIVE_FAILED where the bytes are no binary COPY of these types, or end before its trailer; those of `pieces`.
 * Source: PostgreSQL's documentation of COPY, "Binary Format".
 */
export async function* decodeCopy(
  pieces: AsyncIterable<Uint8Array>,
  types: readonly CopyType[],
): AsyncGenerator<CopyBatch> {
  const decoder = new CopyDecoder(types);
  for await (const piece of pieces) yield* decoder.push(piece);
  yield* decoder.end();
}

class CopyDecoder {
  readonly #types: readonly CopyType[];
  /** Bytes of a value of each column; -1 for text. */
  readonly #widths: Int32Array;
  /** Where the values of the rows are that were found last, row by row; -1 for NULL. */
  readonly #places: Int32Array;
  #rest: Buffer = Buffer.alloc(0);
  #begun = false;
  #ended = false;
  #batch: CopyColumn[];
  #rows = 0;
  #textBytes = 0;

  constructor(types: readonly CopyType[]) {
    this.#types = types;
    this.#widths = Int32Array.from(types, (type) => (type === "text" ? -1 : WIDTH[type]));
    this.#places = new Int32Array(BATCH_ROWS * types.length);
    this.#batch = types.map(newColumn);
  }

  *push(piece: Uint8Array): Generator<CopyBatch> {
    const bytes =
      this.#rest.length === 0
        ? Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
        : Buffer.concat([this.#rest, piece]);
    let at = this.#begun ? 0 : this.#header(bytes);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    while (this.#begun && !this.#ended) {
      const { rows, next } = this.#find(view, at);
      at = next;
      if (rows === 0) break;
      for (let n = 0; n < this.#batch.length; n++) this.#read(this.#batch[n]!, n, rows, bytes, view);
      this.#rows += rows;
      if (this.#rows === BATCH_ROWS || this.#textBytes >= BATCH_TEXT_BYTES) yield this.#take();
    }
    // A copy: the piece may be re-used by whoever gave it.
    this.#rest = Buffer.from(bytes.subarray(at));
    if (this.#rest.length > MAX_ROW_BYTES)
      throw new DasError("ARCHIVE_FAILED", `a row of the archive has more than ${MAX_ROW_BYTES} bytes`);
  }

  *end(): Generator<CopyBatch> {
    if (!this.#ended)
      throw new DasError("ARCHIVE_FAILED", "the archive ended its answer before the last row");
    if (this.#rows > 0) yield this.#take();
  }

  /** Bytes of the header, 0 while it is not all there. */
  #header(bytes: Buffer): number {
    if (bytes.length < HEADER_BYTES) return 0;
    const extension = bytes.readInt32BE(SIGNATURE.length + 4);
    if (!bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE) || extension < 0 || extension > MAX_ROW_BYTES)
      throw new DasError("ARCHIVE_FAILED", "the archive answered with no binary COPY");
    if (bytes.length < HEADER_BYTES + extension) return 0;
    this.#begun = true;
    return HEADER_BYTES + extension;
  }

  /**
   * Finds the values of the rows from `at` on that are all there and that the batch has room for: two bytes with the number of
   * fields, then each field with its length before it. Rows are looked at once here, so that each column is read in a loop of its own.
   */
  #find(view: DataView, at: number): { readonly rows: number; readonly next: number } {
    const widths = this.#widths;
    const places = this.#places;
    const columns = widths.length;
    const room = BATCH_ROWS - this.#rows;
    const end = view.byteLength;
    let place = 0;
    let rows = 0;
    search: for (; rows < room && this.#textBytes < BATCH_TEXT_BYTES; rows++) {
      if (at + 2 > end) break;
      const fields = view.getInt16(at);
      if (fields === -1) {
        this.#ended = true;
        return { rows, next: at + 2 };
      }
      if (fields !== columns)
        throw new DasError("ARCHIVE_FAILED", `a row of ${fields} columns, expected ${columns}`);
      let field = at + 2;
      let textBytes = 0;
      for (let n = 0; n < columns; n++) {
        if (field + 4 > end) break search;
        const length = view.getInt32(field);
        field += 4;
        if (length < 0) places[place + n] = -1;
        else {
          const width = widths[n]!;
          if (width >= 0 ? length !== width : length > MAX_ROW_BYTES) throw this.#badLength(n, length);
          if (width < 0) textBytes += length;
          places[place + n] = field;
          field += length;
        }
      }
      if (field > end) break;
      this.#textBytes += textBytes;
      place += columns;
      at = field;
    }
    return { rows, next: at };
  }

  #badLength(column: number, length: number): DasError {
    const expected = this.#types[column] === "text" ? "" : `, expected ${this.#types[column]}`;
    return new DasError("ARCHIVE_FAILED", `a value of ${length} bytes${expected}`);
  }

  /** Reads column `n` of the rows that were found last. */
  #read(column: CopyColumn, n: number, rows: number, bytes: Buffer, view: DataView): void {
    const places = this.#places;
    const columns = this.#widths.length;
    const { isNull } = column;
    const end = this.#rows + rows;
    let place = n;
    switch (column.type) {
      case "int2":
        for (let row = this.#rows; row < end; row++, place += columns) {
          const at = places[place]!;
          if (at < 0) isNull[row] = 1;
          else column.values[row] = view.getInt16(at);
        }
        break;
      case "int4":
        for (let row = this.#rows; row < end; row++, place += columns) {
          const at = places[place]!;
          if (at < 0) isNull[row] = 1;
          else column.values[row] = view.getInt32(at);
        }
        break;
      case "int8": {
        // In two halves: a bigint for each would be an object for each.
        const halves = new DataView(column.values.buffer);
        for (let row = this.#rows; row < end; row++, place += columns) {
          const at = places[place]!;
          if (at < 0) isNull[row] = 1;
          else {
            halves.setInt32(8 * row + HIGH_HALF, view.getInt32(at), LITTLE_ENDIAN);
            halves.setInt32(8 * row + (4 - HIGH_HALF), view.getInt32(at + 4), LITTLE_ENDIAN);
          }
        }
        break;
      }
      case "float4":
        for (let row = this.#rows; row < end; row++, place += columns) {
          const at = places[place]!;
          if (at < 0) isNull[row] = 1;
          else column.values[row] = view.getFloat32(at);
        }
        break;
      case "float8":
        for (let row = this.#rows; row < end; row++, place += columns) {
          const at = places[place]!;
          if (at < 0) isNull[row] = 1;
          else column.values[row] = view.getFloat64(at);
        }
        break;
      case "bool":
        for (let row = this.#rows; row < end; row++, place += columns) {
          const at = places[place]!;
          if (at < 0) isNull[row] = 1;
          else column.values[row] = view.getUint8(at);
        }
        break;
      case "text":
        for (let row = this.#rows; row < end; row++, place += columns) {
          const at = places[place]!;
          if (at < 0) isNull[row] = 1;
          column.values[row] = at < 0 ? "" : bytes.toString("utf8", at, at + view.getInt32(at - 4));
        }
        break;
      default:
        column satisfies never;
    }
  }

  #take(): CopyBatch {
    const batch = { rows: this.#rows, columns: this.#batch };
    this.#batch = this.#types.map(newColumn);
    this.#rows = 0;
    this.#textBytes = 0;
    return batch;
  }
}

function newColumn(type: CopyType): CopyColumn {
  const isNull = new Uint8Array(BATCH_ROWS);
  switch (type) {
    case "int2":
      return { type, values: new Int16Array(BATCH_ROWS), isNull };
    case "int4":
      return { type, values: new Int32Array(BATCH_ROWS), isNull };
    case "int8":
      return { type, values: new BigInt64Array(BATCH_ROWS), isNull };
    case "float4":
      return { type, values: new Float32Array(BATCH_ROWS), isNull };
    case "float8":
      return { type, values: new Float64Array(BATCH_ROWS), isNull };
    case "bool":
      return { type, values: new Uint8Array(BATCH_ROWS), isNull };
    case "text":
      return { type, values: [], isNull };
  }
}
