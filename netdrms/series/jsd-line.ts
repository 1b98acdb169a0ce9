import { DasError } from "../../errors/das-error.js";
import { scanString } from "../values/scan-value.js";
import { shown } from "./master-row.js";

/** The words that begin a line of a JSD file. Source: netdrms 2.11. */
export const JSD_WORDS = [
  "Seriesname",
  "Version",
  "Description",
  "Owner",
  "Author",
  "Archive",
  "Unitsize",
  "Tapegroup",
  "Retention",
  "StagingRetention",
  "CreateShadow",
  "PrimeKeys",
  "Index",
  "DBIndex",
  "Link",
  "Keyword",
  "Data",
] as const;

/** One of {@link JSD_WORDS}. */
export type JsdWord = (typeof JSD_WORDS)[number];

/** One line of a JSD file that says something. */
export interface JsdLine {
  /** From 1. */
  readonly number: number;
  readonly text: string;
  readonly word: JsdWord;
  /** What stands between the commas behind the colon, quotes taken off; one empty field where nothing does. */
  readonly fields: readonly string[];
}

/** Longest text of a definition, characters; real ones have below 500,000. */
export const MAX_DEFINITION_LENGTH = 1 << 22;
const MAX_LINES = 50_000;
const MAX_FIELDS = 64;

/**
 * The lines of a JSD file but empty ones and comments.
 *
 * A line begins with one of the words, in any case, or with the beginning of exactly one of them, and a colon. A field is quoted
 * (within quotes `\` makes the next character plain, `\t` and `\n` tab and line feed) or bare, without blank and comma.
 *
 * Errors: BAD_DEFINITION with number and text of the line, and what was expected. Source: netdrms 1.3, 2.11.
 */
export function jsdLines(text: string): readonly JsdLine[] {
  if (text.length > MAX_DEFINITION_LENGTH)
    throw new DasError(
      "BAD_DEFINITION",
      `A definition of ${text.length} characters, expected at most ${MAX_DEFINITION_LENGTH}`,
    );
  const lines = text.split("\n", MAX_LINES + 1);
  if (lines.length > MAX_LINES)
    throw new DasError("BAD_DEFINITION", `A definition of more than ${MAX_LINES} lines`);
  return lines.flatMap((line, n) => {
    const number = n + 1;
    if (line.includes("\r"))
      throw new DasError(
        "BAD_DEFINITION",
        `Line ${number} has a carriage return, expected lines that end with a line feed alone (the file was saved for Windows or an old Macintosh)`,
      );
    const place = linePlace({ number, text: line });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it looks for them
    const control = /[\u0000-\u0008\u000b-\u001f\u007f]/.exec(line);
    if (control !== null) throw definitionError(place, "a control character, expected text");
    if (/^\s*(?:#|$)/.test(line)) return [];
    return [{ number, text: line, ...readLine(line, place) }];
  });
}

/** How messages name a line: `Line 12 "Keyword:T_REC, …"`. */
export function linePlace(line: { readonly number: number; readonly text: string }): string {
  return `Line ${line.number} ${shown(line.text.trim())}`;
}

/** What is wrong in a definition. */
export function definitionError(place: string, problem: string): DasError {
  return new DasError("BAD_DEFINITION", `${place}: ${problem}`);
}

function readLine(
  line: string,
  place: string,
): { readonly word: JsdWord; readonly fields: readonly string[] } {
  const found = /^\s*([A-Za-z]+)[ \t]*:/.exec(line);
  if (found === null)
    throw definitionError(place, `expected one of ${JSD_WORDS.join(", ")} and a colon, or # for a comment`);
  return { word: wordOf(found[1]!, place), fields: readFields(line, found[0].length, place) };
}

function wordOf(text: string, place: string): JsdWord {
  const lower = text.toLowerCase();
  const exact = JSD_WORDS.find((word) => word.toLowerCase() === lower);
  if (exact !== undefined) return exact;
  const [word, another] = JSD_WORDS.filter((each) => each.toLowerCase().startsWith(lower));
  if (word === undefined)
    throw definitionError(place, `unknown word ${shown(text)}, expected one of ${JSD_WORDS.join(", ")}`);
  if (another !== undefined)
    throw definitionError(place, `${shown(text)} may be ${word} or ${another}, expected the whole word`);
  return word;
}

function readFields(line: string, start: number, place: string): readonly string[] {
  const fields: string[] = [];
  for (let at = start; ; at++) {
    const found = scanString(line, at, ",");
    if (!found.closed)
      throw definitionError(
        place,
        `no end quote of ${shown(line.slice(at).trim())}, expected one in the same line`,
      );
    fields.push(found.value);
    if (fields.length > MAX_FIELDS) throw definitionError(place, `more than ${MAX_FIELDS} fields`);
    at += found.length;
    while (line[at] === " " || line[at] === "\t") at++;
    if (at >= line.length) return fields;
    if (line[at] !== ",")
      throw definitionError(
        place,
        `${shown(line.slice(at))} behind field ${fields.length}, expected a comma or the end; text with blanks or commas stands in quotes`,
      );
  }
}
