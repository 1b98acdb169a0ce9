import { DasError } from "../../errors/das-error.js";

/** Numbers in one page. */
const PAGE = 256;

/** Most bins that are kept, or written in one go; 128 MiB of numbers. Source: reducers 6. */
export const MOST_BINS = 16_777_216;

/** Sums by bin index, in memory for the bins that are used only: pages of neighbouring bins. */
export class BinCounts {
  readonly #pages = new Map<number, Float64Array>();
  readonly #mostBins: number;
  /** The page used last: packets of neighbouring bins come one after the other. */
  #page: Float64Array = new Float64Array(0);
  #pageNumber = Number.NaN;
  #lowest = Number.POSITIVE_INFINITY;
  #highest = Number.NEGATIVE_INFINITY;

  constructor(mostBins = MOST_BINS) {
    this.#mostBins = mostBins;
  }

  /** Adds to a bin. Errors: UNSUITED_STREAM for more bins than can be kept. */
  add(index: number, amount: number): void {
    const number = Math.floor(index / PAGE);
    if (number !== this.#pageNumber) {
      this.#page = this.#pageOf(number);
      this.#pageNumber = number;
    }
    this.#page[index - number * PAGE]! += amount;
    if (index < this.#lowest) this.#lowest = index;
    if (index > this.#highest) this.#highest = index;
  }

  #pageOf(number: number): Float64Array {
    const known = this.#pages.get(number);
    if (known !== undefined) return known;
    if (this.#pages.size * PAGE >= this.#mostBins) throw tooManyBins(this.#mostBins);
    const page = new Float64Array(PAGE);
    this.#pages.set(number, page);
    return page;
  }

  /**
   * All bins from the first with data to the last, those between that have none with 0.
   * Errors: UNSUITED_STREAM for more than can be written.
   */
  *all(): Generator<{ index: number; amount: number }> {
    if (this.#highest - this.#lowest >= this.#mostBins) throw tooManyBins(this.#mostBins);
    for (let index = this.#lowest; index <= this.#highest; index++) {
      const number = Math.floor(index / PAGE);
      yield { index, amount: this.#pages.get(number)?.[index - number * PAGE] ?? 0 };
    }
  }
}

/** The error for a stream that needs more bins than there may be. */
export function tooManyBins(most = MOST_BINS): DasError {
  return new DasError(
    "UNSUITED_STREAM",
    `the data span more than ${most} bins, expected wider bins or a shorter range`,
  );
}
