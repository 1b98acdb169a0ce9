import type { CopyBatch, CopyColumn } from "../database/copy-binary.js";

/** Where rows tell which record they are a version of. */
export interface VersionColumns {
  /** Place of the record number, int8. */
  readonly recnum: number;
  /** Places of the prime keys. */
  readonly keys: readonly number[];
}

/**
 * Leaves of every prime-key value the row with the largest record number. The database would have to sort for that, which is half of its
 * work where there is hardly a version; here it is a look at neighbours.
 *
 * @param batches rows in the order of the keys, all versions of a value side by side, in any order among themselves
 * Source: netdrms 4.6.
 */
export async function* latestVersions(
  batches: AsyncIterable<CopyBatch>,
  columns: VersionColumns,
): AsyncGenerator<CopyBatch> {
  let held: OpenBatch | undefined;
  for await (const batch of batches) {
    if (batch.rows === 0) continue;
    const next = new OpenBatch(batch, columns);
    if (held?.leadsInto(next)) {
      const isNewer = next.recnum(next.first) > held.recnum(held.last);
      if (isNewer) held.drop(held.last);
      else next.drop(next.first);
      // Nothing of it is left: what may still come is compared with the row before.
      if (!isNewer && next.isOneKey) continue;
    }
    if (held !== undefined) yield* held.rest();
    held = next;
  }
  if (held !== undefined) yield* held.rest();
}

/** A batch whose last value may go on in the next one. */
class OpenBatch {
  readonly #batch: CopyBatch;
  readonly #recnum: BigInt64Array;
  readonly #keys: readonly CopyColumn[];
  #dropped: Uint8Array | undefined;
  /** The newest row of the first value, and of the last. */
  readonly first: number;
  readonly last: number;
  /** Whether all rows are versions of one. */
  readonly isOneKey: boolean;

  constructor(batch: CopyBatch, columns: VersionColumns) {
    this.#batch = batch;
    const recnum = batch.columns[columns.recnum]!;
    if (recnum.type !== "int8") throw new TypeError("planned as int8");
    this.#recnum = recnum.values;
    this.#keys = columns.keys.map((place) => batch.columns[place]!);
    const begins = beginsOfValues(this.#keys, batch.rows);
    let newest = 0;
    let first: number | undefined;
    for (let row = 1; row < batch.rows; row++) {
      if (begins[row] === 1) {
        first ??= newest;
        newest = row;
      } else {
        const isNewer = this.recnum(row) > this.recnum(newest);
        this.drop(isNewer ? newest : row);
        if (isNewer) newest = row;
      }
    }
    this.first = first ?? newest;
    this.last = newest;
    this.isOneKey = first === undefined;
  }

  recnum(row: number): bigint {
    return this.#recnum[row]!;
  }

  drop(row: number): void {
    this.#dropped ??= new Uint8Array(this.#batch.rows);
    this.#dropped[row] = 1;
  }

  /** Whether the next batch begins with versions of the last value of this one. */
  leadsInto(next: OpenBatch): boolean {
    return this.#keys.every((column, n) => isSame(column, this.last, next.#keys[n]!, 0));
  }

  /** The rows that were not dropped, if any. */
  *rest(): Generator<CopyBatch> {
    if (this.#dropped === undefined) {
      yield this.#batch;
      return;
    }
    const kept: number[] = [];
    for (let row = 0; row < this.#batch.rows; row++) if (this.#dropped[row] === 0) kept.push(row);
    if (kept.length > 0)
      yield { rows: kept.length, columns: this.#batch.columns.map((column) => picked(column, kept)) };
  }
}

/** 1 where a row has another value than the one before it. */
function beginsOfValues(keys: readonly CopyColumn[], rows: number): Uint8Array {
  const begins = new Uint8Array(rows);
  for (const column of keys) {
    const { isNull } = column;
    if (column.type === "int8") {
      // As halves: a bigint for each would be an object for each.
      const halves = new Int32Array(column.values.buffer, column.values.byteOffset, 2 * rows);
      for (let row = 1; row < rows; row++)
        if (
          halves[2 * row] !== halves[2 * row - 2] ||
          halves[2 * row + 1] !== halves[2 * row - 1] ||
          isNull[row] !== isNull[row - 1]
        )
          begins[row] = 1;
    } else for (let row = 1; row < rows; row++) if (!isSame(column, row - 1, column, row)) begins[row] = 1;
  }
  return begins;
}

/** Whether two values of a key are the same: NULL is the same as NULL, NaN as NaN, as in the order of the database. */
function isSame(a: CopyColumn, row: number, b: CopyColumn, other: number): boolean {
  const [value, next] = [a.values[row], b.values[other]];
  return a.isNull[row] === b.isNull[other] && (value === next || Object.is(value, next));
}

/** A column of the rows alone. */
function picked(column: CopyColumn, rows: readonly number[]): CopyColumn {
  const isNull = Uint8Array.from(rows, (row) => column.isNull[row]!);
  switch (column.type) {
    case "int2":
      return { ...column, isNull, values: Int16Array.from(rows, (row) => column.values[row]!) };
    case "int4":
      return { ...column, isNull, values: Int32Array.from(rows, (row) => column.values[row]!) };
    case "int8":
      return { ...column, isNull, values: pickedBigints(column.values, rows) };
    case "float4":
      return { ...column, isNull, values: Float32Array.from(rows, (row) => column.values[row]!) };
    case "float8":
      return { ...column, isNull, values: Float64Array.from(rows, (row) => column.values[row]!) };
    case "text":
      return { ...column, isNull, values: rows.map((row) => column.values[row]!) };
    case "bool":
      return { ...column, isNull, values: Uint8Array.from(rows, (row) => column.values[row]!) };
    default:
      return column satisfies never;
  }
}

function pickedBigints(values: BigInt64Array, rows: readonly number[]): BigInt64Array {
  const found = new BigInt64Array(rows.length);
  for (const [n, row] of rows.entries()) found[n] = values[row]!;
  return found;
}
