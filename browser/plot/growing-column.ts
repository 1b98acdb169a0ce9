import type { Span } from "../../plot/span.js";

/** Numbers that are appended to, in memory that doubles. */
export class GrowingColumn {
  #values = new Float64Array(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What has been appended; a view that the next append may leave behind. */
  get values(): Float64Array {
    return this.#values.subarray(0, this.#length);
  }

  /** Room for `count` more at the end, which count at once: to be written by the caller. */
  extend(count: number): Float64Array {
    const needed = this.#length + count;
    if (needed > this.#values.length) {
      const wider = new Float64Array(Math.max(needed, 2 * this.#values.length));
      wider.set(this.values);
      this.#values = wider;
    }
    const room = this.#values.subarray(this.#length, needed);
    this.#length = needed;
    return room;
  }

  /** Keeps the values at these places, in this order, and forgets the others. */
  keep(places: Int32Array): void {
    const kept = new Float64Array(Math.max(1024, places.length));
    for (let i = 0; i < places.length; i++) kept[i] = this.#values[places[i]!]!;
    this.#values = kept;
    this.#length = places.length;
  }
}

/** The first place of ascending numbers that is not below a limit. */
export function firstNotBelow(values: Float64Array, limit: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Places of the numbers of a range among ascending ones, `to` excluded. */
export interface Places {
  readonly from: number;
  readonly to: number;
}

/** Where the numbers of a range stand among ascending ones. */
export function placesIn(values: Float64Array, { begin, end }: Pick<Span, "begin" | "end">): Places {
  return { from: firstNotBelow(values, begin), to: firstNotBelow(values, end) };
}

/** The places of numbers in ascending order; `undefined` where they ascend already. */
export function ascending(values: Float64Array): Int32Array | undefined {
  for (let i = 1; i < values.length; i++)
    if (values[i]! < values[i - 1]!)
      return Int32Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!);
  return undefined;
}
