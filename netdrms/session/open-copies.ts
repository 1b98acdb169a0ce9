import { DasError } from "../../errors/das-error.js";

/** Knows whether a program is in the middle of a copy, when it must not run another statement of the same transaction. */
export class OpenCopies {
  #open = false;

  /** Errors: INTERNAL while a copy is not read to its end. */
  expectNone(): void {
    if (this.#open) throw new DasError("INTERNAL", "a statement in a transaction that is still copying");
  }

  /** The bytes of a copy; it is open from the first that is asked for until its end, or until it is left. Errors: INTERNAL, as above. */
  async *watch(copy: () => AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    this.expectNone();
    this.#open = true;
    try {
      yield* copy();
    } finally {
      this.#open = false;
    }
  }
}
