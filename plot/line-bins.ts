import type { Cycle } from "./cycle.js";
import type { Columned, XColumns } from "./x-columns.js";

/** How a cycle begins again within a column: not, once over its upper or its lower end, or several times. */
const NOT = 0;
const OVER_TOP = 1;
const OVER_BOTTOM = -1;
const SEVERAL = 2;

/**
 * The values of one line, gathered in columns: least, greatest, first and last of each, so that a million records are drawn as the
 * line through all of them would be. Memory is 58 bytes a column.
 */
export class LineBins implements Columned {
  readonly columns: XColumns;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly first: Float64Array;
  readonly last: Float64Array;
  readonly firstX: Float64Array;
  readonly lastX: Float64Array;
  readonly counts: Uint32Array;
  /** 1 where records without a value lie between the values of a column and those before. */
  readonly breaks: Uint8Array;
  /** Where the quantity is a cycle: 1 or -1 where it begins again once in a column, having left by its greatest or least value; 2 for more often. */
  readonly turns: Int8Array;
  readonly cycle: Cycle | undefined;
  #broken = false;

  constructor(columns: XColumns, cycle?: Cycle) {
    this.columns = columns;
    this.cycle = cycle;
    const array = () => new Float64Array(columns.count);
    this.min = array();
    this.max = array();
    this.first = array();
    this.last = array();
    this.firstX = array();
    this.lastX = array();
    this.counts = new Uint32Array(columns.count);
    this.breaks = new Uint8Array(columns.count);
    this.turns = new Int8Array(columns.count);
    columns.follow(this);
  }

  /** A record without a value. */
  skip(): void {
    this.#broken = true;
  }

  /** A record with one. */
  add(x: number, value: number): void {
    const c = this.columns.column(x);
    if (c < 0) {
      // What lies before the picture does not join what is in it.
      this.#broken = true;
      return;
    }
    if (this.counts[c] === 0) {
      this.min[c] = value;
      this.max[c] = value;
      this.first[c] = value;
      this.firstX[c] = x;
      this.breaks[c] = this.#broken ? 1 : 0;
      this.turns[c] = NOT;
    } else {
      this.turns[c] = together(this.turns[c]!, this.turnBetween(this.last[c]!, value));
      if (value < this.min[c]!) this.min[c] = value;
      if (value > this.max[c]!) this.max[c] = value;
    }
    this.#broken = false;
    this.last[c] = value;
    this.lastX[c] = x;
    this.counts[c]!++;
  }

  /** How a cycle begins again between two values that follow each other. */
  turnBetween(before: number, value: number): number {
    if (this.cycle === undefined || Math.abs(value - before) <= this.cycle.longest) return NOT;
    return value < before ? OVER_TOP : OVER_BOTTOM;
  }

  /** The least and greatest value, above 0 where `positive`; `undefined` where there is none. */
  range(positive: boolean): { readonly low: number; readonly high: number } | undefined {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < this.counts.length; c++) {
      if (this.counts[c] === 0) continue;
      const least = positive && this.min[c]! <= 0 ? this.max[c]! : this.min[c]!;
      if (positive && least <= 0) continue;
      low = Math.min(low, least);
      high = Math.max(high, this.max[c]!);
    }
    return low <= high ? { low, high } : undefined;
  }

  fold(shift: number): void {
    const { count } = this.columns;
    const old = {
      min: this.min.slice(),
      max: this.max.slice(),
      first: this.first.slice(),
      last: this.last.slice(),
      firstX: this.firstX.slice(),
      lastX: this.lastX.slice(),
      counts: this.counts.slice(),
      breaks: this.breaks.slice(),
      turns: this.turns.slice(),
    };
    this.counts.fill(0);
    this.breaks.fill(0);
    for (let from = 0; from < count; from++) {
      const to = (from >> 1) + shift;
      if (old.counts[from] === 0 || to >= count) continue;
      const isFirst = this.counts[to] === 0;
      this.min[to] = isFirst ? old.min[from]! : Math.min(this.min[to]!, old.min[from]!);
      this.max[to] = isFirst ? old.max[from]! : Math.max(this.max[to]!, old.max[from]!);
      if (isFirst) {
        this.first[to] = old.first[from]!;
        this.firstX[to] = old.firstX[from]!;
        this.breaks[to] = old.breaks[from]!;
        this.turns[to] = old.turns[from]!;
      } else {
        const between = this.turnBetween(this.last[to]!, old.first[from]!);
        this.turns[to] = together(together(this.turns[to]!, between), old.turns[from]!);
      }
      this.last[to] = old.last[from]!;
      this.lastX[to] = old.lastX[from]!;
      this.counts[to]! += old.counts[from]!;
    }
  }
}

function together(a: number, b: number): number {
  return a === NOT ? b : b === NOT ? a : SEVERAL;
}
