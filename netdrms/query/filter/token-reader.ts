import { shown } from "../../../config/problem.js";
import type { DasError } from "../../../errors/das-error.js";
import { type QueryText, queryError, type Span } from "../query-text.js";
import type { Token } from "./tokens.js";

/** A place among the tokens of a filter. */
export class TokenReader {
  readonly #source: QueryText;
  readonly #tokens: readonly Token[];
  #at = 0;

  /** @param tokens with the `end` */
  constructor(source: QueryText, tokens: readonly Token[]) {
    this.#source = source;
    this.#tokens = tokens;
  }

  /** The token here or `ahead` of it; behind the last one the `end`. */
  token(ahead = 0): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)]!; // there is one at least
  }

  /** Passes the token here and gives it. */
  next(): Token {
    const token = this.token();
    this.#at++;
    return token;
  }

  /** From `begin` to the end of the token that was passed last. */
  since(begin: number): Span {
    return { begin, end: this.#tokens[this.#at - 1]?.span.end ?? begin };
  }

  /** Whether a word stands here, in any case. */
  isWord(word: string, ahead = 0): boolean {
    const token = this.token(ahead);
    return token.kind === "word" && token.text.toLowerCase() === word;
  }

  /** Passes a word if it stands here, and gives its place. */
  takeWord(word: string): Span | undefined {
    return this.isWord(word) ? this.next().span : undefined;
  }

  isSymbol(symbol: string, ahead = 0): boolean {
    const token = this.token(ahead);
    return token.kind === "symbol" && token.text === symbol;
  }

  /** Passes a symbol if it stands here, and gives its place. */
  takeSymbol(symbol: string): Span | undefined {
    return this.isSymbol(symbol) ? this.next().span : undefined;
  }

  /** Passes a word or symbol that must stand here. Errors: BAD_QUERY where another does. */
  expect(text: string, expected = `"${text}"`): void {
    if (this.takeWord(text) === undefined && this.takeSymbol(text) === undefined)
      throw this.unexpected(expected);
  }

  /** An error at `span`, else at the token here. */
  error(what: string, span: Span = this.token().span): DasError {
    return queryError(this.#source, span, what);
  }

  /** The error for a token that cannot stand here. */
  unexpected(expected: string): DasError {
    const { kind, text } = this.token();
    const found = kind === "end" ? "the end of the filter" : kind === "string" ? "a string" : shown(text);
    return this.error(`${found} where ${expected} is expected`);
  }
}
