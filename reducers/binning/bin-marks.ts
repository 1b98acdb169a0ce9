import { MOST_BINS, tooManyBins } from "./bin-counts.js";

/** Bins in one page, a bit each. */
const PAGE = 256;

/** Which bins have data, in memory for those that are used only: a hundredth of what their counts would take. */
export class BinMarks {
  readonly #pages = new Map<number, Uint8Array>();
  readonly #mostBins: number;

  constructor(mostBins = MOST_BINS) {
    this.#mostBins = mostBins;
  }

  /** Marks a bin. Errors: UNSUITED_STREAM for more bins than can be kept. */
  add(index: number): void {
    const number = Math.floor(index / PAGE);
    const page = this.#pages.get(number) ?? this.#newPage(number);
    const bit = index - number * PAGE;
    page[bit >> 3]! |= 1 << (bit & 7);
  }

  #newPage(number: number): Uint8Array {
    if (this.#pages.size * PAGE >= this.#mostBins) throw tooManyBins(this.#mostBins);
    const page = new Uint8Array(PAGE / 8);
    this.#pages.set(number, page);
    return page;
  }

  /** Bins with data, in ascending order. */
  *used(): Generator<number> {
    for (const number of [...this.#pages.keys()].sort((a, b) => a - b)) {
      const page = this.#pages.get(number)!;
      for (let bit = 0; bit < PAGE; bit++)
        if ((page[bit >> 3]! & (1 << (bit & 7))) !== 0) yield number * PAGE + bit;
    }
  }
}
