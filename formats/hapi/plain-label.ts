/** Longest label or description, characters. */
const MAX_TEXT = 2000;

/**
 * A label of a stream as plain text: without the escapes that place and size its parts, a new line as a blank, macros as they stand.
 * Source: das2-stream A8.5.
 */
export function plainLabel(text: string): string {
  return text
    .replace(/!(.)/g, (_, letter: string) => (letter === "!" ? "!" : letter.toLowerCase() === "c" ? " " : ""))
    .replace(/\p{C}/gu, " ")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, MAX_TEXT);
}
