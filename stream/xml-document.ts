import { XMLParser, XMLValidator } from "fast-xml-parser";
import { DasError } from "../errors/das-error.js";
import { parsePlainXml } from "./plain-xml.js";
import { ILLEGAL, unescapeAttribute, unescapeText } from "./xml-text.js";

/** An element of a header. */
export interface XmlElement {
  readonly name: string;
  /** In document order, unescaped. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** All text directly inside, unescaped, where it was asked for; in das2 headers it carries nothing. */
  readonly text?: string;
}

/** Elements of das2 nest stream, packet / plane / properties; deeper ones are not looked at. */
const DEEPEST = 4;
/** Those of das3 nest dataset / dimension / variable / properties / property / translation. */
const DEEPEST_WITH_TEXT = 6;

/**
 * Most elements, and most attributes, of one document: a property each, 40 for every plane of the widest packet. The parser
 * takes 2 KiB for an attribute, however short.
 */
const MOST_ELEMENTS = 4096;
const MOST_ATTRIBUTES = 4096;

let parser: XMLParser | undefined;

/** Made when it is first needed: hardly any header is anything but plain. */
function wholeParser(): XMLParser {
  parser ??= new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: "@",
    preserveOrder: true,
    parseTagValue: false,
    parseAttributeValue: false,
    trimValues: false,
    cdataPropName: "#cdata",
    // References are replaced below: the parser leaves unknown ones and numbers in place.
    processEntities: false,
  });
  return parser;
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * The root element of the body of a packet: one well-formed XML document in UTF-8, without a document type.
 * Errors: BAD_XML. Source: das2-stream A2.1, A3.
 */
export function parseXml(body: Uint8Array | string): XmlElement {
  const text = checkedText(body);
  return parsePlainXml(text, DEEPEST) ?? rootOf(text, false);
}

/**
 * As {@link parseXml}, with the text of elements, two levels deeper. Errors: BAD_XML. Source: das2-stream C1.
 */
export function parseXmlWithText(body: Uint8Array | string): XmlElement {
  return rootOf(checkedText(body), true);
}

/** Errors: BAD_XML for what is refused before anything is parsed. */
function checkedText(body: Uint8Array | string): string {
  const text = (typeof body === "string" ? body : decode(body)).trim();
  const illegal = ILLEGAL.exec(text);
  if (illegal !== null) {
    const code = illegal[0].codePointAt(0) ?? 0;
    throw new DasError(
      "BAD_XML",
      `the character U+${code.toString(16).padStart(4, "0")} is not allowed in XML`,
    );
  }
  if (/<!DOCTYPE|<!ENTITY/i.test(text))
    throw new DasError("BAD_XML", "a document type or entity declaration is not accepted");
  checkAmount(text);
  return text;
}

function rootOf(text: string, withText: boolean): XmlElement {
  checkSyntax(text);
  const nodes = parseNodes(text).filter(isElement);
  const root = nodes[0];
  if (root === undefined) throw new DasError("BAD_XML", "there is no element");
  if (nodes.length > 1)
    throw new DasError("BAD_XML", `${nodes.length} root elements, expected one (is the length right?)`);
  return toElement(root, 1, withText);
}

function decode(body: Uint8Array): string {
  try {
    return utf8.decode(body);
  } catch (cause) {
    throw new DasError("BAD_XML", "the text is not UTF-8", {}, cause);
  }
}

/** Counts, before anything is parsed, what begins an element and what begins the value of an attribute. */
function checkAmount(text: string): void {
  const refuse = (what: string, most: number): never => {
    throw new DasError("BAD_XML", `more than ${most} ${what} in one header, expected at most that many`);
  };
  let elements = 0;
  for (let at = text.indexOf("<"); at >= 0; at = text.indexOf("<", at + 1))
    if (text[at + 1] !== "/" && ++elements > MOST_ELEMENTS) refuse("elements", MOST_ELEMENTS);
  let attributes = 0;
  for (let at = text.indexOf("="); at >= 0; at = text.indexOf("=", at + 1)) {
    let value = at + 1;
    while (isBlank(text.charCodeAt(value))) value++;
    const quote = text[value];
    if ((quote === '"' || quote === "'") && ++attributes > MOST_ATTRIBUTES)
      refuse("attributes", MOST_ATTRIBUTES);
    // Looked at once: blanks behind one sign cannot be those behind another.
    at = value - 1;
  }
}

function isBlank(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

function checkSyntax(text: string): void {
  const verdict = XMLValidator.validate(text);
  if (verdict !== true)
    throw new DasError("BAD_XML", `line ${verdict.err.line}: ${inOneLine(verdict.err.msg)}`);
  // The validator lets text pass after the root: the usual sign of a wrong length.
  let rest = text;
  while (rest.endsWith("-->")) rest = rest.slice(0, Math.max(0, rest.lastIndexOf("<!--"))).trimEnd();
  if (!rest.endsWith(">")) throw new DasError("BAD_XML", "text after the closing tag (is the length right?)");
}

/** What the validator says, which may quote any character and, where elements are left open, its own stack of them. */
function inOneLine(message: string): string {
  const open = /^Invalid '\[(.*)\]' found\.$/s.exec(message)?.[1];
  const said =
    open === undefined
      ? message
      : `Elements without their closing tags: ${open
          .replaceAll('"', "")
          .replace(/\s*,\s*/g, ", ")
          .trim()}`;
  return said.replace(/[\s\p{C}]+/gu, " ").slice(0, 200);
}

/** What the parser gives for an element: its name with its content, and its attributes under ":@". */
type Node = Readonly<Record<string, unknown>>;

function parseNodes(text: string): readonly Node[] {
  try {
    // Typed as any by the package; the shape is the one of `preserveOrder`.
    return wholeParser().parse(text) as readonly Node[];
  } catch (cause) {
    // Names such as `__proto__`, and nesting beyond what the parser takes.
    throw new DasError("BAD_XML", "an element has a name or a depth that is not accepted", {}, cause);
  }
}

function nodeName(node: Node): string {
  for (const key in node) if (key !== ":@") return key;
  return "";
}

function isElement(node: Node): boolean {
  const name = nodeName(node);
  return name !== "" && !name.startsWith("#") && !name.startsWith("?");
}

function toElement(node: Node, depth: number, withText: boolean): XmlElement {
  const name = nodeName(node);
  const attributes = new Map<string, string>();
  for (const [key, value] of Object.entries((node[":@"] ?? {}) as Readonly<Record<string, string>>))
    attributes.set(key.slice(1), unescapeAttribute(value));
  const content = (node[name] ?? []) as readonly Node[];
  const children =
    depth < (withText ? DEEPEST_WITH_TEXT : DEEPEST)
      ? content.filter(isElement).map((child) => toElement(child, depth + 1, withText))
      : [];
  if (!withText) return { name, attributes, children };
  return { name, attributes, children, text: content.map(textOf).join("") };
}

/** The text that a node is; marked text means what it shows. */
function textOf(node: Node): string {
  const { "#text": text, "#cdata": marked } = node;
  if (typeof text === "string") return unescapeText(text);
  return Array.isArray(marked) ? (marked as readonly Node[]).map((part) => part["#text"]).join("") : "";
}
