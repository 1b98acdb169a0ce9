import { definitionError, shown, valueError } from "./definition-error.js";
import { isTrue } from "./fields.js";
import type { Definition, Remark } from "./grammar.js";

/** A keyword with a number: `exampleRange_03` is number 3 of `exampleRange`, `exampleRange` is number 0. */
export interface NumberedValue {
  readonly number: number;
  readonly keyword: string;
  readonly value: string;
}

/** Looks up the values of one definition and makes errors that name line and keyword. */
export class KeywordSet {
  readonly values: ReadonlyMap<string, string>;
  /** What is wrong without keeping the source from working. */
  readonly problems: Remark[] = [];
  readonly #definition: Definition;

  constructor(definition: Definition, values: ReadonlyMap<string, string>) {
    this.#definition = definition;
    this.values = values;
  }

  /** The value without blanks around it; `undefined` where it is absent or empty. */
  text(keyword: string): string | undefined {
    const value = this.values.get(keyword)?.trim();
    return value === "" ? undefined : value;
  }

  flag(keyword: string): boolean {
    return isTrue(this.values.get(keyword));
  }

  place(keyword: string): { readonly file: string; readonly line?: number; readonly keyword: string } {
    const line = this.#definition.assignments.get(keyword)?.line;
    return { file: this.#definition.file, keyword, ...(line === undefined ? {} : { line }) };
  }

  /** The error for a keyword that must be there. */
  missing(keyword: string, expected: string): Error {
    return definitionError(`${keyword} is missing`, { file: this.#definition.file, expected });
  }

  /** What `read` makes of the value, an error where that is `undefined`; nothing where the keyword is absent. */
  need<T>(keyword: string, expected: string, read: (value: string) => T | undefined): T | undefined {
    const value = this.values.get(keyword);
    if (value === undefined) return undefined;
    const result = read(value.trim());
    if (result === undefined) throw valueError(value, { ...this.place(keyword), expected });
    return result;
  }

  /** The same for a keyword that data does not depend on: what is wrong is noted and left out. */
  want<T>(keyword: string, expected: string, read: (value: string) => T | undefined): T | undefined {
    const value = this.values.get(keyword);
    if (value === undefined) return undefined;
    const result = read(value.trim());
    if (result === undefined) this.note(keyword, `value ${shown(value)}`, expected);
    return result;
  }

  /** Notes what is wrong or odd about a keyword that is there; `expected` where its value is left out because of it. */
  note(keyword: string, message: string, expected?: string): void {
    const line = this.place(keyword).line ?? 0;
    this.problems.push({ line, keyword, message, ...(expected === undefined ? {} : { expected }) });
  }

  /** The keywords `base` and `base_NN`, ascending by number; of one number the last in the file counts. */
  numbered(base: string): NumberedValue[] {
    const found = new Map<number, NumberedValue>();
    for (const [keyword, value] of this.values) {
      if (!keyword.startsWith(base)) continue;
      const tail = /^_([0-9]{1,6})$/.exec(keyword.slice(base.length));
      if (keyword !== base && tail === null) continue;
      const number = tail === null ? 0 : Number(tail[1]);
      found.set(number, { number, keyword, value });
    }
    return [...found.values()].sort((a, b) => a.number - b.number);
  }
}
