import { ConsumerGone } from "./program-output.js";

/** Notices that a reader makes a pause: a whole turn of the event loop without a portion. */
export class Pauses {
  readonly #onPause: () => void;
  #arrived = false;
  #timer: NodeJS.Immediate | undefined;

  constructor(onPause: () => void) {
    this.#onPause = onPause;
  }

  arrived(): void {
    this.#arrived = true;
    this.#timer ??= setImmediate(this.#watch);
  }

  stop(): void {
    clearImmediate(this.#timer);
  }

  readonly #watch = (): void => {
    this.#timer = this.#arrived ? setImmediate(this.#watch) : undefined;
    if (!this.#arrived) {
      try {
        this.#onPause();
      } catch (error) {
        if (error instanceof ConsumerGone) process.exit(0);
        throw error;
      }
    }
    this.#arrived = false;
  };
}
