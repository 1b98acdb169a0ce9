import { DasError } from "../errors/das-error.js";

/** Parameters of one request: far above any client, far below what makes parsing costly. */
const MAX_PARAMETERS = 256;

/** What is said of a URL with bytes that HTTP does not allow in one. */
export const NOT_ENCODED = "The URL has bytes that must be percent-encoded";

/** The parameters of a request, decoded; the first of a repeated name; no empty values. */
export type QueryWords = ReadonlyMap<string, string>;

/**
 * Decodes percent-encoding once. `+` becomes a space where `plus` says so (queries, not paths).
 * Errors: BAD_PARAMETER for `%` without two hexadecimal digits, for bytes that are not UTF-8, for NUL and other
 * control characters; tabs and line ends pass where `lines` says so. `what` names the text in the message.
 * Source: das2-server 1.2.
 */
export function decodeText(raw: string, what: string, plus: boolean, lines = false): string {
  if (!/^[\x21-\x7e]*$/.test(raw)) throw new DasError("BAD_PARAMETER", NOT_ENCODED);
  const spaced = plus ? raw.replaceAll("+", " ") : raw;
  let text = spaced;
  if (spaced.includes("%")) {
    if (/%(?![0-9A-Fa-f]{2})/.test(spaced))
      fail(what, "has a % that is not followed by two hexadecimal digits");
    try {
      text = decodeURIComponent(spaced);
    } catch {
      fail(what, "is not valid UTF-8");
    }
  }
  // Stands for what could not be decoded, here or at the client; no id has it.
  if (text.includes("\uFFFD")) fail(what, "is not valid UTF-8");
  const judged = lines ? text.replaceAll(/[\t\n\r]/g, " ") : text;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(judged)) fail(what, "contains NUL or another control character");
  return text;
}

function fail(what: string, fault: string): never {
  throw new DasError("BAD_PARAMETER", `${what} ${fault}`);
}

/**
 * Splits and decodes a query string; no decoded value may have more than `maxValueBytes`.
 * Errors: BAD_PARAMETER as of {@link decodeText}, and for values or numbers of parameters above the limits.
 */
export function parseQuery(query: string, maxValueBytes: number): QueryWords {
  const words = new Map<string, string>();
  if (query === "") return words;
  const pairs = query.split("&");
  if (pairs.length > MAX_PARAMETERS)
    throw new DasError("BAD_PARAMETER", `${pairs.length} parameters, expected at most ${MAX_PARAMETERS}`);
  for (const pair of pairs) {
    const equals = pair.indexOf("=");
    if (equals <= 0) {
      decodeText(pair, "the query", true);
      continue;
    }
    const name = decodeText(pair.slice(0, equals), "a parameter name", true);
    const value = decodeText(pair.slice(equals + 1), `parameter "${name.slice(0, 40)}"`, true);
    if (value.length > maxValueBytes || Buffer.byteLength(value) > maxValueBytes)
      throw new DasError(
        "BAD_PARAMETER",
        `parameter "${name.slice(0, 40)}" has more than ${maxValueBytes} bytes`,
      );
    if (value !== "" && !words.has(name)) words.set(name, value);
  }
  return words;
}

/**
 * Decodes the path below the mount. Errors: BAD_PATH for `..` anywhere, NUL, control characters, bytes that are not UTF-8.
 * Source: das2-server 1.2.
 */
export function decodePath(raw: string): string {
  let path: string;
  try {
    path = decodeText(raw, "the path", false);
  } catch (error) {
    throw new DasError("BAD_PATH", `Bad Path: ${error instanceof Error ? error.message : "not readable"}`);
  }
  if (path.includes("..")) throw new DasError("BAD_PATH", 'Bad Path: ".." is not allowed');
  return path;
}
