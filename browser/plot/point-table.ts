import { isGrid, MOST_GRID_ROWS } from "../../plot/grid-rule.js";
import type { Span } from "../../plot/span.js";
import { Cadence, gapWidth } from "../../plot/x-columns.js";
import { ascending, GrowingColumn, type Places, placesIn } from "./growing-column.js";
import type { Quantity } from "./quantity.js";

/** Records that are kept as they are; of more, one is kept in each of so many parts of x and y. */
const MOST_RECORDS = 150_000;
const X_PARTS = 1024;
const Y_PARTS = 256;
/** A quantity over x and another: a value at each of many points, records without one left out. Source: das2-stream A5, A15.2. */
export class PointTable {
  readonly key: string;
  readonly quantity: Quantity;
  readonly y: Quantity;
  readonly x = new GrowingColumn();
  readonly ys = new GrowingColumn();
  readonly values = new GrowingColumn();
  readonly cadence = new Cadence();
  stated: number | undefined;
  /** Records that came, also those that are not kept. */
  count = 0;
  /** Places of x, one after the other, and the values of y that were seen; `undefined`: too many. */
  #runs = 0;
  #last = Number.NaN;
  #rows: Set<number> | undefined = new Set();
  #isSorted = true;

  constructor(key: string, quantity: Quantity, y: Quantity) {
    this.key = key;
    this.quantity = quantity;
    this.y = y;
  }

  /** Takes records: x, y and value of each (copied); NaN for what is not there. */
  add(xs: Float64Array, ys: Float64Array, values: Float64Array): void {
    const kept = Int32Array.from(xs.keys()).filter((i) => !Number.isNaN(ys[i]!) && !Number.isNaN(values[i]!));
    const rooms = [this.x, this.ys, this.values].map((column) => column.extend(kept.length));
    for (const [n, from] of [xs, ys, values].entries())
      for (let i = 0; i < kept.length; i++) rooms[n]![i] = from[kept[i]!]!; // as many as columns
    for (let i = 0; i < xs.length; i++) {
      this.cadence.add(xs[i]!);
      if (xs[i] !== this.#last) this.#runs++;
      if (xs[i]! < this.#last) this.#isSorted = false;
      this.#last = xs[i]!;
    }
    for (const i of kept) this.#rows?.add(ys[i]!);
    if (this.#rows !== undefined && this.#rows.size > MOST_GRID_ROWS) this.#rows = undefined;
    this.count += xs.length;
    if (this.x.length > MOST_RECORDS) this.#thin();
  }

  /** The values of y where the points are those of a grid, ascending; `undefined` where they are scattered. */
  get rows(): Float64Array | undefined {
    const all = { rows: this.#rows?.size ?? 0, times: this.#runs, points: this.count };
    if (!isGrid(all)) return undefined;
    return Float64Array.from(this.#rows ?? []).sort();
  }

  /** A cell of a grid is so wide, microseconds. */
  get width(): number {
    return Math.min(gapWidth(this.stated, this.cadence), this.cadence.kept ?? this.stated ?? 0);
  }

  /** Places of the records of a range, `to` excluded. */
  places(span: Span): Places {
    this.#sort();
    return placesIn(this.x.values, span);
  }

  #sort(): void {
    if (this.#isSorted) return;
    const order = ascending(this.x.values);
    if (order !== undefined) this.#keep(order);
    this.#isSorted = true;
  }

  #keep(places: Int32Array): void {
    for (const column of [this.x, this.ys, this.values]) column.keep(places);
  }

  /** Keeps the first record in each part of the ranges of x and y; parts grow until half of the room is free. */
  #thin(): void {
    const [xs, ys] = [this.x.values, this.ys.values];
    const [x, y] = [rangeOf(xs), rangeOf(ys)];
    for (let parts = 1; ; parts *= 2) {
      const seen = new Set<number>();
      const columns = Math.ceil(X_PARTS / parts);
      const kept = Int32Array.from(xs.keys()).filter((i) => {
        const row = Math.floor(((ys[i]! - y.low) / y.length) * (Y_PARTS - 1));
        const part = Math.floor(((xs[i]! - x.low) / x.length) * (columns - 1)) * Y_PARTS + row;
        if (seen.has(part)) return false;
        seen.add(part);
        return true;
      });
      if (kept.length > MOST_RECORDS / 2 && columns > 1) continue;
      this.#keep(kept);
      return;
    }
  }
}

function rangeOf(values: Float64Array): { readonly low: number; readonly length: number } {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { low, length: high > low ? high - low : 1 };
}
