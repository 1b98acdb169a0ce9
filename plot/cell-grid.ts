import type { ScaleType } from "./ticks.js";
import type { Columned, XColumns } from "./x-columns.js";

/** A row of tags as bands of y: each reaches half-way to its neighbours. */
export interface Bands {
  /** Edges in the units of the grid (logarithms where it is logarithmic): band n is [low[n], high[n]). NaN where a tag has no place. */
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** The bands of tags in any order. On a logarithmic axis tags of 0 and below have no place. */
export function bandsOf(tags: Float64Array, scale: ScaleType): Bands {
  const places = tags.map((tag) => (scale === "linear" ? tag : tag > 0 ? Math.log10(tag) : Number.NaN));
  const order = [...places.keys()]
    .filter((i) => Number.isFinite(places[i]!))
    .sort((a, b) => places[a]! - places[b]!);
  const low = new Float64Array(tags.length).fill(Number.NaN);
  const high = new Float64Array(tags.length).fill(Number.NaN);
  for (const [n, i] of order.entries()) {
    const before = n > 0 ? places[order[n - 1]!]! : undefined;
    const after = n < order.length - 1 ? places[order[n + 1]!]! : undefined;
    const here = places[i]!;
    const down = before ?? (after === undefined ? here - 1 : 2 * here - after);
    const up = after ?? (before === undefined ? here + 1 : 2 * here - before);
    low[i] = (here + down) / 2;
    high[i] = (here + up) / 2;
  }
  return { low, high };
}

/** A cell where a record has no value, so that nothing may be drawn there. */
export const NO_VALUE = -1;

/**
 * A spectrogram in the making: means over cells of columns of x and rows of y, 8 bytes a cell, whatever the number of records. The
 * range of y grows as tags come that lie outside.
 */
export class CellGrid implements Columned {
  readonly columns: XColumns;
  readonly rows: number;
  readonly scale: ScaleType;
  /** Edges of y, logarithms where the scale is logarithmic; low > high before the first tags. */
  low = Number.POSITIVE_INFINITY;
  high = Number.NEGATIVE_INFINITY;
  /** Mean of the values of a cell, column after column, the lowest row first. */
  readonly means: Float32Array;
  /** Records in a cell; {@link NO_VALUE} where they have no value, 0 where there is none. */
  readonly counts: Int32Array;
  readonly firstX: Float64Array;
  readonly lastX: Float64Array;

  constructor(columns: XColumns, rows: number, scale: ScaleType) {
    this.columns = columns;
    this.rows = rows;
    this.scale = scale;
    this.means = new Float32Array(columns.count * rows);
    this.counts = new Int32Array(columns.count * rows);
    this.firstX = new Float64Array(columns.count).fill(Number.NaN);
    this.lastX = new Float64Array(columns.count).fill(Number.NaN);
    columns.follow(this);
  }

  /** Makes room for bands; cells that are filled move to where they lie then. */
  widen({ low: lows, high: highs }: Bands): void {
    let low = this.low;
    let high = this.high;
    for (let i = 0; i < lows.length; i++) {
      if (lows[i]! < low) low = lows[i]!;
      if (highs[i]! > high) high = highs[i]!;
    }
    if (low === this.low && high === this.high) return;
    if (this.low < this.high) this.#moveRows(low, high);
    this.low = low;
    this.high = high;
  }

  /** Notes that column `c` has a record at x. */
  visit(c: number, x: number): void {
    if (!(this.firstX[c]! <= x)) this.firstX[c] = x;
    if (!(this.lastX[c]! >= x)) this.lastX[c] = x;
  }

  /** Adds the mean of `count` values (or {@link NO_VALUE}) to the cells of a band in column `c`. */
  add(c: number, low: number, high: number, mean: number, count: number): void {
    const perRow = this.rows / (this.high - this.low);
    const from = Math.max(0, Math.floor((low - this.low) * perRow + 1e-6));
    const to = Math.min(this.rows, Math.max(from + 1, Math.floor((high - this.low) * perRow + 1e-6)));
    for (let at = c * this.rows + from, end = c * this.rows + to; at < end; at++) this.#put(at, mean, count);
  }

  #put(at: number, mean: number, count: number): void {
    const { counts, means } = this;
    const before = counts[at]!;
    if (count <= 0) {
      if (before === 0) counts[at] = NO_VALUE;
      return;
    }
    const all = Math.max(0, before) + count;
    means[at] = before <= 0 ? mean : means[at]! + ((mean - means[at]!) * count) / all;
    counts[at] = Math.min(all, 2 ** 31 - 1);
  }

  #moveRows(low: number, high: number): void {
    const { rows } = this;
    const oldMeans = new Float32Array(rows);
    const oldCounts = new Int32Array(rows);
    for (let c = 0; c < this.columns.count; c++) {
      const start = c * rows;
      oldMeans.set(this.means.subarray(start, start + rows));
      oldCounts.set(this.counts.subarray(start, start + rows));
      for (let row = 0; row < rows; row++) {
        const y = low + ((row + 0.5) * (high - low)) / rows;
        const old = Math.floor(((y - this.low) * rows) / (this.high - this.low));
        const isInside = old >= 0 && old < rows;
        this.means[start + row] = isInside ? oldMeans[old]! : 0;
        this.counts[start + row] = isInside ? oldCounts[old]! : 0;
      }
    }
  }

  fold(shift: number): void {
    const { rows } = this;
    const { count } = this.columns;
    const means = this.means.slice();
    const counts = this.counts.slice();
    const [firstX, lastX] = [this.firstX.slice(), this.lastX.slice()];
    this.counts.fill(0);
    this.firstX.fill(Number.NaN);
    this.lastX.fill(Number.NaN);
    for (let from = 0; from < count; from++) {
      const to = (from >> 1) + shift;
      if (to >= count || Number.isNaN(firstX[from]!)) continue;
      this.visit(to, firstX[from]!);
      this.visit(to, lastX[from]!);
      for (let row = 0; row < rows; row++)
        if (counts[from * rows + row] !== 0)
          this.#put(to * rows + row, means[from * rows + row]!, counts[from * rows + row]!);
    }
  }
}
