import { addSeconds, compareTimes, type Time, type TimeRange } from "../../stream/time.js";

/** Shortest window that a server is asked for, seconds: one that refuses it as too long refuses everything. */
const SHORTEST_SECONDS = 1;

/** A range that is asked for in one or more windows, each as long as the server allows. */
export class TimeWindows {
  #from: Time;
  #to: Time;
  #seconds: number;

  /** @param longestSeconds what the server says that it answers at once */
  constructor({ begin, end }: TimeRange, longestSeconds = Number.POSITIVE_INFINITY) {
    this.#from = begin;
    this.#to = end;
    this.#seconds = Math.max(SHORTEST_SECONDS, longestSeconds);
  }

  /** The window that is asked for now; `undefined` when all have been. */
  get current(): TimeRange | undefined {
    if (compareTimes(this.#from, this.#to) >= 0) return undefined;
    if (this.#left <= this.#seconds) return { begin: this.#from, end: this.#to };
    return { begin: this.#from, end: addSeconds(this.#from, this.#seconds) };
  }

  /** All records of the window have come. */
  next(): void {
    this.#from = this.current?.end ?? this.#to;
  }

  /** Makes windows shorter by half; whether that was possible. */
  halve(): boolean {
    const half = Math.min(this.#seconds, this.#left) / 2;
    if (half < SHORTEST_SECONDS) return false;
    this.#seconds = half;
    return true;
  }

  /** Leaves off what is before `from` and from `to` on; whether that was anything. */
  clip(from: Time | undefined, to: Time | undefined): boolean {
    const [begin, end] = [this.#from, this.#to];
    if (from !== undefined && compareTimes(from, begin) > 0) this.#from = from;
    if (to !== undefined && compareTimes(to, end) < 0) this.#to = to;
    return this.#from !== begin || this.#to !== end;
  }

  get #left(): number {
    return (this.#to.day - this.#from.day) * 86_400 + (this.#to.ns - this.#from.ns) / 1e9;
  }
}
