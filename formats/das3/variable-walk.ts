import { DasError } from "../../errors/das-error.js";
import { dependentPlaces, type RecordVariable, type Run, unsuited } from "./record-variables.js";
import type { ValueEnds, ValueScanner } from "./value-scanner.js";

/** Numbers of all variables in one record. */
export const MOST_ATOMS = 1_000_000;
/** Runs of one variable in one record: rows of a table along two indices. */
const MOST_ROWS = 4096;
const OPEN = 0x5b;
const BRACE = 0x7b;
/** `[j|` or `{`, nine digits, `]` or `}`. */
const LONGEST_COUNT = 13;

/** Where the values of a variable stand in one record. */
export interface FoundValues {
  readonly runs: readonly Run[];
  /** Bytes of every atom; missing: each has its own width. */
  readonly width?: number;
  /** First byte of each run where atoms have one width, else of each atom. */
  readonly starts: readonly number[];
  /** The byte behind each atom, where each has its own width. */
  readonly ends: readonly number[];
}

/** What a variable has to know of the others. */
export interface Surroundings {
  readonly scanner: ValueScanner;
  readonly isLast: boolean;
  /** What ends the values of any. */
  readonly valueEnds: readonly number[];
  /** Numbers found so far in the record. */
  readonly found: { atoms: number };
}

/**
 * The way through the values of one variable: counts and terminators are passed over, places of values kept.
 * Errors of {@link VariableWalk.next}: BAD_LENGTH, TOO_MANY_ITEMS. Source: das2-stream C4.3.
 */
export class VariableWalk implements FoundValues {
  runs: Run[] = [];
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  readonly width?: number;
  readonly #scanner: ValueScanner;
  readonly #found: Surroundings["found"];
  readonly #isLast: boolean;
  readonly #isBlob: boolean;
  readonly #mayBeCounted: boolean;
  readonly #valueEnds: ValueEnds;
  /** By level, what ends runs along its index in text; missing: their count stands before them, or the header says it. */
  readonly #ends: readonly (number | undefined)[];
  /** By level. */
  readonly #sizes: readonly (number | undefined)[];
  /** By level, how the count before a run looks: its index by letter. */
  readonly #counts: readonly RegExp[];
  readonly #components: number;
  #atoms = 0;

