/** Does something, but at most so often: what is asked for too early is done later, once. */
export class Pacer {
  readonly #everyMs: number;
  readonly #act: () => void;
  #actedAt = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(everyMs: number, act: () => void) {
    this.#everyMs = everyMs;
    this.#act = act;
  }

  /** Does it as soon as it may be done. */
  soon(): void {
    const wait = this.#actedAt + this.#everyMs - performance.now();
    if (wait <= 0) this.now();
    else this.#timer ??= setTimeout(() => this.now(), wait);
  }

  /** Does it now, and what waited with it. */
  now(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#actedAt = performance.now();
    this.#act();
  }
}
