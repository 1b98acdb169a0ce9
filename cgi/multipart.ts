import { DasError } from "../errors/das-error.js";

/** One field of a form; its value is decoded when it is asked for. */
export interface FormField {
  readonly name: string;
  /** Errors: BAD_PARAMETER for what cannot be decoded. */
  value(): string;
}

/** Longest block of header lines of a part. */
const MAX_HEADER_BYTES = 2048;

function notAForm(what: string): DasError {
  return new DasError("BAD_PARAMETER", `The body is no form of multipart/form-data: ${what}`);
}

/** The boundary that a media type names. Errors: BAD_PARAMETER. Source: RFC 2046, 5.1.1. */
export function multipartBoundary(type: string): string {
  const found = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))\s*(?:;|$)/i.exec(type);
  const boundary = found?.[1] ?? found?.[2] ?? "";
  if (!/^[0-9A-Za-z'()+_,\-./:=? ]{1,70}$/.test(boundary)) throw notAForm("it has no boundary");
  return boundary;
}

/**
 * The fields of a body of `multipart/form-data`, in order. Names of uploaded files do not count, their content is the value.
 * @param most fields that are looked for; what follows is left
 * Errors: BAD_PARAMETER for a body that does not end as it must, for parts without a name. Source: RFC 7578, RFC 2046 5.1.1.
 */
export function multipartFields(body: Buffer, boundary: string, most: number): readonly FormField[] {
  const line = Buffer.from(`--${boundary}`, "latin1");
  const delimiter = Buffer.concat([Buffer.from("\r\n"), line]);
  const fields: FormField[] = [];
  let at = body.subarray(0, line.length).equals(line) ? line.length : after(body, delimiter, 0);
  while (fields.length < most) {
    if (body.toString("latin1", at, at + 2) === "--") return fields;
    const begin = after(body, Buffer.from("\r\n"), at);
    const next = body.indexOf(delimiter, begin - 2);
    if (next < 0) throw notAForm("its last part has no end");
    fields.push(fieldOf(body.subarray(begin, Math.max(begin, next))));
    at = next + delimiter.length;
  }
  return fields;
}

function after(body: Buffer, mark: Buffer, from: number): number {
  const at = body.indexOf(mark, from);
  if (at < 0) throw notAForm("it has no parts");
  return at + mark.length;
}

function fieldOf(part: Buffer): FormField {
  const end = part.subarray(0, MAX_HEADER_BYTES).indexOf("\r\n\r\n");
  if (end < 0) throw notAForm("a part has no headers, or too long ones");
  const headers = part.toString("latin1", 0, end);
  const name = /^content-disposition:\s*form-data\s*;(?:.*;)?\s*name="([^"\r\n]{1,100})"/im.exec(
    headers,
  )?.[1];
  if (name === undefined) throw notAForm("a part has no name");
  return { name, value: () => partText(name, part.subarray(end + 4)) };
}

/** Errors: BAD_PARAMETER for bytes that are not UTF-8, and for control characters but those that end lines. */
function partText(name: string, bytes: Buffer): string {
  const text = bytes.toString("utf8");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\uFFFD]/.test(text))
    throw new DasError("BAD_PARAMETER", `parameter "${name.slice(0, 64)}" is no text in UTF-8`);
  return text;
}
