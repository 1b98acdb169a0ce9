const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Whole code points beyond ASCII; half of a surrogate pair counts as one. */
const BEYOND_ASCII = /[\u{80}-\u{10ffff}]/gu;

/** Characters that XML 1.0 does not allow at all. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** Text for HTML or XML, in content and in attribute values of either quote; control characters XML forbids become blanks. */
export function escapeMarkup(text: string): string {
  return text.replace(NOT_XML, " ").replace(/[&<>"']/g, (c) => ENTITIES[c] ?? c);
}

/** As {@link escapeMarkup}, and everything beyond ASCII as numeric references: lengths in characters are lengths in bytes. */
export function escapeAscii(text: string): string {
  return escapeMarkup(text).replace(BEYOND_ASCII, (c) => {
    const code = c.codePointAt(0) ?? 0x3f;
    return code >= 0xd800 && code <= 0xdfff ? "?" : `&#${code};`;
  });
}
