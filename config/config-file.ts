import { fileError } from "./problem.js";

/** One `key = value` line. */
export interface ConfigLine {
  readonly key: string;
  /** Blanks and one pair of outer quotes removed. */
  readonly value: string;
  /** 1-based. */
  readonly line: number;
}

/** Largest configuration file, bytes: hundreds of times what a site writes. */
export const MAX_CONFIG_BYTES = 1 << 20;

/**
 * The lines of a configuration file in order. `#` starts a comment except inside double quotes and inside a value
 * that is in single quotes as a whole; a value may be empty.
 * Errors: BAD_CONFIG for a line without `=` or without a key, for text that is not UTF-8, and beyond 1 MiB.
 * Source: das2-server 17.
 */
export function parseConfigFile(bytes: Uint8Array, file: string): ConfigLine[] {
  if (bytes.length > MAX_CONFIG_BYTES)
    throw fileError(`${bytes.length} bytes`, { file, expected: "at most 1 MiB" });
  const lines: ConfigLine[] = [];
  decode(bytes, file)
    .split(/\r\n|\n|\r/)
    .forEach((text, index) => {
      const line = parseLine(text, file, index + 1);
      if (line !== undefined) lines.push(line);
    });
  return lines;
}

function decode(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw fileError("text that is not UTF-8", { file, expected: "UTF-8" }, cause);
  }
}

function parseLine(text: string, file: string, line: number): ConfigLine | undefined {
  const equals = text.indexOf("=");
  const hash = text.indexOf("#");
  // A comment before any `=` cannot be inside a value.
  const head = (hash >= 0 && (equals < 0 || hash < equals) ? text.slice(0, hash) : text).trim();
  if (head === "") return undefined;
  if (head.indexOf("=") < 0) throw fileError('no "=" in the line', { file, line, expected: "key = value" });
  const key = text.slice(0, equals).trim();
  if (key === "") throw fileError('no key before "="', { file, line, expected: "key = value" });
  return { key, value: unquote(text.slice(equals + 1).trim()), line };
}

function unquote(text: string): string {
  const single = /^'([^']*)'\s*(?:#.*)?$/.exec(text);
  if (single !== null) return single[1] ?? "";
  const value = cutComment(text);
  const first = value[0];
  const quoted = value.length >= 2 && (first === '"' || first === "'") && value.endsWith(first);
  return quoted ? value.slice(1, -1).trim() : value;
}

/** The text before the first `#` that stands outside double quotes; a lone `"` quotes nothing. */
function cutComment(text: string): string {
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "#") return text.slice(0, at).trim();
    if (text[at] === '"') {
      const close = text.indexOf('"', at + 1);
      if (close > 0) at = close;
    }
  }
  return text;
}
