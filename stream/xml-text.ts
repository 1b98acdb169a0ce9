import { DasError } from "../errors/das-error.js";

/** The characters that XML 1.0 leaves out (2.2). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
export const ILLEGAL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** The value of an attribute: line ends and tabs as they stand become spaces, references their character. Errors: BAD_XML. */
export function unescapeAttribute(raw: string): string {
  if (raw.includes("<")) throw new DasError("BAD_XML", 'a "<" in the value of an attribute, expected "&lt;"');
  return raw.replace(/\r\n|[\t\n\r]/g, " ").replace(/&([^;&]{0,12};?)/g, (whole, inner: string) => {
    const reference = inner.endsWith(";") ? inner.slice(0, -1) : "";
    const named = Object.hasOwn(NAMED, reference) ? NAMED[reference] : undefined;
    if (named !== undefined) return named;
    const [, hex, decimal] = /^#(?:x([0-9a-fA-F]+)|([0-9]+))$/.exec(reference) ?? [];
    const code = hex !== undefined ? Number.parseInt(hex, 16) : Number(decimal);
    if (
      !(code > 0 && code <= 0x10ffff) ||
      (code >= 0xd800 && code < 0xe000) ||
      ILLEGAL.test(String.fromCodePoint(code))
    )
      throw new DasError("BAD_XML", `"${whole}" is not a reference to a character that XML allows`);
    return String.fromCodePoint(code);
  });
}

/**
 * A text as the value of an attribute in double quotes. Line ends and tabs are written as references, for a
 * parser would make spaces of them; what XML cannot hold becomes U+FFFD.
 */
export function escapeAttribute(text: string): string {
  return text
    .replace(/[&<>"\t\n\r]/g, (character) => ESCAPED[character] ?? character)
    .replace(ILLEGAL_ALL, "\ufffd");
}

/** The text between tags: references replaced by their character, line ends as XML has them. Errors: BAD_XML. */
export function unescapeText(raw: string): string {
  const text = raw.replace(/\r\n?/g, "\n");
  return text.includes("&")
    ? text
        .split(/(?=[\t\n])|(?<=[\t\n])/)
        .map(unescapeLine)
        .join("")
    : text;
}

function unescapeLine(part: string): string {
  return part === "\n" || part === "\t" ? part : unescapeAttribute(part);
}

/** A text as it may stand between tags or in an attribute in double quotes; line ends and tabs stay. */
export function escapeText(text: string): string {
  return text
    .replace(/[&<>"\r]/g, (character) => ESCAPED[character] ?? character)
    .replace(ILLEGAL_ALL, "\ufffd");
}

/** A text for HTML or XML, in content and in attributes in either quote; what XML cannot hold becomes a blank. */
export function escapeMarkup(text: string): string {
  return text.replace(ILLEGAL_ALL, " ").replace(/[&<>"']/g, (character) => ESCAPED[character] ?? character);
}

/**
 * Markup with numeric references for all that is beyond ASCII, so that lengths in characters are lengths in bytes; half of a surrogate pair
 * becomes `?`.
 */
export function inAscii(markup: string): string {
  return markup.replace(BEYOND_ASCII, (character) => {
    const code = character.codePointAt(0) ?? 0x3f;
    return code >= 0xd800 && code <= 0xdfff ? "?" : `&#${code};`;
  });
}

/** Whole code points beyond ASCII; half of a surrogate pair counts as one. */
const BEYOND_ASCII = /[\u{80}-\u{10ffff}]/gu;
const ILLEGAL_ALL = new RegExp(ILLEGAL.source, "g");
const ESCAPED: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
};
