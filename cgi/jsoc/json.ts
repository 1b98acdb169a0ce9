import type { Response } from "../http.js";

/** What an answer of this door is made of; a bigint is a number with all its digits, a member that is `undefined` is left out. */
export type JsonValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue | undefined };

/** What a string cannot hold as it stands: no ASCII, control characters, what ends a string, and what means something in a page. */
const UNSAFE = /[^ !#-%'-;=?-[\]-~]/;
const UNSAFE_ALL = new RegExp(UNSAFE, "g");

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

function escaped(character: string): string {
  return SHORT[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/**
 * A text as a JSON string with its quotes, in ASCII: clients read it alike whatever encoding they expect, and `<`, `>` and `&` are
 * escaped, so that nothing in it is markup for whoever takes the answer for a page. Source: netdrms-export B1.
 */
export function jsonString(text: string): string {
  return UNSAFE.test(text) ? `"${text.replace(UNSAFE_ALL, escaped)}"` : `"${text}"`;
}

/** A value as JSON in ASCII; a number that JSON does not have (NaN, an infinity) is `null`. */
export function jsonText(value: JsonValue): string {
  switch (typeof value) {
    case "string":
      return jsonString(value);
    case "number":
      return Number.isFinite(value) ? String(value) : "null";
    case "bigint":
    case "boolean":
      return String(value);
    default:
      if (value === null) return "null";
      return isList(value) ? `[${value.map(jsonText).join(",")}]` : objectText(value);
  }
}

// `Array.isArray` does not know lists that are read only.
function isList(value: object): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function objectText(value: { readonly [name: string]: JsonValue | undefined }): string {
  const members: string[] = [];
  for (const [name, member] of Object.entries(value))
    if (member !== undefined) members.push(`${jsonString(name)}:${jsonText(member)}`);
  return `{${members.join(",")}}`;
}

/** The media type of the answers. */
export const JSON_TYPE = "application/json";

/** An answer that is a JSON value. HTTP status 200 also tells of what went wrong; the value says so. Source: netdrms-export B1. */
export function jsonResponse(value: JsonValue, status = 200): Response {
  return {
    status,
    headers: [["Content-Type", JSON_TYPE]],
    body: Buffer.from(`${jsonText(value)}\n`, "latin1"),
  };
}

/** Characters that are gathered before they are handed on. */
const GATHERED = 1 << 16;

/** Parts of one text, whose characters are bytes (latin1), as the pieces of a body; bytes are passed on as they come. */
export async function* jsonPieces(
  parts: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let text = "";
  for await (const part of parts) {
    if (typeof part === "string") {
      text += part;
      if (text.length < GATHERED) continue;
    }
    if (text !== "") yield Buffer.from(text, "latin1");
    text = "";
    if (typeof part !== "string") yield part;
  }
  if (text !== "") yield Buffer.from(text, "latin1");
}

/** Seconds since a request came, for the member `runtime`. */
export function runtimeSince(receivedAt: Date): number {
  return Math.max(0, Date.now() - receivedAt.getTime()) / 1000;
}
