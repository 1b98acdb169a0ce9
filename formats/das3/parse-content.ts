import { DasError } from "../../errors/das-error.js";
import { attribute, clip } from "../../stream/xml-attribute.js";
import type { XmlElement } from "../../stream/xml-document.js";
import { realOf, unescaped } from "./header-text.js";
import type { Das3Content, Das3Encoding, Das3Index } from "./model.js";

/** Values that a header may hold, and a record. */
const MAX_VALUES = 1_000_000;

const ENCODINGS: ReadonlySet<string> = new Set<Das3Encoding>([
  "byte",
  "ubyte",
  "BEint",
  "BEuint",
  "BEreal",
  "LEint",
  "LEuint",
  "LEreal",
  "utf8",
  "blob",
  "base64",
]);

/** How headers are read: a document gives all values as text of any width. Source: das2-stream C4.2, C7. */
export interface ContentShape {
  readonly index: Das3Index;
  readonly components: number;
  readonly isDocument: boolean;
}

/** Where the values of a variable come from. Errors: BAD_HEADER, TOO_MANY_ITEMS. Source: das2-stream C4.2. */
export function parseContent(variable: XmlElement, shape: ContentShape): Das3Content {
  const found = variable.children.filter(({ name }) => name in READERS && Object.hasOwn(READERS, name));
  const [first, ...more] = found;
  if (first === undefined || more.some(({ name }) => name !== "sequence" || first.name !== "sequence"))
    throw new DasError("BAD_HEADER", "a variable has none or several of <values>, <sequence> and <packet>");
  return READERS[first.name as keyof typeof READERS](first, shape); // by the filter above
}

const READERS = { values: valuesOf, sequence: sequenceOf, packet: packetOf } as const;

function valuesOf(element: XmlElement, { index, components }: ContentShape): Das3Content {
  const end = unescaped(element.attributes.get("valTerm") ?? element.attributes.get("valSep") ?? "");
  const text = (element.text ?? "").trim();
  const parts = end.trim() === "" ? text.split(/\s+/) : text.split(end).filter((part) => part.trim() !== "");
  const expected = index.reduce<number>(
    (product, entry) => product * (typeof entry === "number" ? entry : 1),
    components,
  );
  if (parts.length !== expected)
    throw new DasError("BAD_HEADER", `${parts.length} header values of a variable, expected ${expected}`);
  return { kind: "values", values: Float64Array.from(parts, (part) => realOf(part, "header value")) };
}

function sequenceOf(element: XmlElement, { index }: ContentShape): Das3Content {
  const steps = attribute(element, "interval")
    .split(";")
    .map((text) => text.trim());
  const dependent = index.flatMap((entry, at) => (entry === "-" ? [] : [at]));
  // Older writers give a step for each index that matters, and nothing for the others.
  const compact = steps.length !== index.length && steps.length === dependent.length;
  if (!compact && steps.length !== index.length)
    throw new DasError("BAD_HEADER", `${steps.length} steps of a sequence, expected ${index.length}`);
  const interval = index.map((_, at) => {
    const text = compact ? steps[dependent.indexOf(at)] : steps[at];
    return text === undefined || text === "-" ? undefined : realOf(text, "step of a sequence");
  });
  return { kind: "sequence", min: realOf(attribute(element, "minval"), "begin of a sequence"), interval };
}

