/**
 * How often each number occurred: an exact map of doubles to counts, as an open-addressing hash table over typed
 * arrays (a `Map` takes five times the time and memory). -0 and 0 are the same value; NaN is not for this table.
 */
export class ValueCounts {
  readonly #limit: number;
  #values: Float64Array = new Float64Array(1024);
  /** 0 marks a free slot. */
  #counts: Float64Array = new Float64Array(1024);
  #mask = 1023;
  #size = 0;

  /** @param limit most distinct values that are kept; 40 bytes each at worst */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Distinct values so far. */
  get size(): number {
    return this.#size;
  }

  /** Counts one value; `false` when it would be one distinct value more than the limit. */
  add(value: number): boolean {
    const v = value + 0; // -0 becomes 0
    const values = this.#values;
    const counts = this.#counts;
    const mask = this.#mask;
    let slot = hash(v) & mask;
    while (counts[slot]! !== 0) {
      if (values[slot] === v) {
        counts[slot]!++;
        return true;
      }
      slot = (slot + 1) & mask;
    }
    if (this.#size >= this.#limit) return false;
    values[slot] = v;
    counts[slot] = 1;
    this.#size++;
    if (this.#size * 2 > mask) this.#grow();
    return true;
  }

  /** All values, ascending, with the count of each. */
  sorted(): { values: Float64Array; counts: Float64Array } {
    const values = new Float64Array(this.#size);
    let at = 0;
    for (let slot = 0; slot <= this.#mask; slot++)
      if (this.#counts[slot]! !== 0) values[at++] = this.#values[slot]!;
    values.sort();
    return { values, counts: values.map((value) => this.#counts[this.#slotOf(value)]!) };
  }

  #slotOf(value: number): number {
    let slot = hash(value) & this.#mask;
    while (this.#counts[slot]! !== 0 && this.#values[slot] !== value) slot = (slot + 1) & this.#mask;
    return slot;
  }

  #grow(): void {
    const oldValues = this.#values;
    const oldCounts = this.#counts;
    this.#values = new Float64Array(2 * oldValues.length);
    this.#counts = new Float64Array(2 * oldValues.length);
    this.#mask = 2 * oldValues.length - 1;
    for (let i = 0; i < oldValues.length; i++) {
      if (oldCounts[i] === 0) continue;
      const slot = this.#slotOf(oldValues[i]!);
      this.#values[slot] = oldValues[i]!;
      this.#counts[slot] = oldCounts[i]!;
    }
  }
}

const scratch = new Float64Array(1);
const words = new Int32Array(scratch.buffer);

/** Mixes all bits of a double into 32 (the finalizer of MurmurHash3): neighbouring counts differ in high bits only. */
function hash(value: number): number {
  scratch[0] = value;
  let h = words[0]! ^ Math.imul(words[1]!, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
