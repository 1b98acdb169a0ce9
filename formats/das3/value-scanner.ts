import { DasError } from "../../errors/das-error.js";

const BLANK = 0x20;

/** What ends the values of a variable. */
export interface ValueEnds {
  /** Missing: white space does. */
  readonly valueEnd: number | undefined;
  /** Bytes that end its values besides white space, for those of the other variables end in them. */
  readonly otherEnds: readonly number[];
  /** Ends of runs, which stay to be seen. */
  readonly runEnds: readonly number[];
  /** Whether white space that ends a value stays. */
  readonly keepsBlank: boolean;
}

/** Finds values of any width in the text of a record. Source: das2-stream C4.3. */
export class ValueScanner {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  end = 0;
  /** Where the value that was found last begins and ends, without blanks around it. */
  from = 0;
  until = 0;

  /** Behind the last byte that is no blank. */
  #solidEnd = 0;
  /** Blanks that were looked through for the end of a run, each but once. */
  #blanks = { runEnd: -1, from: 0, until: 0 };

  /** Looks at the bytes from `start` to before `end`. */
  open(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    let solid = end;
    while (solid > start && bytes[solid - 1]! <= BLANK) solid--;
    this.#solidEnd = solid;
    this.#blanks = { runEnd: -1, from: 0, until: 0 };
  }

  /**
   * Finds the next value.
   * Errors: BAD_LENGTH where the record, or the run, is at its end.
   */
  value({ valueEnd, otherEnds, runEnds, keepsBlank }: ValueEnds): void {
    const { bytes, end } = this;
    let at = this.at;
    while (at < end && bytes[at]! <= BLANK && bytes[at] !== valueEnd && !runEnds.includes(bytes[at]!)) at++;
    if (at >= end || (valueEnd === undefined && runEnds.includes(bytes[at]!)))
      throw new DasError("BAD_LENGTH", "a record ends before the last of its values");
    this.from = at;
    if (valueEnd === undefined)
      while (
        at < end &&
        bytes[at]! > BLANK &&
        !otherEnds.includes(bytes[at]!) &&
        !runEnds.includes(bytes[at]!)
      )
        at++;
    else while (at < end && bytes[at] !== valueEnd && !runEnds.includes(bytes[at]!)) at++;
    this.until = at;
    while (this.until > this.from && bytes[this.until - 1]! <= BLANK) this.until--;
    const ender = at < end ? bytes[at]! : -1;
    // What ends a value is passed over with it, white space as well; what ends a run is not.
    const isPassed =
      ender === valueEnd ||
      otherEnds.includes(ender) ||
      (valueEnd === undefined && !keepsBlank && ender <= BLANK);
    this.at = at < end && isPassed && !runEnds.includes(ender) ? at + 1 : at;
  }

  /** Whether a run ends here; its end is passed over, with the blanks before it. */
  isAfter(runEnd: number | undefined, skipsBlanks: boolean): boolean {
    if (runEnd === undefined) return false;
    const at = skipsBlanks ? this.#behindBlanks(runEnd) : this.at;
    if (at >= this.end || this.bytes[at] !== runEnd) return false;
    this.at = at + 1;
    return true;
  }

  #behindBlanks(runEnd: number): number {
    const { runEnd: known, from, until } = this.#blanks;
    let { at } = this;
    if (known === runEnd && at >= from && at < until) return until;
    while (at < this.end && this.bytes[at]! <= BLANK && this.bytes[at] !== runEnd) at++;
    this.#blanks = { runEnd, from: this.at, until: at };
    return at;
  }

  /** Whether nothing but blanks is left. */
  get isAtEnd(): boolean {
    return this.at >= this.#solidEnd;
  }
}
