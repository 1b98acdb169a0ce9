import type { ScaleType } from "./ticks.js";
import { type Columned, XColumns } from "./x-columns.js";

/**
 * Points in the making: means over cells of columns of x and rows of y, 8 bytes a cell, whatever their number. The range of y is found while
 * they come: rows become twice as high, two of them one, where a point lies outside.
 */
export class PointGrid {
  readonly columns: XColumns;
  /** Of y, logarithms where the scale is logarithmic. */
  readonly rows: XColumns;
  readonly scale: ScaleType;
  /** Mean of the values of a cell, column after column, the lowest row first. */
  readonly means: Float32Array;
  readonly counts: Int32Array;

  constructor(columns: XColumns, rows: number, scale: ScaleType) {
    this.columns = columns;
    this.rows = new XColumns(rows);
    this.scale = scale;
    this.means = new Float32Array(columns.count * rows);
    this.counts = new Int32Array(columns.count * rows);
    columns.follow(
      this.#folding(
        (c, shift) => (c >> 1) + shift,
        (row) => row,
      ),
    );
    this.rows.follow(
      this.#folding(
        (c) => c,
        (row, shift) => (row >> 1) + shift,
      ),
    );
  }

  /** A value at a place; on a logarithmic axis a y of 0 and below has none. */
  add(x: number, y: number, value: number): void {
    const place = this.scale === "linear" ? y : y > 0 ? Math.log10(y) : Number.NaN;
    const row = this.rows.column(place);
    const c = row < 0 ? -1 : this.columns.column(x);
    if (c >= 0) this.#put(c * this.rows.count + row, value, 1);
  }

  /** The y of a row; `row` may have a fraction. */
  y(row: number): number {
    const place = this.rows.x(row);
    return this.scale === "log" ? 10 ** place : place;
  }

  #put(at: number, mean: number, count: number): void {
    const before = this.counts[at]!;
    const all = before + count;
    this.means[at] = before === 0 ? mean : this.means[at]! + ((mean - this.means[at]!) * count) / all;
    this.counts[at] = Math.min(all, 2 ** 31 - 1);
  }

  /** Moves all cells to where their columns and rows lie from now on. */
  #folding(
    column: (c: number, shift: number) => number,
    row: (row: number, shift: number) => number,
  ): Columned {
    return {
      fold: (shift) => {
        const means = this.means.slice();
        const counts = this.counts.slice();
        const height = this.rows.count;
        this.counts.fill(0);
        for (let from = 0; from < counts.length; from++) {
          if (counts[from] === 0) continue;
          const c = column(Math.floor(from / height), shift);
          const r = row(from % height, shift);
          if (c < this.columns.count && r < height) this.#put(c * height + r, means[from]!, counts[from]!);
        }
      },
    };
  }
}
