import { bandsOf, CellGrid } from "../../plot/cell-grid.js";
import { isGrid, MOST_GRID_ROWS } from "../../plot/grid-rule.js";
import { suitableScale } from "../../plot/tag-scale.js";
import type { ScaleType } from "../../plot/ticks.js";
import type { Columned, XColumns } from "../../plot/x-columns.js";

/** The values of one y: 12 bytes a column. */
interface Row {
  readonly sums: Float64Array;
  readonly counts: Uint32Array;
}

/** Points whose y are few, so that they may be the cells of a grid: sums over the columns of a picture for each y. */
export class TagRows implements Columned {
  readonly #columns: XColumns;
  /** `undefined`: there are too many. */
  #rows: Map<number, Row> | undefined = new Map();
  readonly #firstX: Float64Array;
  readonly #lastX: Float64Array;
  #points = 0;
  #runs = 0;
  #last = Number.NaN;

  constructor(columns: XColumns) {
    this.#columns = columns;
    this.#firstX = new Float64Array(columns.count).fill(Number.NaN);
    this.#lastX = new Float64Array(columns.count).fill(Number.NaN);
    columns.follow(this);
  }

  add(x: number, y: number, value: number): void {
    if (this.#rows === undefined) return;
    this.#points++;
    if (x !== this.#last) this.#runs++;
    this.#last = x;
    const c = this.#columns.column(x);
    if (c < 0) return;
    let row = this.#rows.get(y);
    if (row === undefined) {
      if (this.#rows.size === MOST_GRID_ROWS) {
        this.#rows = undefined;
        return;
      }
      const { count } = this.#columns;
      row = { sums: new Float64Array(count), counts: new Uint32Array(count) };
      this.#rows.set(y, row);
    }
    row.sums[c]! += value;
    row.counts[c]!++;
    this.#visit(c, x, x);
  }

  /** The grid that the points are of; `undefined` where they are scattered. @param scale of y, where it is stated */
  grid(height: number, scale: ScaleType | undefined): CellGrid | undefined {
    const all = { rows: this.#rows?.size ?? 0, times: this.#runs, points: this.#points };
    if (!isGrid(all)) return undefined;
    const rows = [...(this.#rows ?? [])];
    const tags = Float64Array.from(rows, ([y]) => y);
    const grid = new CellGrid(this.#columns, height, scale ?? suitableScale(tags));
    const bands = bandsOf(tags, grid.scale);
    grid.widen(bands);
    for (let c = 0; c < this.#columns.count; c++) {
      if (Number.isNaN(this.#firstX[c]!)) continue;
      grid.visit(c, this.#firstX[c]!);
      grid.visit(c, this.#lastX[c]!);
      for (const [n, [, { sums, counts }]] of rows.entries())
        if (counts[c]! > 0 && !Number.isNaN(bands.low[n]!))
          grid.add(c, bands.low[n]!, bands.high[n]!, sums[c]! / counts[c]!, counts[c]!);
    }
    return grid;
  }

  fold(shift: number): void {
    const { count } = this.#columns;
    const [firstX, lastX] = [this.#firstX.slice(), this.#lastX.slice()];
    this.#firstX.fill(Number.NaN);
    this.#lastX.fill(Number.NaN);
    const old = [...(this.#rows?.values() ?? [])].map(({ sums, counts }) => {
      const before = { sums: sums.slice(), counts: counts.slice() };
      sums.fill(0);
      counts.fill(0);
      return { before, sums, counts };
    });
    for (let from = 0; from < count; from++) {
      const to = (from >> 1) + shift;
      if (to >= count || Number.isNaN(firstX[from]!)) continue;
      this.#visit(to, firstX[from]!, lastX[from]!);
      for (const { before, sums, counts } of old) {
        sums[to]! += before.sums[from]!;
        counts[to]! += before.counts[from]!;
      }
    }
  }

  #visit(c: number, first: number, last: number): void {
    if (!(this.#firstX[c]! <= first)) this.#firstX[c] = first;
    if (!(this.#lastX[c]! >= last)) this.#lastX[c] = last;
  }
}