  constructor(
    { variable, content, isForeign }: RecordVariable,
    { scanner, isLast, valueEnds, found }: Surroundings,
  ) {
    // Bytes that are one thing, an image, stand once whatever indices they have inside.
    const isOne = isForeign && content.items !== undefined;
    const places = isOne ? [] : dependentPlaces(variable);
    this.#scanner = scanner;
    this.#found = found;
    this.#isLast = isLast;
    this.#mayBeCounted =
      (content.encoding === "blob" || content.encoding === "base64") && content.itemBytes === undefined;
    this.#isBlob = content.encoding === "blob";
    if (content.itemBytes !== undefined) this.width = content.itemBytes;
    this.#sizes = places.map((place) => {
      const size = variable.index[place];
      return typeof size === "number" ? size : undefined;
    });
    const ends = (content.runEnds ?? []).map((end) => end.charCodeAt(0));
    const valueEnd = content.valueEnd?.charCodeAt(0);
    // No number and no time has what ends another value; a text may.
    const otherEnds = valueEnd !== undefined || isForeign ? [] : valueEnds;
    // White space behind base64 belongs to what follows.
    this.#valueEnds = { valueEnd, otherEnds, runEnds: ends, keepsBlank: content.encoding === "base64" };
    const isEach = ends.length === places.length;
    const left = [...ends];
    this.#ends = this.#sizes.map((size) => (isEach || size === undefined ? left.shift() : undefined));
    // The first index, of the records, is i.
    this.#counts = places.map(
      (place) => new RegExp(`^\\[${String.fromCharCode(0x69 + place)}\\|([1-9][0-9]{0,8})\\]`),
    );
    if (content.items === undefined && !this.#sizes.includes(undefined))
      throw unsuited("any number of values along no index");
    this.#components = places.length > 0 ? variable.components : (content.items ?? 1);
  }

  next(): void {
    this.runs = [];
    this.starts.length = 0;
    this.ends.length = 0;
    this.#atoms = 0;
    this.#level(0, []);
  }

  #level(level: number, outer: readonly number[]): void {
    if (level >= this.#sizes.length - 1) {
      this.#run(level, outer);
      return;
    }
    const size = this.#sizes[level];
    const isEnded = this.#ends[level] !== undefined;
    const count = size ?? (isEnded ? undefined : this.#count(level, false));
    for (let at = 0; count === undefined || at < count; at++) {
      if (count === undefined && at > 0 && this.#isOver(level)) return;
      this.#level(level + 1, [...outer, at]);
    }
    if (isEnded) this.#scanner.isAfter(this.#ends[level], this.width === undefined);
  }

  /** The values along the last index. */
  #run(level: number, outer: readonly number[]): void {
    const size = this.#sizes.length === 0 ? 1 : this.#sizes[level];
    const before = this.#atoms;
    if (size !== undefined) {
      this.#fixed(size * this.#components);
      if (this.#ends[level] !== undefined) this.#scanner.isAfter(this.#ends[level], this.width === undefined);
    } else if (this.#ends[level] !== undefined) this.#untilEnd(level);
    else {
      const count = this.#count(level, true);
      if (count === undefined) this.#rest();
      else this.#fixed(count);
    }
    if (this.runs.length >= MOST_ROWS)
      throw new DasError(
        "TOO_MANY_ITEMS",
        `more than ${MOST_ROWS} rows of a table in a record, expected at most that many`,
      );
    this.runs.push({ outer, atoms: this.#atoms - before });
  }

  #fixed(atoms: number): void {
    this.#limit(atoms);
    const scanner = this.#scanner;
    if (this.width === undefined) {
      for (let atom = 0; atom < atoms; atom++) this.#value();
      return;
    }
    this.starts.push(scanner.at);
    scanner.at += atoms * this.width;
    if (scanner.at > scanner.end) throw tooShort();
  }

  #untilEnd(level: number): void {
    const scanner = this.#scanner;
    if (this.width !== undefined) this.starts.push(scanner.at);
    let atoms = 0;
    while (!(atoms > 0 && this.#isOver(level))) {
      this.#limit(1);
      atoms++;
      if (this.width === undefined) this.#value();
      else {
        scanner.at += this.width;
        if (scanner.at > scanner.end) throw tooShort();
      }
    }
    this.#checkWhole(atoms);
  }

  /** Whether the run of text along an index ends here; the last of a record may end with it. */
  #isOver(level: number): boolean {
    const scanner = this.#scanner;
    const end = this.#ends[level];
    if (end !== undefined && scanner.isAfter(end, this.width === undefined)) return true;
    if (!scanner.isAtEnd || scanner.end - scanner.at >= (this.width ?? Number.POSITIVE_INFINITY))
      return false;
    if (this.#isLast) return true;
    throw new DasError("BAD_LENGTH", "a run of values without its end behind it");
  }

  #value(): void {
    const scanner = this.#scanner;
    const bytes = this.#mayBeCounted ? this.#number(scanner.at, BRACE, /^\{([0-9]{1,9})\}/) : undefined;
    if (bytes !== undefined) {
      this.starts.push(bytes.end);
      scanner.at = bytes.end + bytes.value;
      if (scanner.at > scanner.end) throw tooShort();
      this.ends.push(scanner.at);
      return;
    }
    if (this.#isBlob) throw new DasError("BAD_LENGTH", "bytes without their number before them");
    scanner.value(this.#valueEnds);
    this.starts.push(scanner.from);
    this.ends.push(scanner.until);
  }

  /** The count before a binary run; `undefined` where the last of a record has none. */
  #count(level: number, isInnermost: boolean): number | undefined {
    const { at } = this.#scanner;
    const told = this.#number(at, OPEN, this.#counts[level]!); // one for each level
    const mayMiss = isInnermost && this.#isLast;
    // Bytes of a value may look like a count: of the last run the length decides.
    if (told !== undefined && (!mayMiss || this.#fits(told))) {
      this.#scanner.at = told.end;
      if (isInnermost) this.#checkWhole(told.value);
      return told.value;
    }
    if (mayMiss) return undefined;
    throw new DasError("BAD_LENGTH", "a run of values without its count before it");
  }

  #fits({ value, end }: { readonly value: number; readonly end: number }): boolean {
    const after = end + value * (this.width ?? 0);
    // Another run may follow, with a count of its own.
    return after === this.#scanner.end || (this.#sizes.length > 1 && after < this.#scanner.end);
  }

  /** The values in what is left of the record. */
  #rest(): void {
    const scanner = this.#scanner;
    if (this.width === undefined) {
      // Text that nothing ends but the record.
      let atoms = 0;
      for (; atoms === 0 || !scanner.isAtEnd; atoms++) {
        this.#limit(1);
        this.#value();
      }
      this.#checkWhole(atoms);
      return;
    }
    const left = scanner.end - scanner.at;
    const atoms = left / this.width;
    if (!Number.isInteger(atoms) || atoms < 1)
      throw new DasError("BAD_LENGTH", `${left} bytes for the last run of a record, expected whole values`);
    this.#checkWhole(atoms);
    this.#fixed(atoms);
  }

  #checkWhole(atoms: number): void {
    if (atoms % this.#components !== 0)
      throw new DasError(
        "BAD_LENGTH",
        `a run of ${atoms} values, expected ${this.#components} for each place`,
      );
  }

  #number(
    at: number,
    first: number,
    pattern: RegExp,
  ): { readonly value: number; readonly end: number } | undefined {
    const { bytes, end } = this.#scanner;
    if (at >= end || bytes[at] !== first) return undefined;
    const found = pattern.exec(
      Buffer.from(bytes.subarray(at, Math.min(end, at + LONGEST_COUNT))).toString("latin1"),
    );
    if (found === null) return undefined;
    return { value: Number(found[1]), end: at + found[0].length };
  }

  #limit(atoms: number): void {
    this.#atoms += atoms;
    this.#found.atoms += atoms;
    if (this.#found.atoms > MOST_ATOMS)
      throw new DasError(
        "TOO_MANY_ITEMS",
        `${this.#found.atoms} values or more in a record, expected at most ${MOST_ATOMS}`,
      );
  }
}

function tooShort(): DasError {
  return new DasError("BAD_LENGTH", "a record ends before the last of its values");
}
