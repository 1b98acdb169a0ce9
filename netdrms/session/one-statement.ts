import { DasError } from "../../errors/das-error.js";
import type { Sql } from "../database/sql.js";

/** First words of statements that would end the transaction of all, or its savepoints. */
const TRANSACTION_WORDS =
  /^\s*(?:ABORT|BEGIN|COMMIT|END|PREPARE\s+TRANSACTION|RELEASE|ROLLBACK|SAVEPOINT|START)\b/i;

/**
 * Expects a single statement that leaves the transaction, and its savepoints, as they are. A statement without values may reach the
 * database as a text of several; what stands in comments and quotes is no part of it.
 *
 * Errors: ARCHIVE_FAILED. Source: PostgreSQL's documentation, "Lexical Structure".
 */
export function expectOneStatement({ parts }: Sql): void {
  const bare = withoutQuoted(parts.map((part) => (typeof part === "string" ? part : "?")).join(""));
  const statements = bare.split(";").filter((text) => text.trim() !== "");
  if (statements.some((text) => TRANSACTION_WORDS.test(text)))
    throw new DasError("ARCHIVE_FAILED", "A statement would end the transaction of the session");
  if (statements.length > 1)
    throw new DasError("ARCHIVE_FAILED", `${statements.length} statements at once, expected one`);
}

/** Begins of what is quoted: comments, texts, names, texts between `$tag$`; these begin where no name goes on. */
const OPENING = /--|\/\*|'|"|(?<![\w$\u0080-\uffff])\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/g;

/** The text with a blank in the place of each comment and quoted piece; one that is not closed takes the rest. */
function withoutQuoted(text: string): string {
  let bare = "";
  for (let at = 0; ; ) {
    OPENING.lastIndex = at;
    const found = OPENING.exec(text);
    if (found === null) return bare + text.slice(at);
    bare += `${text.slice(at, found.index)} `;
    at = endOf(text, found.index, found[0]);
  }
}

function endOf(text: string, begin: number, opening: string): number {
  const from = begin + opening.length;
  if (opening === "--") return behind(text, "\n", from);
  if (opening === "/*") return commentEnd(text, from);
  // A backslash hides a quote in E'…' alone. A doubled quote is the begin of another text, which ends in the same place.
  if (opening === "'" && /(?<![\w$\u0080-\uffff])e$/i.test(text.slice(Math.max(0, begin - 2), begin)))
    return escapedEnd(text, from);
  return behind(text, opening, from);
}

function behind(text: string, closing: string, from: number): number {
  const at = text.indexOf(closing, from);
  return at < 0 ? text.length : at + closing.length;
}

/** Comments nest. */
function commentEnd(text: string, from: number): number {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = from;
  for (let depth = 1; depth > 0; ) {
    const found = mark.exec(text);
    if (found === null) return text.length;
    depth += found[0] === "/*" ? 1 : -1;
  }
  return mark.lastIndex;
}

function escapedEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === "'") return at + 1;
  }
  return text.length;
}
