import { DasError } from "../../errors/das-error.js";

/** A value of a PDS3 label. Symbols and dates stay text; `quoted` tells `"VG1"` from `VG1`. */
export type OdlValue =
  | { readonly kind: "text"; readonly text: string; readonly quoted: boolean }
  | { readonly kind: "number"; readonly value: number; readonly units?: string }
  | { readonly kind: "list"; readonly items: readonly OdlValue[] };

/** An `OBJECT` or `GROUP` of a label, or the label itself (then `name` is empty). */
export interface OdlObject {
  /** What stands after `OBJECT =`: `COLUMN`, `TIME_SERIES`. */
  readonly name: string;
  /** Keywords of this object, without those of the objects inside; a repeated one keeps its last value. Pointers begin with `^`. */
  readonly keywords: ReadonlyMap<string, OdlValue>;
  readonly objects: readonly OdlObject[];
}

/** Largest label read; the labels of the archive have 7 to 50 kB. */
export const MAX_LABEL_BYTES = 4 << 20;
const MAX_DEPTH = 16;
const MAX_OBJECTS = 10_000;

interface OpenObject {
  readonly name: string;
  readonly end: string;
  readonly keywords: Map<string, OdlValue>;
  readonly objects: OdlObject[];
}

/**
 * Parses the Object Description Language of PDS3 labels and their structure files: `KEY = VALUE` lines, quoted
 * text over several lines, lists `( )` and sets `{ }`, units `<..>`, pointers `^KEY`, comments, nested `OBJECT`
 * and `GROUP`. Stops at `END`, or at the end of the text (structure files have no `END`).
 *
 * Errors: BAD_FILE with the line number. Source: PDS Standards Reference 3.8, chapter 12.
 */
export function parseOdl(text: string): OdlObject {
  if (text.length > MAX_LABEL_BYTES)
    throw new DasError(
      "BAD_FILE",
      `label has ${text.length} characters, expected at most ${MAX_LABEL_BYTES}`,
    );
  const scanner = new Scanner(text);
  const root: OpenObject = { name: "", end: "", keywords: new Map(), objects: [] };
  const open: OpenObject[] = [root];
  let objects = 0;
  for (;;) {
    const key = scanner.word();
    const top = open[open.length - 1]!;
    if (key === undefined || key === "END") {
      if (open.length > 1) throw scanner.error(`${top.end} of ${top.name} is missing`);
      return root;
    }
    if (key === "END_OBJECT" || key === "END_GROUP") {
      // The name may be left out, with its "=".
      const named = scanner.takeEquals() ? (scanner.word() ?? "") : top.name;
      if (open.length === 1 || key !== top.end || named !== top.name)
        throw scanner.error(`${key} = ${named} ends nothing that is open here`);
      open.pop();
      continue;
    }
    if (!scanner.takeEquals()) throw scanner.error(`expected "=" after ${key}`);
    if (key === "OBJECT" || key === "GROUP") {
      const name = scanner.word();
      if (name === undefined) throw scanner.error(`${key} has no name`);
      if (open.length > MAX_DEPTH) throw scanner.error(`objects are nested more than ${MAX_DEPTH} deep`);
      if (++objects > MAX_OBJECTS) throw scanner.error(`more than ${MAX_OBJECTS} objects`);
      const inner: OpenObject = { name, end: `END_${key}`, keywords: new Map(), objects: [] };
      top.objects.push(inner);
      open.push(inner);
      continue;
    }
    top.keywords.set(key, scanner.value(0));
  }
}

/** The first object of that name, at the top level of `parent`. */
export function findObject(parent: OdlObject, name: string): OdlObject | undefined {
  return parent.objects.find((object) => object.name === name);
}

/** Text of a keyword, or `undefined` where it is absent or not text. */
export function odlText(object: OdlObject, key: string): string | undefined {
  const value = object.keywords.get(key);
  return value?.kind === "text" ? value.text : undefined;
}

/** Number of a keyword, or `undefined` where it is absent or not a number. */
export function odlNumber(object: OdlObject, key: string): number | undefined {
  const value = object.keywords.get(key);
  return value?.kind === "number" ? value.value : undefined;
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const BASED = /^([+-]?)(\d{1,2})#([+-]?)([0-9A-Za-z]+)#$/;

/** A cursor over the text; it knows blanks, comments and tokens, not what they mean together. */
class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  error(problem: string): DasError {
    let line = 1;
    for (let i = 0; i < this.#at; i++) if (this.#text.charCodeAt(i) === 10) line++;
    return new DasError("BAD_FILE", `label, line ${line}: ${problem.slice(0, 200)}`);
  }

  #skipBlanks(): void {
    const text = this.#text;
    for (;;) {
      // NUL pads labels that are attached to data.
      while (this.#at < text.length && (text.charCodeAt(this.#at) <= 32 || text[this.#at] === ";"))
        this.#at++;
      if (!text.startsWith("/*", this.#at)) return;
      const close = text.indexOf("*/", this.#at + 2);
      if (close < 0) throw this.error("comment is not closed");
      this.#at = close + 2;
    }
  }

  /** The next run of characters that are neither blank nor punctuation; `undefined` at the end of the text. */
  word(): string | undefined {
    this.#skipBlanks();
    const start = this.#at;
    while (this.#at < this.#text.length && !/[\s=,(){}<>"']/.test(this.#text[this.#at]!)) this.#at++;
    if (this.#at > start) return this.#text.slice(start, this.#at);
    if (this.#at >= this.#text.length) return undefined;
    throw this.error(`unexpected "${this.#text[this.#at]}"`);
  }

  takeEquals(): boolean {
    return this.#take("=");
  }

  #take(character: string): boolean {
    this.#skipBlanks();
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  value(depth: number): OdlValue {
    this.#skipBlanks();
    const first = this.#text[this.#at];
    if (first === '"' || first === "'") return this.#quoted(first);
    if (first === "(") return this.#list(")", depth);
    if (first === "{") return this.#list("}", depth);
    const word = this.word();
    if (word === undefined) throw this.error("expected a value");
    const based = BASED.exec(word);
    const value = based
      ? Number.parseInt(based[4]!, Number(based[2])) * (based[1] === "-" || based[3] === "-" ? -1 : 1)
      : NUMBER.test(word)
        ? Number(word)
        : undefined;
    if (value === undefined) return { kind: "text", text: word, quoted: false };
    const units = this.#units();
    return units === undefined ? { kind: "number", value } : { kind: "number", value, units };
  }

  #quoted(quote: string): OdlValue {
    const close = this.#text.indexOf(quote, this.#at + 1);
    if (close < 0) throw this.error("quoted text is not closed");
    const text = this.#text.slice(this.#at + 1, close);
    this.#at = close + 1;
    return { kind: "text", text, quoted: true };
  }

  #list(close: string, depth: number): OdlValue {
    if (depth >= MAX_DEPTH) throw this.error(`lists are nested more than ${MAX_DEPTH} deep`);
    this.#at++;
    const items: OdlValue[] = [];
    while (!this.#take(close)) {
      if (items.length > 0 && !this.#take(",")) throw this.error(`expected "," or "${close}" in a list`);
      items.push(this.value(depth + 1));
    }
    return { kind: "list", items };
  }

  #units(): string | undefined {
    if (!this.#take("<")) return undefined;
    const close = this.#text.indexOf(">", this.#at);
    if (close < 0) throw this.error("units are not closed");
    const units = this.#text.slice(this.#at, close).trim();
    this.#at = close + 1;
    return units;
  }
}
