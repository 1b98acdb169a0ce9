import type { DasError } from "../../errors/das-error.js";
import { type QueryText, queryError, type Span } from "./query-text.js";

/** What counts as white space in a query. RULE: a carriage return too, of files from other systems. Source: netdrms 4.1. */
const WHITE = " \t\n\r";

/** A place that moves through a part of a query. */
export class Cursor {
  readonly source: QueryText;
  /** Where the part ends. */
  readonly end: number;
  at: number;

  constructor(source: QueryText, span: Span) {
    this.source = source;
    this.at = span.begin;
    this.end = span.end;
  }

  get done(): boolean {
    return this.at >= this.end;
  }

  /** The character here or `ahead` of it, empty behind the end. */
  peek(ahead = 0): string {
    const at = this.at + ahead;
    return at < this.end ? this.source.text[at]! : "";
  }

  /** Whether `text` stands here. */
  isAt(text: string): boolean {
    return this.at + text.length <= this.end && this.source.text.startsWith(text, this.at);
  }

  /** Passes `text` if it stands here, and says whether it did. */
  take(text: string): boolean {
    if (!this.isAt(text)) return false;
    this.at += text.length;
    return true;
  }

  /** Passes what a sticky pattern matches here and gives it. */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.source.text)?.[0];
    if (found === undefined || this.at + found.length > this.end) return undefined;
    this.at += found.length;
    return found;
  }

  /** Passes white space; says whether a line feed was in it. */
  skipWhite(): boolean {
    let fed = false;
    for (; !this.done && WHITE.includes(this.peek()); this.at++) fed ||= this.peek() === "\n";
    return fed;
  }

  /** From `begin` to here. */
  since(begin: number): Span {
    return { begin, end: this.at };
  }

  /** The character here as a place; an empty one at the end. */
  here(): Span {
    return { begin: this.at, end: Math.min(this.at + 1, this.end) };
  }

  /** The character here as a message shows it, also the one that ends the part. */
  found(): string {
    const code = this.source.text.codePointAt(this.at);
    if (code === undefined) return "the end";
    const printable = code > 0x20 && code < 0x7f;
    return printable
      ? `"${String.fromCodePoint(code)}"`
      : `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  }

  /** An error at `span`, else at the character here. */
  error(what: string, span: Span = this.here()): DasError {
    return queryError(this.source, span, what);
  }
}
