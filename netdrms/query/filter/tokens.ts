import type { Cursor } from "../cursor.js";
import type { Span } from "../query-text.js";

/** A token of a filter. The last one is `end`, an empty one. */
export interface Token {
  readonly kind: "word" | "number" | "string" | "time" | "symbol" | "end";
  /** As written; of a string what it says, of a time what is between the parentheses. */
  readonly text: string;
  readonly span: Span;
}

/** Characters between the parentheses of `$( )`. Source: netdrms 4.8. */
const MAX_TIME = 40;

const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const SYMBOL = /::|<>|!=|<=|>=|<<|>>|\|\||[-+*/%=<>&|#~(),.]/y;

/** What SQL has and filters have not. */
const REFUSED: readonly (readonly [text: string, what: string])[] = [
  ["--", "a comment (--) in a filter; put a blank between two minus signs"],
  ["/*", "a comment (/*) in a filter"],
  [";", "the end of a statement (;) in a filter, which is one condition"],
  ["$$", "a dollar-quoted string in a filter; quote strings by ' or \""],
  ["`", "a ` in a filter; quote strings by ' or \""],
  ["\\", "a backslash outside of quotes in a filter"],
  ["^", 'the operator "^" in a filter; use power(x, y) or, for bits, "#"'],
];

/**
 * The tokens of a filter up to the end of the cursor, with one `end`.
 * Errors: BAD_QUERY for a character that begins no token, naming it.
 * Source: netdrms 4.8.
 */
export function readTokens(cursor: Cursor): readonly Token[] {
  const tokens: Token[] = [];
  for (;;) {
    cursor.skipWhite();
    if (cursor.done) break;
    tokens.push(readToken(cursor));
  }
  tokens.push({ kind: "end", text: "", span: cursor.here() });
  return tokens;
}

function readToken(cursor: Cursor): Token {
  const begin = cursor.at;
  const character = cursor.peek();
  if (character === "'" || character === '"') return readString(cursor);
  if (cursor.isAt("$(")) return readTime(cursor);
  const refused = REFUSED.find(([text]) => cursor.isAt(text));
  if (refused !== undefined) throw cursor.error(refused[1], { begin, end: begin + refused[0].length });
  const word = cursor.match(WORD);
  if (word !== undefined) return { kind: "word", text: word, span: cursor.since(begin) };
  const number = cursor.match(NUMBER);
  if (number !== undefined) {
    if (/[A-Za-z0-9_.]/.test(cursor.peek()))
      throw cursor.error(`${cursor.found()} behind the number ${number}`);
    return { kind: "number", text: number, span: cursor.since(begin) };
  }
  const symbol = cursor.match(SYMBOL);
  if (symbol !== undefined) return { kind: "symbol", text: symbol, span: cursor.since(begin) };
  throw cursor.error(`${cursor.found()} has no meaning in a filter`);
}

/** A string between quotes of either kind, in which the quote is doubled; a backslash is a character like any other. */
function readString(cursor: Cursor): Token {
  const begin = cursor.at;
  const quote = cursor.peek();
  let text = "";
  for (cursor.at++; ; cursor.at++) {
    if (cursor.done)
      throw cursor.error(`a string that is not closed, expected ${quote}`, cursor.since(begin));
    if (cursor.isAt(quote)) {
      if (cursor.peek(1) !== quote) break;
      cursor.at++;
    }
    text += cursor.peek();
  }
  cursor.at++;
  return { kind: "string", text, span: cursor.since(begin) };
}

function readTime(cursor: Cursor): Token {
  const begin = cursor.at;
  const from = begin + 2;
  const close = cursor.source.text.indexOf(")", from);
  if (close < 0 || close >= cursor.end)
    throw cursor.error('a time that is not closed, expected ")"', { begin, end: cursor.end });
  const span = { begin, end: close + 1 };
  if (close - from > MAX_TIME)
    throw cursor.error(`a time of ${close - from} characters, expected at most ${MAX_TIME}`, span);
  cursor.at = span.end;
  return { kind: "time", text: cursor.source.text.slice(from, close), span };
}
