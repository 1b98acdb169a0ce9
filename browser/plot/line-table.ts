import type { Span } from "../../plot/span.js";
import { Cadence, gapWidth } from "../../plot/x-columns.js";
import { ascending, GrowingColumn, type Places, placesIn } from "./growing-column.js";
import type { Quantity } from "./quantity.js";

/** What a column holds of its quantity. */
export type LineRole = "value" | "low" | "high";

/** A column of a table of lines. */
export interface LineColumn {
  readonly quantity: Quantity;
  readonly role: LineRole;
}

/** Records that are kept as they are; of more, those are kept that make the same picture. */
const MOST_RECORDS = 200_000;

/**
 * The records of one kind of packet as columns: x in us2000 and the values of each plane, NaN where they are fill. Of very many records
 * the first, last, least and greatest of each of some thousand parts of the range are kept, so that the line through them looks the same
 * and each of them is a record of the stream; memory does not grow with the range.
 */
export class LineTable {
  readonly key: string;
  readonly columns: readonly LineColumn[];
  readonly x = new GrowingColumn();
  readonly values: readonly GrowingColumn[];
  readonly cadence = new Cadence();
  /** Width of a record, microseconds. */
  stated: number | undefined;
  /** Records that came, also those that are not kept. */
  count = 0;
  #isSorted = true;
  readonly #range: { readonly begin: number; readonly end: number };
  readonly #parts: number;

  /** @param parts of the range, in which at least four records are kept */
  constructor(
    key: string,
    columns: readonly LineColumn[],
    range: { readonly begin: number; readonly end: number },
    parts = 8192,
  ) {
    this.key = key;
    this.columns = columns;
    this.values = columns.map(() => new GrowingColumn());
    this.#range = range;
    this.#parts = parts;
  }

  /** Takes records: their x, and for each column their values (copied). */
  add(xs: Float64Array, values: readonly Float64Array[]): void {
    for (const x of xs) this.cadence.add(x);
    const before = this.x.length === 0 ? Number.NEGATIVE_INFINITY : this.x.values[this.x.length - 1]!;
    if (xs.length > 0 && (xs[0]! < before || ascending(xs) !== undefined)) this.#isSorted = false;
    this.x.extend(xs.length).set(xs);
    for (const [n, column] of this.values.entries()) column.extend(xs.length).set(values[n]!);
    this.count += xs.length;
    if (this.x.length > MOST_RECORDS + 4 * this.#parts) this.#thin();
  }

  /** Wider than this between records is a gap, microseconds. */
  get gap(): number {
    return gapWidth(this.stated, this.cadence);
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
    this.x.keep(places);
    for (const column of this.values) column.keep(places);
  }

  #thin(): void {
    this.#sort();
    const xs = this.x.values;
    const { begin, end } = this.#range;
    const part = (x: number) => Math.floor(((x - begin) / (end - begin)) * this.#parts);
    const kept = new Set<number>();
    for (let from = 0; from < xs.length; ) {
      let to = from + 1;
      const here = part(xs[from]!);
      while (to < xs.length && part(xs[to]!) === here) to++;
      kept.add(from);
      kept.add(to - 1);
      for (const column of this.values) addExtremes(column.values, from, to, kept);
      from = to;
    }
    this.#keep(Int32Array.from(kept).sort());
  }
}

/** Adds the places of the least and greatest value of a part, and of a record without value, by which a gap stays one. */
function addExtremes(values: Float64Array, from: number, to: number, kept: Set<number>): void {
  let least = -1;
  let greatest = -1;
  let none = -1;
  for (let i = from; i < to; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) {
      if (none < 0) none = i;
      continue;
    }
    if (least < 0 || value < values[least]!) least = i;
    if (greatest < 0 || value > values[greatest]!) greatest = i;
  }
  for (const place of [least, greatest, none]) if (place >= 0) kept.add(place);
}
