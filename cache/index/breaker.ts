import { clockMs } from "../../pipeline/clock.js";

/** What a breaker tells, each once for a change. */
export interface BreakerCalls {
  /** @param reason for the log; no address and no password is in it */
  readonly onAway?: (reason: string) => void;
  readonly onBack?: () => void;
}

/**
 * Keeps from asking somebody who has just failed: for a while nobody asks, then one may try. Time is that of a clock that does not
 * jump.
 */
export class Breaker {
  readonly #pauseMs: number;
  readonly #calls: BreakerCalls;
  readonly #clock: () => number;
  #isAway = false;
  #retryAt = 0;

  /** @param clock ms, ascending, as of `performance.now()` */
  constructor(pauseMs: number, calls: BreakerCalls = {}, clock: () => number = clockMs) {
    this.#pauseMs = pauseMs;
    this.#calls = calls;
    this.#clock = clock;
  }

  /** Whether to ask now. Where the pause is over, it is for one caller: until that one has come back the others go on without. */
  mayAsk(): boolean {
    if (!this.#isAway) return true;
    const now = this.#clock();
    if (now < this.#retryAt) return false;
    this.#retryAt = now + this.#pauseMs;
    return true;
  }

  failed(reason: string): void {
    this.#retryAt = this.#clock() + this.#pauseMs;
    if (this.#isAway) return;
    this.#isAway = true;
    this.#calls.onAway?.(reason);
  }

  worked(): void {
    if (!this.#isAway) return;
    this.#isAway = false;
    this.#calls.onBack?.();
  }
}
