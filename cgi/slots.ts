import { DasError } from "../errors/das-error.js";

/** Lets a limited number of data requests run at the same time; further ones are told to come again. */
export class Slots {
  readonly #limit: number;
  #used = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Requests that run now. */
  get used(): number {
    return this.#used;
  }

  /** Takes a slot; call what it returns, once or more often, to give it back. Errors: OVERLOADED. Source: das2-server 3.3. */
  take(): () => void {
    if (this.#used >= this.#limit)
      throw new DasError(
        "OVERLOADED",
        "The server is answering as many requests as it can; try again in a moment",
        {
          running: this.#used,
        },
      );
    this.#used += 1;
    let held = true;
    return () => {
      if (held) this.#used -= 1;
      held = false;
    };
  }
}
