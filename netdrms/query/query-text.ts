import { DasError } from "../../errors/das-error.js";

/** A text that record sets are named in: what a user wrote, or one line of a list file. */
export interface QueryText {
  readonly text: string;
  /** Of a line of a list file: the file as the query names it, and the line, from 1. */
  readonly list?: { readonly name: string; readonly line: number };
}

/** A part of a text: UTF-16 code units, `end` excluded. */
export interface Span {
  readonly begin: number;
  readonly end: number;
}

/** Something of a query that is odd but not wrong. */
export interface QueryWarning {
  /** Names the place in words. */
  readonly message: string;
  readonly source: QueryText;
  readonly span: Span;
}

/**
 * The error for a place of a query. The message names the place in words; `where.place` shows it, see {@link showPlace}.
 *
 * @param code NO_SUCH_SERIES where the series is unknown, else BAD_QUERY
 * Source: netdrms 4.10.
 */
export function queryError(
  source: QueryText,
  span: Span,
  what: string,
  code: "BAD_QUERY" | "NO_SUCH_SERIES" = "BAD_QUERY",
): DasError {
  const where = { begin: span.begin, end: span.end, place: drawPlace(source.text, span) };
  return new DasError(code, `${what} (${inWords(source, span)})`, where);
}

/** The warning for a place of a query. */
export function queryWarning(source: QueryText, span: Span, what: string): QueryWarning {
  return { message: `${what} (${inWords(source, span)})`, source, span };
}

function inWords({ list }: QueryText, span: Span): string {
  const character = `character ${span.begin + 1}`;
  return list === undefined ? character : `${character} of line ${list.line} of ${list.name}`;
}

/**
 * What a terminal shows of an error: its message, and for one of {@link queryError} below it the line of the query and carets
 * under the place.
 */
export function showPlace(error: Error): string {
  const place = error instanceof DasError ? error.where.place : undefined;
  return typeof place === "string" ? `${error.message}\n${place}` : error.message;
}

/** Characters of a query that are shown; longer ones are cut around the place. */
const SHOWN = 100;
/** Characters that are shown before the place where the line is cut. */
const SHOWN_BEFORE = 60;

/** Two lines: the one of the text that the place is in, and carets under it; one caret at the end for what is missing. */
function drawPlace(text: string, span: Span): string {
  const lineBegin = text.lastIndexOf("\n", span.begin - 1) + 1;
  const feed = text.indexOf("\n", span.begin);
  const lineEnd = feed < 0 ? text.length : feed;
  const from = Math.max(lineBegin, Math.min(span.begin - SHOWN_BEFORE, lineEnd - SHOWN));
  const to = Math.min(lineEnd, from + SHOWN);
  const [head, tail] = [from > lineBegin ? "…" : "", to < lineEnd ? "…" : ""];
  // Every character takes one column, also those that would move the cursor.
  const line = text.slice(from, to).replace(/\p{C}/gu, (character) => " ".repeat(character.length));
  const carets = "^".repeat(Math.max(1, Math.min(span.end, to) - span.begin));
  return `${head}${line}${tail}\n${" ".repeat(head.length + span.begin - from)}${carets}`;
}
