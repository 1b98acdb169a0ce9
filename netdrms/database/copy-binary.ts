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
  #rest: Buffer = Buffer.alloc(0);
  #begun = false;
  #ended = false;
  #batch: CopyColumn[];
  #rows = 0;
  #textBytes = 0;

  constructor(types: readonly CopyType[]) {
    this.#types = types;
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
      const next = this.#row(bytes, view, at);
      if (next === undefined) break;
      at = next;
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

  /** Reads the row at `at`; where the next one begins, or `undefined` while this one is not all there. */
  #row(bytes: Buffer, view: DataView, at: number): number | undefined {
    if (at + 2 > bytes.length) return undefined;
    const fields = view.getInt16(at);
    if (fields === -1) {
      this.#ended = true;
      return at + 2;
    }
    if (fields !== this.#types.length)
      throw new DasError("ARCHIVE_FAILED", `a row of ${fields} columns, expected ${this.#types.length}`);
    // First whether the row is all there, so that a value is never written twice.
    let end = at + 2;
    for (let n = 0; n < fields; n++) {
      if (end + 4 > bytes.length) return undefined;
      const length = view.getInt32(end);
      if (length > MAX_ROW_BYTES) throw new DasError("ARCHIVE_FAILED", `a value of ${length} bytes`);
      end += length < 0 ? 4 : 4 + length;
    }
    if (end > bytes.length) return undefined;
    let field = at + 2;
    for (let n = 0; n < fields; n++) {
      const length = view.getInt32(field);
      this.#value(this.#batch[n]!, bytes, view, field + 4, length);
      field += length < 0 ? 4 : 4 + length;
    }
    this.#rows++;
    return end;
  }

  #value(column: CopyColumn, bytes: Buffer, view: DataView, at: number, length: number): void {
    const row = this.#rows;
    if (length < 0) {
      column.isNull[row] = 1;
      if (column.type === "text") column.values[row] = "";
      return;
    }
    if (column.type !== "text" && length !== WIDTH[column.type])
      throw new DasError("ARCHIVE_FAILED", `a value of ${length} bytes, expected ${column.type}`);
    switch (column.type) {
      case "int2":
        column.values[row] = view.getInt16(at);
        break;
      case "int4":
        column.values[row] = view.getInt32(at);
        break;
      case "int8":
        column.values[row] = view.getBigInt64(at);
        break;
      case "float4":
        column.values[row] = view.getFloat32(at);
        break;
      case "float8":
        column.values[row] = view.getFloat64(at);
        break;
      case "bool":
        column.values[row] = view.getUint8(at);
        break;
      case "text":
        column.values[row] = bytes.toString("utf8", at, at + length);
        this.#textBytes += length;
        break;
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
