import { clockMs } from "./clock.js";

/** How long gathered output waits while input comes without a pause: at first, and at most, ms. */
const FIRST_WAIT_MS = 1;
const LONGEST_WAIT_MS = 250;

/**
 * Says when gathered output goes out though more input is there: soon at first, so that whoever waits for an
 * answer sees data early, then less and less often, so that a long stream goes out in large pieces.
 */
export class FlushClock {
  #waitMs = FIRST_WAIT_MS;
  #flushedAt = clockMs();

  /** Whether what has been gathered has waited long enough. */
  get isDue(): boolean {
    return clockMs() - this.#flushedAt > this.#waitMs;
  }

  /** To be called when output went out, for whatever reason. */
  flushed(): void {
    this.#flushedAt = clockMs();
    this.#waitMs = Math.min(2 * this.#waitMs, LONGEST_WAIT_MS);
  }
}
