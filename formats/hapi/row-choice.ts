import { readXUs2000 } from "../../stream/columns.js";
import type { PacketBatch } from "../../stream/model.js";

/** Which records of a batch are given: those that have a time, and have it in [begin, end), us2000. */
export class RowChoice {
  readonly #begin: number;
  readonly #end: number;
  #times = new Float64Array(0);
  /** Numbers of the chosen records, valid until the next batch. */
  rows = new Int32Array(0);

  constructor(begin: number, end: number) {
    this.#begin = begin;
    this.#end = end;
  }

  /** Chooses, and gives how many; their numbers stand in `rows`. Errors: UNSUITED_STREAM where x is no time. */
  choose(batch: PacketBatch): number {
    const { count } = batch;
    if (this.#times.length < count) {
      this.#times = new Float64Array(count);
      this.rows = new Int32Array(count);
    }
    const times = this.#times;
    const { rows } = this;
    readXUs2000(batch, times);
    const begin = this.#begin;
    const end = this.#end;
    let chosen = 0;
    for (let row = 0; row < count; row++) {
      const t = times[row]!;
      if (t >= begin && t < end && t > LEAST_US) rows[chosen++] = row;
    }
    return chosen;
  }

  /** Times of the batch that was chosen from last, us2000. */
  get times(): Float64Array {
    return this.#times;
  }
}

/** The fill time, and what lies before it, are no times. */
const LEAST_US = -63_082_281_600e6;
