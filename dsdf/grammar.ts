import type { Assignment, Definition } from "./definition.js";
import { definitionError } from "./definition-error.js";
import { DefinitionScanner } from "./scanner.js";

export type { Assignment, Definition, Remark } from "./definition.js";

/** Largest definition file, bytes. Real ones are below 100 kB. */
export const MAX_DEFINITION_BYTES = 1 << 20;
/** Most lines of a definition file. */
export const MAX_DEFINITION_LINES = 20_000;
/** Most different keywords of a definition file. */
export const MAX_KEYWORDS = 2000;

/**
 * Reads a definition file.
 *
 * Errors: BAD_DEFINITION with line and keyword for what the grammar does not have, for text that is not UTF-8, for
 * control characters and beyond the limits. Source: das2-server 12.1.
 *
 * Two leniencies, for files that das2-pyserver reads: keywords may hold `.` (`plane_1.label`, das2-server 21.1), and an
 * apostrophe between two letters does not end a string that has its closing quote later in the line (a remark).
 */
export function parseDefinition(bytes: Uint8Array, file: string): Definition {
  const scanner = new DefinitionScanner(definitionText(bytes, file), file);
  const assignments = new Map<string, Assignment>();
  for (let next = scanner.next(); next !== undefined; next = scanner.next()) {
    const earlier = assignments.get(next.keyword);
    if (earlier !== undefined)
      scanner.remark(next.line, `repeats line ${earlier.line}, whose value is lost`, next.keyword);
    assignments.set(next.keyword, next);
    if (assignments.size > MAX_KEYWORDS)
      throw definitionError(`more than ${MAX_KEYWORDS} keywords`, { file, line: next.line });
  }
  return { file, assignments, remarks: scanner.remarks };
}

/** Control characters that no line of text has; form feed and vertical tab count as blanks. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it looks for them
const CONTROL = /[\u0000-\u0008\u000e-\u001f\u007f]/;

function definitionText(bytes: Uint8Array, file: string): string {
  if (bytes.length > MAX_DEFINITION_BYTES)
    throw definitionError(`${bytes.length} bytes`, { file, expected: "at most 1 MiB" });
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    const place = { file, line: lineOfBadByte(bytes), expected: "UTF-8" };
    throw definitionError("a byte that is not UTF-8", place, cause);
  }
  text = text.replace(/\r\n?/g, "\n");
  const control = CONTROL.exec(text);
  if (control !== null) {
    const code = control[0].charCodeAt(0).toString(16).padStart(2, "0");
    throw definitionError(`control character 0x${code}`, { file, line: lineAt(text, control.index) });
  }
  const lines = lineAt(text, text.length);
  if (lines > MAX_DEFINITION_LINES)
    throw definitionError(`${lines} lines`, { file, expected: `at most ${MAX_DEFINITION_LINES}` });
  return text;
}

function lineAt(text: string, index: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < index; at = text.indexOf("\n", at + 1)) line++;
  return line;
}

/** The first line that is not UTF-8. No byte of a longer character is a line feed, so lines decode alone. */
function lineOfBadByte(bytes: Uint8Array): number {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let line = 1;
  for (let from = 0; from < bytes.length; line++) {
    const feed = bytes.indexOf(10, from);
    const to = feed < 0 ? bytes.length : feed;
    try {
      decoder.decode(bytes.subarray(from, to));
    } catch {
      return line;
    }
    from = to + 1;
  }
  return line;
}
