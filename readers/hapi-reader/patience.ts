import { setTimeout } from "node:timers/promises";
import { DasError } from "../../errors/das-error.js";

/** What waiting needs of the world. */
export interface Surroundings {
  /** Resolves after the time, or at once when the signal is aborted. Never fails. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  /** 0 to 1, 1 excluded. */
  readonly random: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** The real ones. */
export const SURROUNDINGS: Surroundings = {
  wait: (ms, signal) => setTimeout(ms, undefined, { signal }).then(undefined, () => undefined),
  random: Math.random,
  now: Date.now,
};

/** For how long a server is asked again. */
export interface PatienceLimits {
  /** Attempts one after the other that bring nothing new. */
  readonly attempts: number;
  /** Longest wait that a server may ask for, milliseconds. */
  readonly longestWaitMs: number;
}

/** A failure that may pass. */
export interface Fault {
  /** For people: `the connection was closed`. */
  readonly why: string;
  /** For how long the server wants to be left alone, milliseconds. */
  readonly afterMs?: number | undefined;
}

/** First wait; each further one is twice as long, up to the second. */
const FIRST_WAIT_MS = 500;
const LONGEST_BACK_OFF_MS = 30_000;
/** Attempts of one run in all: a server that gives a record each time would be asked for ever. */
const MOST_FAULTS = 200;

/** Waits between attempts: longer each time, by chance a little more or less, so that many readers do not come back together. */
export class Patience {
  readonly #limits: PatienceLimits;
  readonly #around: Surroundings;
  readonly #server: string;
  readonly #log: (line: string) => void;
  #inARow = 0;
  #faults = 0;

  /** @param server its host, for messages */
  constructor(limits: PatienceLimits, around: Surroundings, server: string, log: (line: string) => void) {
    this.#limits = limits;
    this.#around = around;
    this.#server = server;
    this.#log = log;
  }

  /** Something new came. */
  progressed(): void {
    this.#inARow = 0;
  }

  /**
   * Waits before the next attempt.
   * Errors: PEER_AWAY where there should be none; CANCELLED.
   */
  async again({ why, afterMs = 0 }: Fault, signal: AbortSignal): Promise<void> {
    const { attempts, longestWaitMs } = this.#limits;
    this.#inARow++;
    this.#faults++;
    if (signal.aborted) throw new DasError("CANCELLED", "the request was cancelled");
    if (afterMs > longestWaitMs)
      throw this.#away(`${why}, and it asks for ${Math.ceil(afterMs / 1000)} s until the next attempt`);
    if (this.#inARow >= attempts) throw this.#away(`${why} (${this.#inARow} attempts)`);
    if (this.#faults >= MOST_FAULTS) throw this.#away(`${why} (${this.#faults} interruptions)`);
    const longest = Math.min(LONGEST_BACK_OFF_MS, FIRST_WAIT_MS * 2 ** (this.#inARow - 1));
    const ms = Math.ceil(Math.max(afterMs, longest / 2) + (longest / 2) * this.#around.random());
    this.#log(`${this.#server}: ${why}; next attempt in ${ms} ms`);
    await this.#around.wait(ms, signal);
    if (signal.aborted) throw new DasError("CANCELLED", "the request was cancelled");
  }

  #away(why: string): DasError {
    return new DasError("PEER_AWAY", `the HAPI server ${this.#server} cannot be read: ${why}`);
  }
}

/**
 * What a `Retry-After` asks for, milliseconds: seconds or a date; `undefined` where it is neither.
 * Source: RFC 9110 10.2.3.
 */
export function retryAfterMs(value: string | undefined, nowMs: number): number | undefined {
  const text = value?.trim() ?? "";
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  if (!/^[A-Z][a-z]{2,8},? [\w -]+ [\d:]{8}( GMT| \d{4})$/.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}
