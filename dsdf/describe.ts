import { escapeAttribute, inAscii } from "../stream/xml-text.js";
import type { DataSource } from "./data-source.js";
import { isTrue } from "./fields.js";
import { isPrivate } from "./private-keywords.js";

/** Older clients read at most this much; das2-stream A17. */
const MAX_BODY = 64 * 1024;

/**
 * The description of a source as the header of a das2 stream, its keywords as properties in file order. ASCII only, so
 * that characters and bytes are the same number.
 *
 * @param options `privatePrefixes`: further beginnings of keywords that are left out (`DSDF_PRIVATE`); `added`: properties of the server,
 * which win over keywords of that name
 * @returns the 10 characters of the packet prefix and the body, CRLF inside, at most 64 KiB
 * Source: das2-server 2.6.
 */
export function describeSource(
  source: Pick<DataSource, "keywords">,
  options: {
    readonly privatePrefixes?: readonly string[];
    readonly added?: Readonly<Record<string, string>>;
  } = {},
): string {
  const properties = publicProperties(source.keywords, options.privatePrefixes ?? []);
  for (const [name, value] of Object.entries(options.added ?? {})) properties.set(name, value);
  const body = fitting(properties);
  return `[00]${String(body.length).padStart(6, "0")}${body}`;
}

/** Flags that Java clients compare with `1`, whatever spelling of true the file has. */
const FLAGS: ReadonlySet<string> = new Set([
  "das2Stream",
  "das3Stream",
  "qstream",
  "requiresInterval",
  "realTime",
  "hapi",
]);

/** Names and values as they are sent, values not escaped. */
function publicProperties(
  keywords: ReadonlyMap<string, string>,
  more: readonly string[],
): Map<string, string> {
  const hidden = more.filter((prefix) => prefix !== "");
  const properties = new Map<string, string>();
  for (const [keyword, text] of keywords) {
    if (isPrivate(keyword) || hidden.some((prefix) => keyword.startsWith(prefix))) continue;
    const name = xmlName(keyword);
    const value = FLAGS.has(name) && isTrue(text) ? "1" : text.replaceAll(/[()]/g, "");
    // Of two keywords that give one name (`label(0)`, `label_0`) the first stays: a name twice is no XML.
    if (!properties.has(name)) properties.set(name, value);
    const single = /^(exampleRange|exampleParams|exampleInterval)_00$/.exec(name)?.[1];
    if (single !== undefined && !keywords.has(single)) properties.set(single, value);
  }
  return properties;
}

/** `label(0)` becomes `label_0`. */
function xmlName(keyword: string): string {
  return keyword.replaceAll("(", "_").replaceAll(")", "");
}

function body(properties: ReadonlyMap<string, string>): string {
  let attributes = "";
  for (const [name, value] of properties) attributes += ` ${name}="${escaped(value)}"`;
  return `<stream version="2.2">\r\n  <properties${attributes} />\r\n</stream>`;
}

/** Escapes for an attribute, in ASCII. */
function escaped(text: string): string {
  return inAscii(escapeAttribute(text).replaceAll("'", "&apos;"));
}

/** The body, made shorter until it fits: `paramInfo_*` go first, then `summary`, then the end of `description`. */
function fitting(properties: Map<string, string>): string {
  let text = body(properties);
  const drop = (wanted: (name: string) => boolean) => {
    if (text.length <= MAX_BODY) return;
    for (const name of properties.keys()) if (wanted(name)) properties.delete(name);
    text = body(properties);
  };
  drop((name) => name.startsWith("paramInfo_"));
  drop((name) => name === "summary");
  const description = properties.get("description");
  if (text.length > MAX_BODY && description !== undefined) {
    const characters = [...description];
    let excess = text.length - MAX_BODY;
    while (excess > 0 && characters.length > 0) excess -= escaped(characters.pop() ?? "").length;
    properties.set("description", characters.join(""));
    text = body(properties);
  }
  // Still too long: whole keywords from the end of the file on.
  const names = [...properties.keys()].filter((name) => name !== "description");
  while (text.length > MAX_BODY && names.length > 0) {
    for (let excess = text.length - MAX_BODY; excess > 0 && names.length > 0; ) {
      const name = names.pop() ?? "";
      excess -= escaped(properties.get(name) ?? "").length + name.length + 4;
      properties.delete(name);
    }
    text = body(properties);
  }
  return text;
}
