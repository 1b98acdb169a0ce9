import { Cursor } from "./cursor.js";
import { type QueryText, queryError, type Span } from "./query-text.js";

/** Longest query, and longest line of a list file, characters. Source: netdrms 1.2. */
export const MAX_QUERY_LENGTH = 8192;

/**
 * What a filter is by its brackets: `key` for `[…]`, `recnum` for `[:…]`, `sql` for `[?…?]`, `all-versions` for `[!…!]`.
 */
export type FilterKind = "key" | "recnum" | "sql" | "all-versions";

/** One filter of a set as text. */
export interface FilterText {
  readonly kind: FilterKind;
  /** With the brackets. */
  readonly span: Span;
  /** What is inside them, without `:`, `?` and `!`. */
  readonly body: Span;
}

/** One record set as text, cut at its brackets. */
export interface SetText {
  readonly kind: "set";
  readonly source: QueryText;
  /** Without the white space around it and its comment. */
  readonly span: Span;
  /** The name of the series. */
  readonly series: Span;
  /** In the order written. */
  readonly filters: readonly FilterText[];
  /** What is inside `{}`. */
  readonly segments?: Span;
}

/** `@file` in the place of a set. */
export interface ListReference {
  readonly kind: "list";
  readonly source: QueryText;
  /** With the `@`. */
  readonly span: Span;
  readonly name: string;
}

const SERIES = /[A-Za-z][A-Za-z0-9_.]*/y;
const LIST_NAME = /[^\s,;]+/y;
/** Characters that no query has, not even in quotes; PostgreSQL takes no NUL either. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/**
 * Splits a query into its sets, in order: the list layer of the language. `,`, `;` and line feeds outside of brackets separate
 * sets. RULE: a line feed before `[` or `{` is white space, since no set can begin there.
 *
 * Errors: BAD_QUERY for a text that is too long, a set that is no set, brackets or quotes that are not closed, a legacy form.
 * Source: netdrms 4.1.
 */
export function splitQuery(source: QueryText): readonly (SetText | ListReference)[] {
  checkCharacters(source);
  const cursor = new Cursor(source, { begin: 0, end: source.text.length });
  const parts: (SetText | ListReference)[] = [];
  cursor.skipWhite();
  if (cursor.done) throw cursor.error("the query is empty, expected the name of a series");
  for (;;) {
    parts.push(cursor.isAt("@") ? readListReference(cursor) : readSet(cursor));
    const fed = cursor.skipWhite();
    if (cursor.done) return parts;
    if (cursor.take(",") || cursor.take(";")) cursor.skipWhite();
    else if (!fed)
      throw cursor.error(`${cursor.found()} behind a record set, expected "," or ";" and the next set`);
  }
}

function checkCharacters(source: QueryText): void {
  const { text } = source;
  if (text.length > MAX_QUERY_LENGTH)
    throw queryError(
      source,
      { begin: MAX_QUERY_LENGTH, end: MAX_QUERY_LENGTH + 1 },
      `the query has ${text.length} characters, expected at most ${MAX_QUERY_LENGTH}`,
    );
  const at = text.search(CONTROL);
  if (at < 0) return;
  const cursor = new Cursor(source, { begin: at, end: text.length });
  throw cursor.error(`the control character ${cursor.found()} in a query`);
}

function readListReference(cursor: Cursor): ListReference {
  const begin = cursor.at;
  cursor.take("@");
  const name = cursor.match(LIST_NAME);
  if (name === undefined) throw cursor.error('no name of a file behind "@"');
  return { kind: "list", source: cursor.source, span: cursor.since(begin), name };
}

function readSet(cursor: Cursor): SetText {
  const begin = cursor.at;
  if (cursor.match(SERIES) === undefined) throw noSeries(cursor);
  const series = cursor.since(begin);
  let span = series;
  const filters: FilterText[] = [];
  let segments: Span | undefined;
  for (;;) {
    const before = cursor.at;
    cursor.skipWhite();
    if (cursor.isAt("[")) {
      if (segments !== undefined) throw cursor.error("a filter behind the list of segments");
      filters.push(readFilter(cursor));
    } else if (cursor.isAt("{")) {
      if (segments !== undefined) throw cursor.error("a second list of segments");
      segments = readSegmentList(cursor);
    } else {
      if (cursor.isAt("#")) skipComment(cursor);
      else cursor.at = before;
      return {
        kind: "set",
        source: cursor.source,
        span,
        series,
        filters,
        ...(segments === undefined ? {} : { segments }),
      };
    }
    span = cursor.since(begin);
  }
}

function noSeries(cursor: Cursor): Error {
  const character = cursor.peek();
  if (character !== "" && "/.{".includes(character))
    return cursor.error(
      "unsupported record-set type: plain files and {…} are not read, expected the name of a series",
    );
  if (character === "[") return cursor.error("a filter without a series before it");
  return cursor.error(`${cursor.found()} cannot begin a record set, expected the name of a series`);
}

/** Up to the next `#` or the end. */
function skipComment(cursor: Cursor): void {
  const close = cursor.source.text.indexOf("#", cursor.at + 1);
  cursor.at = close < 0 || close >= cursor.end ? cursor.end : close + 1;
}

const FILTER_KINDS: Readonly<Record<string, FilterKind>> = { ":": "recnum", "?": "sql", "!": "all-versions" };

function readFilter(cursor: Cursor): FilterText {
  const begin = cursor.at++;
  const mark = cursor.peek();
  const kind = FILTER_KINDS[mark] ?? "key";
  if (kind !== "key") cursor.at++;
  const close = kind === "sql" || kind === "all-versions" ? `${mark}]` : "]";
  const from = cursor.at;
  while (!cursor.isAt(close)) {
    const character = cursor.peek();
    if (character === "")
      throw cursor.error(`a filter that is not closed, expected "${close}"`, { begin, end: cursor.end });
    if (character === "'" || character === '"') skipQuoted(cursor, close);
    else if (close.length > 1 && character === mark) throw strayMark(cursor, mark, close);
    else cursor.at++;
  }
  const body = cursor.since(from);
  cursor.take(close);
  return { kind, span: cursor.since(begin), body };
}

/** A `?` or `!` that would end the filter were it followed by `]`. Source: netdrms 4.8. */
function strayMark(cursor: Cursor, mark: string, close: string): Error {
  const hint = cursor.isAt("!=") ? "; write <> for !=" : "";
  return cursor.error(`"${mark}" inside of [${mark} ${mark}] outside of quotes, expected "${close}"${hint}`);
}

/** Passes a quoted string; in SQL, where a quote is doubled instead, a backslash is a character like any other. */
function skipQuoted(cursor: Cursor, close: string): void {
  const begin = cursor.at;
  const quote = cursor.peek();
  const escapes = close === "]";
  for (cursor.at++; !cursor.isAt(quote); cursor.at++) {
    if (escapes && cursor.peek() === "\\") cursor.at++;
    if (cursor.done)
      throw cursor.error(`a string that is not closed, expected ${quote}`, { begin, end: cursor.end });
  }
  cursor.take(quote);
}

function readSegmentList(cursor: Cursor): Span {
  const begin = cursor.at++;
  const close = cursor.source.text.indexOf("}", cursor.at);
  if (close < 0)
    throw cursor.error('a list of segments that is not closed, expected "}"', { begin, end: cursor.end });
  const body = { begin: cursor.at, end: close };
  cursor.at = close + 1;
  return body;
}
