/** What is kept for each column and has to follow when two of them become one. */
export interface Columned {
  /** Columns `2n` and `2n + 1` become column `n + shift`; the others are emptied. */
  fold(shift: number): void;
}

/** Steps of an x that is not known beforehand are told apart in this many classes a doubling. */
const CLASSES = 16;

/**
 * The columns that records are gathered in: as many as a picture can show, whatever the number of records. Where the range is not
 * given, it begins with the first records and grows by doubling the width of the columns.
 */
export class XColumns {
  readonly count: number;
  readonly isFixed: boolean;
  #begin: number;
  #width: number;
  #seen = false;
  #least = Number.POSITIVE_INFINITY;
  #greatest = Number.NEGATIVE_INFINITY;
  readonly #followers: Columned[] = [];

  constructor(count: number, range?: { readonly begin: number; readonly end: number }) {
    this.count = count;
    this.isFixed = range !== undefined;
    this.#begin = range?.begin ?? 0;
    this.#width = range === undefined ? 0 : (range.end - range.begin) / count;
  }

  /** Tells of folded columns from now on. */
  follow(follower: Columned): void {
    this.#followers.push(follower);
  }

  /** The column of an x; -1 outside of a given range, or for no number. */
  column(x: number): number {
    if (!Number.isFinite(x)) return -1;
    if (x < this.#least) this.#least = x;
    if (x > this.#greatest) this.#greatest = x;
    if (!this.isFixed) this.#makeRoom(x);
    const column = Math.floor((x - this.#begin) / this.#width);
    return column >= 0 && column < this.count ? column : -1;
  }

  /** Begin of a column; `column` may have a fraction. */
  x(column: number): number {
    return this.#begin + column * this.#width;
  }

  /** Width of a column. */
  get width(): number {
    return this.#width;
  }

  /** The range to be shown: what was given, else that of the records; `undefined` where there were none. */
  get range(): { readonly begin: number; readonly end: number } | undefined {
    if (this.isFixed) return { begin: this.#begin, end: this.#begin + this.count * this.#width };
    if (!this.#seen) return undefined;
    const begin = this.#least;
    const end = this.#greatest;
    return end > begin ? { begin, end } : { begin: begin - 0.5, end: end + 0.5 };
  }

  #makeRoom(x: number): void {
    if (!this.#seen) {
      this.#seen = true;
      // Far narrower than any step of records: doubling soon makes up for it.
      this.#width = Math.max(Math.abs(x) * 2 ** -40, 1e-9);
      this.#begin = x - (this.count / 2) * this.#width;
    }
    // 2^2100 spans all of binary64.
    for (let i = 0; i < 2200; i++) {
      const end = this.#begin + this.count * this.#width;
      if (x >= this.#begin && x < end) return;
      const shift = x < this.#begin ? this.count - Math.ceil(this.count / 2) : 0;
      for (const follower of this.#followers) follower.fold(shift);
      this.#width *= 2;
      this.#begin -= shift * this.#width;
    }
  }
}

/** Of fewer distances none recurs often enough to be called common. */
const FEW = 40;
/** Common distances of more usual ones than this are gaps that recur. */
const MOST_STEPS = 2.1;

/** Distances between neighbouring records, by size: what is usual, so that what is wider can be called a gap. */
export class Cadence {
  readonly #classes = new Map<number, number>();
  #count = 0;
  #last = Number.NaN;

  /** The x of the next record. */
  add(x: number): void {
    const step = x - this.#last;
    this.#last = x;
    if (!(step > 0)) return;
    const key = Math.round(Math.log2(step) * CLASSES);
    this.#classes.set(key, (this.#classes.get(key) ?? 0) + 1);
    this.#count++;
  }

  /** The median distance, to 2 %; `undefined` where there are not two records. */
  get usual(): number | undefined {
    return this.#quantile(0.5);
  }

  /**
   * The distance that records keep: the median, or the one that no more than one in twenty exceeds where that is not more than two of the
   * median. Bins that are narrower than the records behind them are apart are empty now and then all along: that is no gap.
   */
  get kept(): number | undefined {
    const { usual } = this;
    const common = this.#count < FEW ? undefined : this.#quantile(0.95);
    return usual !== undefined && common !== undefined && common <= MOST_STEPS * usual ? common : usual;
  }

  #quantile(part: number): number | undefined {
    let sum = 0;
    for (const [key, count] of [...this.#classes].sort(([a], [b]) => a - b)) {
      sum += count;
      if (sum >= part * this.#count) return 2 ** (key / CLASSES);
    }
    return undefined;
  }
}

/** Wider than this is a gap: the stated width of a record, but never less than the records keep apart. */
export function gapWidth(stated: number | undefined, { usual = 0, kept = 0 }: Cadence): number {
  return Math.max((stated ?? 0) * 1.001, usual * 1.6, kept * 1.1);
}
