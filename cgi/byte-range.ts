import type { Request } from "./http.js";

/** Which bytes of a file are sent: `end` excluded. */
export type AskedBytes =
  | { readonly kind: "whole" }
  | { readonly kind: "part"; readonly begin: number; readonly end: number }
  /** There are none of those that are asked for. */
  | { readonly kind: "none" };

const WHOLE: AskedBytes = { kind: "whole" };

/**
 * The bytes that a request for a file asks for. A header that cannot be read, one of another unit, and one of several ranges are as if
 * they were not there; so is one whose `If-Range` names another version of the file.
 *
 * @param etag strong, of the file
 * @param modifiedMs Unix ms
 * Source: RFC 9110, 13.1.5, 14.2.
 */
export function askedBytes(
  { method, headers }: Request,
  size: number,
  etag: string,
  modifiedMs: number,
): AskedBytes {
  const range = headers.range;
  if (range === undefined || method !== "GET") return WHOLE;
  const condition = headers["if-range"]?.trim();
  if (condition !== undefined && condition !== etag && !isDateOf(condition, modifiedMs)) return WHOLE;
  const [, from, to] = /^bytes=\s*(\d{0,15})\s*-\s*(\d{0,15})\s*$/i.exec(range) ?? [];
  if (from === undefined || to === undefined || (from === "" && to === "")) return WHOLE;
  if (from === "") {
    const last = Math.min(size, Number(to));
    return last === 0 ? { kind: "none" } : { kind: "part", begin: size - last, end: size };
  }
  const [begin, end] = [Number(from), to === "" ? size : Math.min(size, Number(to) + 1)];
  if (to !== "" && Number(to) < begin) return WHOLE;
  return begin < size ? { kind: "part", begin, end } : { kind: "none" };
}

/** A date counts where it is exactly that of the file, to the second. */
function isDateOf(text: string, modifiedMs: number): boolean {
  return !/^(W\/)?"/.test(text) && Date.parse(text) === Math.floor(modifiedMs / 1000) * 1000;
}
