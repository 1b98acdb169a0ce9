import { DasError } from "../../errors/das-error.js";

/** How long somebody waits for seats, ms; as long as for a connection itself. */
const WAIT_MS = 10_000;

interface Waiting {
  readonly wanted: number;
  seat(): void;
}

/**
 * The connections of a pool as seats that are taken several at a time: who needs two at once must not hold one and wait for the
 * other, which somebody who waits as well may hold. First come, first served.
 */
export class Seats {
  readonly #all: number;
  #free: number;
  readonly #queue: Waiting[] = [];

  /** @param all at least as many as anybody takes at a time */
  constructor(all: number) {
    this.#all = all;
    this.#free = all;
  }

  /**
   * Takes seats, and gives the function that leaves them; it does nothing the second time.
   *
   * Errors: OVERLOADED where none become free in time; CANCELLED after the signal; INTERNAL for more than there are.
   */
  async take(wanted: number, signal: AbortSignal, waitMs: number = WAIT_MS): Promise<() => void> {
    if (wanted > this.#all) throw new DasError("INTERNAL", `${wanted} of ${this.#all} connections`);
    if (this.#queue.length > 0 || this.#free < wanted) await this.#wait(wanted, signal, waitMs);
    else this.#free -= wanted;
    let isTaken = true;
    return () => {
      if (isTaken) this.#free += wanted;
      isTaken = false;
      this.#serve();
    };
  }

  #wait(wanted: number, signal: AbortSignal, waitMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (error?: DasError): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", onAbort);
        if (error === undefined) resolve();
        else {
          this.#queue.splice(this.#queue.indexOf(waiting), 1);
          reject(error);
          // Whoever stood behind may want less.
          this.#serve();
        }
      };
      const onAbort = (): void => leave(new DasError("CANCELLED", "the request was cancelled"));
      const timer = setTimeout(
        () => leave(new DasError("OVERLOADED", "All connections to the archive are in use, try again later")),
        waitMs,
      );
      const waiting: Waiting = { wanted, seat: () => leave() };
      this.#queue.push(waiting);
      signal.addEventListener("abort", onAbort);
      if (signal.aborted) onAbort();
    });
  }

  #serve(): void {
    for (let first = this.#queue[0]; first !== undefined; first = this.#queue[0]) {
      if (first.wanted > this.#free) return;
      this.#queue.shift();
      this.#free -= first.wanted;
      first.seat();
    }
  }
}
