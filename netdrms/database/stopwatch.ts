/** Calls `onOver` where a wait is longer than it may be. */
export class Stopwatch {
  readonly #onOver: () => void;
  #timer: NodeJS.Timeout | undefined;
  /** Whether that has happened. */
  isOver = false;

  constructor(onOver: () => void) {
    this.#onOver = onOver;
  }

  /** @param ms 0 for no limit */
  start(ms: number): void {
    if (ms === 0) return;
    this.#timer = setTimeout(() => {
      this.isOver = true;
      this.#onOver();
    }, ms);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
