/** Changes that follow each other as quickly as this are one step, ms. */
const SAME_STEP_MS = 1000;

/** Of the browser: where steps are kept, and what is shown now. */
export interface StepPlace {
  readonly push: (query: string) => void;
  readonly replace: (query: string) => void;
  readonly query: () => string;
  /** Milliseconds that only grow. */
  readonly now: () => number;
}

/** The steps that lead back. What follows soon on another change is the same step, so that a wheel does not make a hundred of them. */
export class StepHistory {
  readonly #place: StepPlace;
  #steppedAt = Number.NEGATIVE_INFINITY;

  constructor(place: StepPlace) {
    this.#place = place;
  }

  /** What is told next is a step of its own, and what is shown now stays. */
  separate(): void {
    this.#steppedAt = Number.NEGATIVE_INFINITY;
  }

  /** The address has another query now. */
  tell(query: string): void {
    if (query === this.#place.query()) return;
    const now = this.#place.now();
    if (now - this.#steppedAt < SAME_STEP_MS) this.#place.replace(query);
    else this.#place.push(query);
    this.#steppedAt = now;
  }
}
