import type { BinnedBlock } from "./binned-blocks.js";
import type { BlockUs } from "./open-blocks.js";

/** The bin that is open at a level. */
export class LevelBin {
  /** `undefined` where nothing is made of its block. */
  block: BinnedBlock | undefined;
  /** NaN where no bin is open. */
  number = Number.NaN;
  index = Number.NaN;
  /** Of the block. */
  begin = 0;
  end = 0;
  /** Positions that lie in the bin for certain, without the arithmetic of the reducers. */
  from = Number.POSITIVE_INFINITY;
  to = Number.NEGATIVE_INFINITY;
  readonly #widthUs: number;

  constructor(widthUs: number) {
    this.#widthUs = widthUs;
  }

  open(block: BinnedBlock | undefined, number: number, { begin, end }: BlockUs, index: number): void {
    this.block = block;
    this.number = number;
    this.index = index;
    this.begin = begin;
    this.end = end;
    const edge = begin + index * this.#widthUs;
    // Wider than all rounding of the arithmetic of bins.
    const margin = this.#widthUs * 1e-6 + Math.abs(edge) * 1e-15;
    this.from = edge + margin;
    this.to = Math.min(edge + this.#widthUs - margin, end);
  }

  close(): void {
    this.block = undefined;
    this.number = Number.NaN;
    this.index = Number.NaN;
    this.from = Number.POSITIVE_INFINITY;
    this.to = Number.NEGATIVE_INFINITY;
  }

  /** Whether a position lies in the bin. */
  holds(position: number): boolean {
    if (position >= this.from && position < this.to) return true;
    if (!(position >= this.begin && position < this.end)) return false;
    return Math.floor((position - this.begin) / this.#widthUs) === this.index;
  }
}
