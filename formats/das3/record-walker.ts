import { DasError } from "../../errors/das-error.js";
import type { RecordVariable } from "./record-variables.js";
import { ValueScanner } from "./value-scanner.js";
import { type FoundValues, VariableWalk } from "./variable-walk.js";

/** What stands in numbers and times. */
const IN_VALUES = /[0-9A-Za-z+\-.:\s]/;

/**
 * Looks through records whose parts have no length in the header: runs that count their values or end in a terminator, values that do.
 * Source: das2-stream C4.3.
 */
export class RecordWalker {
  readonly #walks: readonly VariableWalk[];
  readonly #scanner = new ValueScanner();
  readonly #names: readonly string[];
  readonly #found = { atoms: 0 };
  /** Blanks may stand at the end of a record of text. */
  readonly #endsInText: boolean;

  /** Errors: NOT_IMPLEMENTED for a variable with any number of values along no index. */
  constructor(variables: readonly RecordVariable[]) {
    const valueEnds = variables.flatMap(({ content }) =>
      content.valueEnd === undefined || IN_VALUES.test(content.valueEnd)
        ? []
        : content.valueEnd.charCodeAt(0),
    );
    const common = { scanner: this.#scanner, found: this.#found, valueEnds };
    this.#names = variables.map(({ dimension }) => dimension.name);
    this.#walks = variables.map(
      (one, at) => new VariableWalk(one, { ...common, isLast: at === variables.length - 1 }),
    );
    this.#endsInText = variables.at(-1)?.content.encoding === "utf8";
  }

  /**
   * Finds the values of each variable in the record `bytes[start, end)`; they are known until the next is walked.
   * Errors: BAD_LENGTH where the record and what it says of itself do not fit each other, TOO_MANY_ITEMS.
   */
  walk(bytes: Uint8Array, start: number, end: number): readonly FoundValues[] {
    this.#scanner.open(bytes, start, end);
    this.#found.atoms = 0;
    for (const [at, walk] of this.#walks.entries()) this.#next(walk, this.#names[at] ?? "");
    if (this.#endsInText ? !this.#scanner.isAtEnd : this.#scanner.at < end)
      throw new DasError(
        "BAD_LENGTH",
        `a record of ${end - start} bytes, expected ${this.#scanner.at - start} by its header and counts`,
      );
    return this.#walks;
  }

  #next(walk: VariableWalk, name: string): void {
    try {
      walk.next();
    } catch (error) {
      if (!(error instanceof DasError)) throw error;
      throw new DasError(error.code, `${error.message} (of "${name.slice(0, 60)}")`, error.where, error);
    }
  }
}
