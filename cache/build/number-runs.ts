/** A set of whole numbers that lie side by side for the most part: as large as it has runs, not as it has numbers. */
export class NumberRuns {
  /** First numbers of the runs, ascending, and the numbers behind their last. */
  readonly #first: number[] = [];
  readonly #end: number[] = [];

  has(number: number): boolean {
    const at = this.#runAfter(number) - 1;
    return at >= 0 && number < this.#end[at]!;
  }

  add(number: number): void {
    const after = this.#runAfter(number);
    const before = after - 1;
    if (before >= 0 && number < this.#end[before]!) return;
    const joinsBefore = before >= 0 && this.#end[before] === number;
    const joinsAfter = after < this.#first.length && this.#first[after] === number + 1;
    if (joinsBefore && joinsAfter) {
      this.#end[before] = this.#end[after]!;
      this.#first.splice(after, 1);
      this.#end.splice(after, 1);
    } else if (joinsBefore) this.#end[before] = number + 1;
    else if (joinsAfter) this.#first[after] = number;
    else {
      this.#first.splice(after, 0, number);
      this.#end.splice(after, 0, number + 1);
    }
  }

  delete(number: number): void {
    const at = this.#runAfter(number) - 1;
    const end = this.#end[at];
    if (end === undefined || number >= end) return;
    const first = this.#first[at]!;
    if (first === number && end === number + 1) {
      this.#first.splice(at, 1);
      this.#end.splice(at, 1);
    } else if (first === number) this.#first[at] = number + 1;
    else {
      this.#end[at] = number;
      if (end === number + 1) return;
      this.#first.splice(at + 1, 0, number + 1);
      this.#end.splice(at + 1, 0, end);
    }
  }

  /** Position of the first run that begins behind `number`. */
  #runAfter(number: number): number {
    let low = 0;
    let high = this.#first.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#first[middle]! <= number) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
