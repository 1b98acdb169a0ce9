import { DasError } from "../../errors/das-error.js";
import { MAX_QUERY_LENGTH } from "../../netdrms/query/split-query.js";
import type { Request } from "../http.js";
import { type FormField, multipartBoundary, multipartFields } from "../multipart.js";
import { decodeText, type QueryWords } from "../query-words.js";

/** Parameters of one request: far above any client, far below what makes reading them costly. */
const MAX_PARAMETERS = 256;
/** Body of a form, bytes: a query of the longest kind with each of its characters percent-encoded, and what stands beside it. */
const MAX_BODY_BYTES = 65_536;
/** Names that are longer are none that anybody asks for. */
const MAX_NAME = 64;

/**
 * The parameters of a request of this door, by the names that its endpoint knows: others are ignored, of repeated ones the last counts, an
 * empty one is as if it were not there. They come from the query string and, behind it, from the body of a form.
 *
 * The Python client writes its limit as a parameter that is *named* `process=n`: where `process` is known, what follows the `=` in such a
 * name belongs to its value (`n=4|rebin,…`).
 *
 * Errors: BAD_PARAMETER for encodings that cannot be read, quotes that do not come in pairs, too many or too long values, a body that is
 * no form; BODY_TOO_LONG. Source: netdrms-export B1, B7.
 */
export async function readWords(request: Request, known: readonly string[]): Promise<QueryWords> {
  const fields = [...urlEncodedFields(request.query), ...(await bodyFields(request))];
  if (fields.length > MAX_PARAMETERS)
    throw new DasError("BAD_PARAMETER", `${fields.length} parameters, expected at most ${MAX_PARAMETERS}`);
  const words = new Map<string, string>();
  for (const field of fields) {
    const { name, value } = limitField(field);
    if (!known.includes(name)) continue;
    const text = value();
    checkValue(name, text);
    if (text === "") words.delete(name);
    else words.set(name, text);
  }
  return words;
}

/** `process=n` with the value `4` is `process` with the value `n=4`. Source: netdrms-export B7. */
function limitField({ name, value }: FormField): FormField {
  const rest = /^process=(.*)$/s.exec(name)?.[1];
  return rest === undefined ? { name, value } : { name: "process", value: () => `${rest}=${value()}` };
}

function urlEncodedFields(text: string): readonly FormField[] {
  if (text === "") return [];
  const pairs = text.split("&", MAX_PARAMETERS + 2);
  return pairs.flatMap((pair) => {
    const equals = pair.indexOf("=");
    if (equals <= 0) return [];
    const name = decodeText(pair.slice(0, equals), "a parameter name", true, true);
    return [
      { name, value: () => decodeText(pair.slice(equals + 1), `parameter ${shownName(name)}`, true, true) },
    ];
  });
}

function shownName(name: string): string {
  return `"${name.slice(0, MAX_NAME)}"`;
}

async function bodyFields(request: Request): Promise<readonly FormField[]> {
  if (request.method !== "POST" || request.body === undefined) return [];
  const type = request.headers["content-type"] ?? "";
  const media = type.split(";", 1)[0]!.trim().toLowerCase();
  if (media !== "application/x-www-form-urlencoded" && media !== "multipart/form-data" && media !== "")
    throw new DasError(
      "BAD_PARAMETER",
      "The body is not a form, expected application/x-www-form-urlencoded or multipart/form-data",
    );
  const body = await readBody(request);
  if (media !== "multipart/form-data") return urlEncodedFields(body.toString("latin1").replace(/\r?\n$/, ""));
  return multipartFields(body, multipartBoundary(type), MAX_PARAMETERS + 1);
}

/** Errors: BODY_TOO_LONG. */
async function readBody({ body, headers }: Request): Promise<Buffer> {
  const tooLong = (): DasError =>
    new DasError(
      "BODY_TOO_LONG",
      `The body of the request is too long, expected at most ${MAX_BODY_BYTES} bytes`,
    );
  if (Number(headers["content-length"] ?? 0) > MAX_BODY_BYTES) throw tooLong();
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body ?? []) {
    length += piece.length;
    if (length > MAX_BODY_BYTES) throw tooLong();
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** Source: netdrms-export B1; a list of queries that is uploaded may be half as long, B7. */
function checkValue(name: string, value: string): void {
  const most = name === "file" ? MAX_QUERY_LENGTH / 2 : MAX_QUERY_LENGTH;
  if (value.length > most)
    throw new DasError(
      "BAD_PARAMETER",
      `parameter ${shownName(name)} has ${value.length} characters, expected at most ${most}`,
    );
  for (const quote of ["'", '"']) {
    let count = 0;
    for (let at = 0; at < value.length; at++) {
      if (value[at] === "\\") at++;
      else if (value[at] === quote) count++;
    }
    if (count % 2 === 1)
      throw new DasError(
        "BAD_PARAMETER",
        `parameter ${shownName(name)} has ${count} quotes of the kind ${quote}, expected pairs of them`,
      );
  }
}

/** The text of record sets as the language reads it: clients may write strings in either kind of quotes. Source: netdrms-export B1. */
export function recordSetText(value: string): string {
  return value.replaceAll("'", '"');
}

/** Whether a flag is set: by any whole number but 0, or another word than `0`. */
export function isSet(words: QueryWords, name: string): boolean {
  const value = words.get(name);
  return value !== undefined && !/^[+-]?0+$/.test(value);
}

/**
 * A whole number; missing: 0.
 * Errors: BAD_PARAMETER.
 */
export function wholeNumber(words: QueryWords, name: string): number {
  const text = words.get(name)?.trim();
  if (text === undefined) return 0;
  const number = /^[+-]?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(number))
    throw new DasError("BAD_PARAMETER", `${name}=${text.slice(0, 40)}, expected a whole number`);
  return number;
}
