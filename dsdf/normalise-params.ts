import { createHash } from "node:crypto";

/**
 * The text under which equal reader parameters meet: words sorted by code point, `-` as `_`, joined with `_`;
 * `_noparam` where there are none. `a b`, `b a` and `a_b` meet as well: who needs more compares the words.
 * Source: das2-server 14.
 */
export function normaliseParams(params: string | readonly string[] = ""): string {
  const clean = paramWords(params).map((word) => word.replaceAll("-", "_"));
  return clean.length === 0 ? "_noparam" : clean.sort(byCodePoint).join("_");
}

/** The words of reader parameters sorted by code point, unaltered: what tells blocks apart whose folders meet. das2-server 14. */
export function sortedWords(params: string | readonly string[]): string[] {
  return paramWords(params).sort(byCodePoint);
}

/** The words of reader parameters, in the order in which a reader gets them. */
export function paramWords(params: string | readonly string[]): string[] {
  const words = typeof params === "string" ? params.split(/\s+/) : params;
  return words.filter((word) => word !== "");
}

/**
 * A normalised text as the name of a directory: itself where it is harmless, else `p-`, its first 40 harmless
 * characters and 16 hexadecimal digits of its SHA-256. Source: das2-server 14.
 */
export function paramsDirectory(normalised: string): string {
  if (/^[A-Za-z0-9_.=,:+%-]{1,120}$/.test(normalised) && normalised !== "." && normalised !== "..")
    return normalised;
  const legal = normalised.replaceAll(/[^A-Za-z0-9_.=,:+%-]/g, "").slice(0, 40);
  return `p-${legal}-${createHash("sha256").update(normalised).digest("hex").slice(0, 16)}`;
}

/** UTF-8 keeps the order of code points; UTF-16, which `<` compares, does not. */
function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
