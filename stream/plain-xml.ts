import type { XmlElement } from "./xml-document.js";
import { unescapeAttribute } from "./xml-text.js";

/** What the name of an element may be here; names that objects have by themselves are not plain. */
const NAME = "[A-Za-z][A-Za-z0-9]*";
const BLANK = "[ \\t\\r\\n]";
const OPENING = new RegExp(`<(${NAME})`, "y");
const ATTRIBUTE = new RegExp(`${BLANK}+([A-Za-z][A-Za-z0-9_.:-]*)${BLANK}*=${BLANK}*"([^"<]*)"`, "y");
const ENDING = new RegExp(`${BLANK}*(/?)>`, "y");
const CLOSING = new RegExp(`</(${NAME})${BLANK}*>`, "y");
const BLANKS = new RegExp(`${BLANK}*`, "y");

/**
 * The root element of a document as nearly all programs write headers: elements with attributes in double quotes, and nothing but blanks
 * between them. `undefined` for anything else, right or wrong, which is left to a whole parser: that takes ten times as long, and
 * in a process that has just started ten times as long again.
 *
 * @param deepest elements nested deeper than that are not plain
 * Errors: BAD_XML for a reference that is none.
 */
export function parsePlainXml(text: string, deepest: number): XmlElement | undefined {
  const document = new PlainDocument(text, deepest);
  document.passBlanks();
  const root = document.element(1);
  if (root === undefined) return undefined;
  document.passBlanks();
  return document.at === text.length ? root : undefined;
}

/** A document, and how far it has been read. */
class PlainDocument {
  at = 0;
  readonly #text: string;
  readonly #deepest: number;

  constructor(text: string, deepest: number) {
    this.#text = text;
    this.#deepest = deepest;
  }

  passBlanks(): void {
    this.#match(BLANKS);
  }

  element(depth: number): XmlElement | undefined {
    const name = this.#match(OPENING)?.[1];
    if (name === undefined || name in Object.prototype || depth > this.#deepest) return undefined;
    const attributes = this.#attributes();
    const ending = this.#match(ENDING);
    if (attributes === undefined || ending === null) return undefined;
    if (ending[1] === "/") return { name, attributes, children: [] };
    const children = this.#children(name, depth + 1);
    return children === undefined ? undefined : { name, attributes, children };
  }

  #attributes(): Map<string, string> | undefined {
    const attributes = new Map<string, string>();
    for (let found = this.#match(ATTRIBUTE); found !== null; found = this.#match(ATTRIBUTE)) {
      const [, name = "", value = ""] = found;
      if (attributes.has(name)) return undefined;
      attributes.set(name, unescapeAttribute(value));
    }
    return attributes;
  }

  /** The elements up to the closing tag of that name. */
  #children(name: string, depth: number): XmlElement[] | undefined {
    const children: XmlElement[] = [];
    for (;;) {
      this.passBlanks();
      const closing = this.#match(CLOSING);
      if (closing !== null) return closing[1] === name ? children : undefined;
      const child = this.element(depth);
      if (child === undefined) return undefined;
      children.push(child);
    }
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.#text);
    if (found !== null) this.at = pattern.lastIndex;
    return found;
  }
}
