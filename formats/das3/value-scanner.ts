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
}

/** Finds values of any width in the text of a record. Source: das2-stream C4.3. */
export class ValueScanner {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  end = 0;
  /** Where the value that was found last begins and ends, without blanks around it. */
  from = 0;
  until = 0;

  /** Looks at the bytes from `start` to before `end`. */
  open(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  /**
   * Finds the next value.
   * Errors: BAD_LENGTH where the record, or the run, is at its end.
   */
  value({ valueEnd, otherEnds, runEnds }: ValueEnds): void {
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
    const isPassed = at < end && (bytes[at] === valueEnd || otherEnds.includes(bytes[at]!));
    this.at = isPassed ? at + 1 : at;
  }

  /** Whether a run ends here; its end is passed over, with the blanks before it. */
  isAfter(runEnd: number | undefined, skipsBlanks: boolean): boolean {
    let { at } = this;
    if (skipsBlanks) while (at < this.end && this.bytes[at]! <= BLANK && this.bytes[at] !== runEnd) at++;
    if (at >= this.end || this.bytes[at] !== runEnd) return false;
    this.at = at + 1;
    return true;
  }

  /** Whether nothing but blanks is left. */
  get isAtEnd(): boolean {
    let { at } = this;
    while (at < this.end && this.bytes[at]! <= BLANK) at++;
    return at >= this.end;
  }
}
