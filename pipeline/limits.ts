import { DasError } from "../errors/das-error.js";
import { clockMs } from "./clock.js";

/** Limits of one pipeline. Times are in milliseconds; `Infinity` switches a limit off. */
export interface PipelineLimits {
  /** From the start to the last byte. */
  readonly wallMs: number;
  /** Without output while output is wanted; time in which the consumer does not pull is not counted. */
  readonly idleMs: number;
  /** From SIGTERM to SIGKILL. */
  readonly graceMs: number;
  /** Bytes given out. */
  readonly maxBytes: number;
  /** Bytes of standard error of each stage that go to the log; das2-server 13.3. */
  readonly maxStderrBytes: number;
}

/** What holds where the caller names nothing: an hour for a pipeline, two minutes of silence. */
export const DEFAULT_LIMITS: PipelineLimits = {
  wallMs: 3_600_000,
  idleMs: 120_000,
  graceMs: 400,
  maxBytes: Number.POSITIVE_INFINITY,
  maxStderrBytes: 65_536,
};

/** The longest delay that a timer takes; a longer one would fire at once. */
const MAX_TIMER_MS = 2_147_483_647;

/** Watches the wall and idle limits of one pipeline and reports, once, the one that was passed. */
export class PipelineClock {
  readonly #limits: PipelineLimits;
  readonly #onLimit: (error: DasError) => void;
  #wall: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;
  #lastProgress = clockMs();
  #paused = false;

  constructor(limits: PipelineLimits, onLimit: (error: DasError) => void) {
    this.#limits = limits;
    this.#onLimit = onLimit;
    if (limits.wallMs <= MAX_TIMER_MS) this.#wall = setTimeout(() => this.#passed("wall"), limits.wallMs);
    this.#watchIdle(limits.idleMs);
  }

  /** Something came out of a stage. */
  progress(): void {
    this.#lastProgress = clockMs();
  }

  /** The consumer has a piece and does not ask for more: silence is its own. */
  pause(): void {
    this.#paused = true;
  }

  /** The consumer waits again. */
  resume(): void {
    this.#paused = false;
    this.progress();
  }

  stop(): void {
    clearTimeout(this.#wall);
    clearTimeout(this.#idle);
  }

  /** Re-armed when it fires instead of at each piece: a timer for each 64 KiB would cost more than the piece. */
  #watchIdle(afterMs: number): void {
    if (afterMs > MAX_TIMER_MS) return;
    this.#idle = setTimeout(() => {
      const silentMs = this.#paused ? 0 : clockMs() - this.#lastProgress;
      if (silentMs >= this.#limits.idleMs) this.#passed("idle");
      else this.#watchIdle(this.#limits.idleMs - silentMs);
    }, Math.ceil(afterMs));
  }

  #passed(which: "wall" | "idle"): void {
    this.stop();
    const seconds = (which === "wall" ? this.#limits.wallMs : this.#limits.idleMs) / 1000;
    const message =
      which === "wall"
        ? `the answer took longer than the limit of ${seconds} s`
        : `no output for ${seconds} s, which is the limit`;
    this.#onLimit(new DasError("TIME_LIMIT", message, { limit: which }));
  }
}
