import { DasError } from "../errors/das-error.js";

/** How many pipelines run at once, and how many may wait for their turn. */
export interface SlotLimits {
  readonly running: number;
  /** Waiting requests; 0 refuses at once. */
  readonly waiting?: number;
  /** Told to a client that is refused. */
  readonly retryAfterSeconds?: number;
}

/** Gives a slot back; a second call does nothing. */
export type Release = () => void;

/**
 * Limits the pipelines that run at once, so that a burst of requests does not start processes without bound.
 * Who waits is served in order. Source: das2-server 3.3, 20.2 (20).
 */
export class PipelineSlots {
  readonly #limits: Required<SlotLimits>;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(limits: SlotLimits) {
    this.#limits = { waiting: 0, retryAfterSeconds: 10, ...limits };
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * A slot, when there is one. Errors: OVERLOADED (`where.retryAfterSeconds` says when to come back) at once if too
   * many wait already; CANCELLED if `signal` is aborted while waiting.
   */
  async acquire(signal?: AbortSignal): Promise<Release> {
    if (signal?.aborted === true) throw cancelled();
    if (this.#running < this.#limits.running) {
      this.#running++;
      return this.#release();
    }
    if (this.#waiting.length >= this.#limits.waiting) {
      const { retryAfterSeconds } = this.#limits;
      throw new DasError("OVERLOADED", "the server is busy with other requests, please try again later", {
        retryAfterSeconds,
      });
    }
    await this.#turn(signal);
    return this.#release();
  }

  /** The slot of who leaves passes to who waits, without becoming free in between. */
  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const onTurn = (): void => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      };
      const onAbort = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(onTurn), 1);
        reject(cancelled());
      };
      this.#waiting.push(onTurn);
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  }

  #release(): Release {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    };
  }
}

function cancelled(): DasError {
  return new DasError("CANCELLED", "the request was given up while it waited");
}