function packetOf(element: XmlElement, { index, components, isDocument }: ContentShape): Das3Content {
  const encoding = isDocument
    ? (element.attributes.get("encoding") ?? "utf8")
    : attribute(element, "encoding");
  if (isDocument && encoding !== "utf8" && encoding !== "base64")
    throw new DasError("BAD_HEADER", `encoding "${clip(encoding)}" in a document, expected utf8 or base64`);
  if (!ENCODINGS.has(encoding))
    throw new DasError(
      "BAD_HEADER",
      `encoding "${clip(encoding)}", expected BEreal, utf8 or another of das3`,
    );
  const items = amount(element, "numItems");
  const itemBytes = isDocument ? undefined : amount(element, "itemBytes");
  const fixed = index.every((entry) => typeof entry === "number" || entry === "-" || entry === "*");
  const sizes = index.slice(1).filter((entry) => typeof entry === "number");
  const expected = sizes.reduce((product, entry) => product * entry, components);
  const isRagged = index.slice(1).some((entry) => entry === "*" || entry === "^");
  if (
    items !== undefined &&
    fixed &&
    !isRagged &&
    encoding !== "blob" &&
    encoding !== "base64" &&
    items !== expected
  )
    throw new DasError(
      "BAD_HEADER",
      `numItems = ${items} for an index of ${expected} values, expected as many`,
    );
  if (!isDocument) checkWidth(encoding as Das3Encoding, itemBytes);
  const fill = element.attributes.get("fill");
  const valueEnd = element.attributes.get("valTerm") ?? element.attributes.get("valSep");
  const runEnds = terminators(element, index);
  return {
    kind: "packet",
    ...(items === undefined ? {} : { items }),
    ...(itemBytes === undefined ? {} : { itemBytes }),
    encoding: encoding as Das3Encoding, // one of the set
    ...(fill === undefined ? {} : { fill }),
    ...(valueEnd === undefined ? {} : { valueEnd: terminator(valueEnd, "valTerm") }),
    ...(runEnds.length === 0 ? {} : { runEnds }),
  };
}

/** What ends the runs of text along each ragged index, or along each index after that of the records. */
function terminators(element: XmlElement, index: Das3Index): readonly string[] {
  const text = ["idxTerm", "idxSep", "itemsTerm"].map((name) => element.attributes.get(name)).find(isGiven);
  if (text === undefined) return [];
  const dependent = index.slice(1).filter((entry) => entry !== "-");
  const ragged = dependent.filter((entry) => entry === "*" || entry === "^").length;
  const ends = text.split(",").map((end) => terminator(end, "idxTerm"));
  const isEnough = ends.length === ragged || ends.length === dependent.length;
  if (ragged === 0 || !isEnough || new Set(ends).size !== ends.length)
    throw new DasError(
      "BAD_HEADER",
      `idxTerm = "${clip(text)}", expected ${ragged} different terminators, one for each ragged index`,
    );
  return ends;
}

function isGiven(text: string | undefined): text is string {
  return text !== undefined;
}

/** One byte that ends something. */
function terminator(text: string, name: string): string {
  const end = unescaped(text);
  if (end.length === 1 && end <= "~") return end;
  throw new DasError("BAD_HEADER", `${name} = "${clip(text)}", expected one character of ASCII`);
}

/** A number of items or bytes; `undefined` for `*`. */
function amount(element: XmlElement, name: string): number | undefined {
  const text = attribute(element, name).trim();
  if (text === "*") return undefined;
  const value = /^[1-9][0-9]{0,9}$/.test(text) ? Number(text) : 0;
  if (value === 0)
    throw new DasError("BAD_HEADER", `${name} = "${clip(text)}", expected a positive integer or *`);
  if (value > MAX_VALUES)
    throw new DasError("TOO_MANY_ITEMS", `${name} = ${value}, expected at most ${MAX_VALUES}`);
  return value;
}

const WIDTHS: Readonly<Partial<Record<Das3Encoding, readonly number[]>>> = {
  byte: [1],
  ubyte: [1],
  BEint: [1, 2, 4, 8],
  BEuint: [1, 2, 4, 8],
  LEint: [1, 2, 4, 8],
  LEuint: [1, 2, 4, 8],
  BEreal: [4, 8],
  LEreal: [4, 8],
};

function checkWidth(encoding: Das3Encoding, itemBytes: number | undefined): void {
  const widths = WIDTHS[encoding];
  if (widths !== undefined && (itemBytes === undefined || !widths.includes(itemBytes)))
    throw new DasError(
      "BAD_HEADER",
      `itemBytes = ${itemBytes ?? "*"} for ${encoding}, expected ${widths.join(", ")}`,
    );
}
