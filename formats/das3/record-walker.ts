import { DasError } from "../../errors/das-error.js";
import type { RecordVariable } from "./record-variables.js";
import { ValueScanner } from "./value-scanner.js";
import { type FoundValues, VariableWalk } from "./variable-walk.js";

/**
 * Looks through records whose parts have no length in the header: runs that count their values or end in a terminator, values that do.
 * Source: das2-stream C4.3.
 */
export class RecordWalker {
  readonly #walks: readonly VariableWalk[];
  readonly #scanner = new ValueScanner();
  /** Blanks may stand at the end of a record of text. */
  readonly #endsInText: boolean;

  /** Errors: NOT_IMPLEMENTED for a variable with any number of values along no index. */
  constructor(variables: readonly RecordVariable[]) {
    const valueEnds = variables.flatMap(({ content }) => content.valueEnd?.charCodeAt(0) ?? []);
    const scanner = this.#scanner;
    this.#walks = variables.map(
      (one, at) => new VariableWalk(one, { scanner, isLast: at === variables.length - 1, valueEnds }),
    );
    this.#endsInText = variables.at(-1)?.content.encoding === "utf8";
  }

  /**
   * Finds the values of each variable in the record `bytes[start, end)`; they are known until the next is walked.
   * Errors: BAD_LENGTH where the record and what it says of itself do not fit each other, TOO_MANY_ITEMS.
   */
  walk(bytes: Uint8Array, start: number, end: number): readonly FoundValues[] {
    this.#scanner.open(bytes, start, end);
    for (const walk of this.#walks) walk.next();
    if (this.#endsInText ? !this.#scanner.isAtEnd : this.#scanner.at < end)
      throw new DasError(
        "BAD_LENGTH",
        `a record of ${end - start} bytes, expected ${this.#scanner.at - start} by its header and counts`,
      );
    return this.#walks;
  }
}
