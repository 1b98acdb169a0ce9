/** Some work that is done again and again, a pause after each time, until it is stopped. It keeps no process from ending. */
export class Repeated {
  readonly #pauseMs: number;
  readonly #work: (signal: AbortSignal) => Promise<void>;
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  /** @param work done at once for the first time; must not fail */
  constructor(pauseMs: number, work: (signal: AbortSignal) => Promise<void>) {
    this.#pauseMs = pauseMs;
    this.#work = work;
    this.#next();
  }

  /** Resolves when what runs has ended; its signal is aborted. */
  async stop(): Promise<void> {
    this.#controller.abort();
    clearTimeout(this.#timer);
    await this.#running;
  }

  #next(): void {
    this.#running = this.#work(this.#controller.signal).finally(() => {
      if (this.#controller.signal.aborted) return;
      this.#timer = setTimeout(() => this.#next(), this.#pauseMs);
      this.#timer.unref();
    });
  }
}
