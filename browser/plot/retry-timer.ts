import type { Clock } from "./clock.js";
import { isThereSoon } from "./silence-watch.js";

/** Seconds to the first, and at most to a next try. */
const FIRST_S = 1;
const LAST_S = 30;

/** What a timer needs. */
export interface RetryHost {
  readonly clock: Clock;
  /** Asks the server whether it is there at all. */
  readonly isThere: (signal: AbortSignal) => Promise<boolean>;
  /** The server is there: it may be asked again. */
  readonly retry: () => void;
  /** It is not there yet: it is waited for longer. */
  readonly stillAway: () => void;
}

/** Says when a server that was away is asked again: ever more seldom, and for no more than whether it is there until it is. */
export class RetryTimer {
  readonly #host: RetryHost;
  #tries = 0;
  #undo: (() => void) | undefined;

  constructor(host: RetryHost) {
    this.#host = host;
  }

  /**
   * Waits for the next try; a wait that was under way is none any more.
   * @param leastS what the server asks for, seconds
   * @returns when the try is, ms of the clock
   */
  wait(leastS = 0): number {
    const { clock } = this.#host;
    const seconds = Math.max(Math.min(LAST_S, FIRST_S * 2 ** this.#tries), Math.min(LAST_S, leastS));
    this.#tries++;
    this.stop();
    const undo = clock.after(1000 * seconds, () => void this.#probe(undo));
    this.#undo = undo;
    return clock.now() + 1000 * seconds;
  }

  /** No try is made by itself. */
  stop(): void {
    this.#undo?.();
    this.#undo = undefined;
  }

  /** All is well: the next wait is a first one. */
  reset(): void {
    this.stop();
    this.#tries = 0;
  }

  async #probe(wait: () => void): Promise<void> {
    const isThere = await isThereSoon(this.#host);
    if (this.#undo !== wait) return; // somebody has tried meanwhile
    this.#undo = undefined;
    if (isThere) this.#host.retry();
    else this.#host.stillAway();
  }
}
