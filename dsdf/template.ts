import type { ValuePart } from "./command-template.js";
import { definitionError, type FilePlace } from "./definition-error.js";

const SELECTOR = /^\s*([A-Za-z_][A-Za-z0-9_.]*)\s*(?:\(([^)]*)\))?\s*(?:#([^#]*))?(?:#([^#]*))?$/;

/**
 * Reads the `#[ SELECTOR # PRESENT # ABSENT ]` that begins at `at`, and a `*` behind it.
 *
 * @param quoted whether it stands inside quotes, where a `*` is plain text
 * @returns the part and the index behind it
 * Errors: BAD_DEFINITION with the column. Source: das2-server 9.1.
 */
export function readTemplate(
  text: string,
  at: number,
  quoted: boolean,
  place: FilePlace,
): { readonly part: ValuePart; readonly end: number } {
  const close = text.indexOf("]", at);
  const found = close < 0 ? null : SELECTOR.exec(text.slice(at + 2, close));
  if (found === null)
    throw definitionError(`${close < 0 ? "an open" : "a wrong"} #[...] at column ${at + 1}`, {
      ...place,
      expected: "#[key], #[key # text] or #[key # text # other]",
    });
  const [, key = "", selector, present, absent] = found;
  const split = !quoted && text[close + 1] === "*";
  const part: ValuePart = {
    kind: "value",
    key,
    ...(selector === undefined ? {} : { select: readSelector(selector, at, place) }),
    ...(present === undefined ? {} : { present: present.trim() }),
    ...(absent === undefined ? {} : { absent: absent.trim() }),
    split,
    ...(quoted ? { quoted: true } : {}),
  };
  return { part, end: close + (split ? 2 : 1) };
}

/** `SUB`, `SEP|SUB` or `SEP|SUB|VS`; without SEP elements are separated by commas. */
function readSelector(text: string, at: number, place: FilePlace): NonNullable<ValuePart["select"]> {
  const fields = text.split("|");
  const [separator = "", element = "", valueSeparator] = fields.length === 1 ? [",", ...fields] : fields;
  if (fields.length > 3 || element === "" || valueSeparator === "")
    throw definitionError(`a wrong selector in the #[...] at column ${at + 1}`, {
      ...place,
      expected: "key(SEP|SUB) or key(SEP|SUB|VS)",
    });
  return { separator, element, ...(valueSeparator === undefined ? {} : { valueSeparator }) };
}
