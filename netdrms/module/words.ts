import { shown } from "../../config/problem.js";
import { DasError } from "../../errors/das-error.js";

/** One word of a command line or of a line of a parameter file, its quotes taken away where they are syntax. */
export interface Word {
  readonly text: string;
  /** Whether its first character stood outside of quotes; a quoted one makes neither a flag nor a file of the word. */
  readonly plainStart: boolean;
  /** Whether it ended outside of quotes; `name=""` is an empty value, `name=` one in the next word. */
  readonly plainEnd: boolean;
  /** Place in `text` of the first `=` outside of quotes, or -1. */
  readonly equals: number;
}

/**
 * An argument as a process gets it. The shell has taken quotes away; those that are left belong to the text, and what they hold
 * counts as quoted for {@link Word.equals}.
 */
export function argumentWord(text: string): Word {
  let quote = "";
  let equals = -1;
  for (let n = 0; n < text.length && equals < 0; n++) {
    const c = text[n]!;
    if (c === "\\") n++;
    else if (quote !== "") quote = c === quote ? "" : quote;
    else if (c === '"' || c === "'") quote = c;
    else if (c === "=") equals = n;
  }
  return { text, plainStart: true, plainEnd: true, equals };
}

/**
 * The words of a line of a parameter file: separated by blanks and tabs, held together by `"` or `'`. A backslash and what follows
 * stay as they are, for the escapes of a value; they end no quotes. An empty line and one that begins with `#` have no words.
 *
 * @param line without its end
 * @param number of the line in its file, for the message
 * Errors: USAGE for a quote that is not closed.
 * Source: netdrms 7.1.
 */
export function lineWords(line: string, number: number): readonly Word[] {
  const words: Word[] = [];
  if (line.trimStart().startsWith("#")) return words;
  for (let at = 0; ; ) {
    while (isBlank(line[at])) at++;
    if (at >= line.length) return words;
    const plainStart = line[at] !== '"' && line[at] !== "'";
    let text = "";
    let equals = -1;
    let plainEnd = true;
    for (; at < line.length && !isBlank(line[at]); at++) {
      const c = line[at]!;
      if (c === '"' || c === "'") {
        const end = quoteEnd(line, at, number);
        text += line.slice(at + 1, end);
        at = end;
        plainEnd = false;
        continue;
      }
      if (c === "=" && equals < 0) equals = text.length;
      text += c === "\\" ? line.slice(at, at + 2) : c;
      if (c === "\\") at++;
      plainEnd = true;
    }
    words.push({ text, plainStart, plainEnd, equals });
  }
}

function quoteEnd(line: string, begin: number, number: number): number {
  const quote = line[begin]!;
  for (let at = begin + 1; at < line.length; at++) {
    if (line[at] === "\\") at++;
    else if (line[at] === quote) return at;
  }
  throw new DasError(
    "USAGE",
    `line ${number} of a parameter file: ${shown(line.slice(begin))} has no closing ${quote}`,
  );
}

function isBlank(c: string | undefined): boolean {
  return c === " " || c === "\t";
}
