import { DasError } from "../../errors/das-error.js";
import type { Unknown } from "./view.js";

const AWAY = "the index does not answer";
const SLOW = "not looked at: the index takes long today";

/**
 * Asks many questions of an index without waiting for ever: after the first that is not answered in time, and after a time limit
 * for all of them, the rest are not asked.
 */
export class Patience {
  readonly #now: () => number;
  readonly #untilMs: number;
  #isAway = false;

  /** @param now milliseconds that only grow */
  constructor(limitMs: number, now: () => number) {
    this.#now = now;
    this.#untilMs = now() + limitMs;
  }

  /** Whether nothing has gone unanswered. */
  get answered(): boolean {
    return !this.#isAway;
  }

  /** The answer, or why there is none. Errors: those of the question other than INDEX_AWAY and TOO_MANY_BLOCKS. */
  async ask<T extends object>(question: () => Promise<T>): Promise<T | Unknown> {
    if (this.#isAway) return { unknown: AWAY };
    if (this.#now() > this.#untilMs) return { unknown: SLOW };
    try {
      return await question();
    } catch (error) {
      const code = error instanceof DasError ? error.code : undefined;
      if (code === "TOO_MANY_BLOCKS")
        return { unknown: "too many blocks for one look, choose a shorter range" };
      if (code !== "INDEX_AWAY") throw error;
      this.#isAway = true;
      return { unknown: AWAY };
    }
  }
}
