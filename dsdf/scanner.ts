import type { Assignment, Remark } from "./definition.js";
import { definitionError } from "./definition-error.js";

const KEYWORD = /[A-Za-z_](?:[A-Za-z0-9_.]|\([0-9]+\))*/y;
/** `$` at the end of a line, with what may follow it there: the next line goes on. */
const CONTINUATION = /\$[ \t\v\f]*(?:;[^\n]*)?(?:\n|$)/y;
const BLANKS = /[ \t\v\f]*/y;

/**
 * Walks over the text of a definition, line feeds only, and gives one assignment after the other.
 * Source: das2-server 12.1.
 */
export class DefinitionScanner {
  readonly remarks: Remark[] = [];
  readonly #text: string;
  readonly #file: string;
  #at = 0;
  #line = 1;
  // What was looked for last and is still ahead: a long line with many quotes is not searched anew behind each of them.
  #end = -1;
  #quote = "";
  #quoteAt = -1;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
  }

  /** The next assignment; `undefined` at the end. Errors: BAD_DEFINITION. */
  next(): Assignment | undefined {
    this.#skipEmptyLines();
    if (this.#at >= this.#text.length) return undefined;
    const line = this.#line;
    const keyword = this.#match(KEYWORD);
    this.#skipBlanks();
    if (this.#peek() !== "=") throw this.#noAssignment(line, keyword);
    if (keyword === undefined)
      throw definitionError('no keyword before "="', { file: this.#file, line, expected: "keyword = value" });
    this.#at++;
    this.#skipBlanks();
    const first = this.#peek();
    const value = first === "'" || first === '"' ? this.#quotedValue(keyword) : this.#bareValue();
    return { keyword, value, line };
  }

  remark(line: number, message: string, keyword?: string): void {
    this.remarks.push({ line, message, ...(keyword === undefined ? {} : { keyword }) });
  }

  #peek(): string | undefined {
    return this.#text[this.#at];
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  /** Passes blanks and continuations; says whether there was a continuation. */
  #skipBlanks(): boolean {
    for (let continued = false; ; continued = true) {
      this.#match(BLANKS);
      const end = this.#match(CONTINUATION);
      if (end === undefined) return continued;
      if (end.endsWith("\n")) this.#line++;
    }
  }

  /** Passes blank lines and lines of comment alone. */
  #skipEmptyLines(): void {
    for (;;) {
      this.#match(BLANKS);
      const next = this.#peek();
      if (next === ";") this.#at = this.#lineEnd();
      else if (next === "\n") {
        this.#at++;
        this.#line++;
      } else return;
    }
  }

  #lineEnd(): number {
    if (this.#end < this.#at) this.#end = this.#find("\n");
    return this.#end;
  }

  /** Where the next quote of a kind is, in whatever line; the end of the text where there is none. */
  #nextQuote(quote: string): number {
    if (this.#quote !== quote || this.#quoteAt < this.#at) this.#quoteAt = this.#find(quote);
    this.#quote = quote;
    return this.#quoteAt;
  }

  #find(wanted: string): number {
    const found = this.#text.indexOf(wanted, this.#at);
    return found < 0 ? this.#text.length : found;
  }

  #noAssignment(line: number, keyword: string | undefined): Error {
    const rest = this.#text.slice(this.#at, this.#lineEnd());
    const place = { file: this.#file, line, expected: "keyword = value" };
    if (!rest.includes("=")) return definitionError('no "=" in the line', place);
    const character = JSON.stringify(rest[0]);
    if (keyword === undefined) return definitionError(`a keyword cannot begin with ${character}`, place);
    return definitionError(`${character} after the keyword ${keyword}`, place);
  }

  #bareValue(): string {
    let value = "";
    for (;;) {
      const end = this.#lineEnd();
      const line = this.#text.slice(this.#at, end);
      const comment = line.indexOf(";");
      const piece = comment < 0 ? line : line.slice(0, comment);
      this.#at = end;
      const trimmed = piece.trimEnd();
      if (!trimmed.endsWith("$")) return (value + trimmed).trim();
      value += trimmed.slice(0, -1);
      this.#at = Math.min(end + 1, this.#text.length);
      this.#line++;
      this.#match(BLANKS);
      if (end >= this.#text.length) return value.trim();
    }
  }

  /** `quoted { "+" quoted }`; a continuation between two strings joins them as well, as in das2-pyserver. */
  #quotedValue(keyword: string): string {
    let value = this.#quoted(keyword);
    for (;;) {
      const continued = this.#skipBlanks();
      const next = this.#peek();
      if (next === undefined || next === "\n" || next === ";") {
        this.#at = this.#lineEnd();
        return value;
      }
      const quoteNext = next === "'" || next === '"';
      if (next === "+") {
        this.#at++;
        this.#skipBlanks();
        this.#skipEmptyLines();
      } else if (!(continued && quoteNext)) throw this.#afterQuote(keyword, next);
      const quote = this.#peek();
      if (quote !== "'" && quote !== '"')
        throw definitionError('no string after "+"', {
          file: this.#file,
          line: this.#line,
          keyword,
          expected: "a string in quotes",
        });
      value += this.#quoted(keyword);
    }
  }

  #afterQuote(keyword: string, character: string): Error {
    return definitionError(`${JSON.stringify(character)} after the closing quote`, {
      file: this.#file,
      line: this.#line,
      keyword,
      expected: '"+", a comment or the end of the line; a quote inside a string is written twice',
    });
  }

  /** One string from its opening quote to behind its closing one. */
  #quoted(keyword: string): string {
    const quote = this.#text[this.#at++] ?? "'";
    const opened = this.#line;
    let value = "";
    let from = this.#at;
    for (;;) {
      const end = this.#lineEnd();
      const close = this.#nextQuote(quote);
      if (close >= end) {
        const rest = this.#text.slice(from, end).trimEnd();
        if (!rest.endsWith("$") || end >= this.#text.length)
          throw definitionError(`a string that opens with ${quote} and does not end`, {
            file: this.#file,
            line: opened,
            keyword,
            expected: `a closing ${quote} or a $ at the end of the line`,
          });
        value += rest.slice(0, -1);
        this.#at = end + 1;
        this.#line++;
        this.#match(BLANKS);
        from = this.#at;
      } else if (this.#text[close + 1] === quote) {
        value += this.#text.slice(from, close + 1);
        this.#at = close + 2;
        from = this.#at;
      } else if (this.#isApostrophe(close, quote, end)) {
        this.remark(this.#line, "a quote inside a string should be written twice", keyword);
        this.#at = close + 1;
      } else {
        this.#at = close + 1;
        return value + this.#text.slice(from, close);
      }
    }
  }

  /** A single quote between two letters that would otherwise be an error, and whose string is closed later. */
  #isApostrophe(at: number, quote: string, end: number): boolean {
    if (quote !== "'") return false;
    const before = this.#text[at - 1] ?? "";
    const after = this.#text[at + 1] ?? "";
    const later = this.#text.indexOf(quote, at + 1);
    return /[\p{L}\p{N}]/u.test(before) && /\p{L}/u.test(after) && later > 0 && later < end;
  }
}
