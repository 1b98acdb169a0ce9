import { DasError } from "../../errors/das-error.js";
import { realFromText } from "../../stream/properties.js";
import { clip } from "../../stream/xml-attribute.js";

const ESCAPES: Readonly<Record<string, string>> = { "\\n": "\n", "\\t": "\t", "\\r": "\r", "\\0": "\0" };

/** A terminator as it stands in data; das2-stream C3. */
export function unescaped(text: string): string {
  return Object.hasOwn(ESCAPES, text) ? (ESCAPES[text] ?? text) : text;
}

/** A real of a header. Errors: BAD_HEADER. */
export function realOf(text: string, what: string): number {
  const value = realFromText(text);
  if (value === undefined) throw new DasError("BAD_HEADER", `${what} "${clip(text.trim())}" is not a number`);
  return value;
}
