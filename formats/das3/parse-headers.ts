import { DasError } from "../../errors/das-error.js";
import { attribute, clip } from "../../stream/xml-attribute.js";
import type { XmlElement } from "../../stream/xml-document.js";
import type { Das3Value } from "../das3-property.js";
import { unescaped } from "./header-text.js";
import type { Das3Dataset, Das3Dimension, Das3Index, Das3Property, Das3Use, Das3Variable } from "./model.js";
import { parseContent } from "./parse-content.js";

/** Indices of a dataset; das2-stream C4. */
const MAX_RANK = 8;
/** Values along one index, as many as of a table in das2. */
const MAX_SIZE = 1_000_000;
/** Characters of the name of a property. */
const MAX_NAME = 127;

/** Numbers of one value of a composite: a plane each in das2. */
const MAX_COMPONENTS = 99;
/** Elements that are variables; das2-stream C4, and what newer writers say for vectors and text. */
const VARIABLES: ReadonlySet<string> = new Set(["scalar", "vector", "composite", "bytes"]);

const USES: ReadonlySet<string> = new Set<Das3Use>([
  "center",
  "offset",
  "average",
  "count",
  "min",
  "reference",
  "max",
  "width",
  "std_dev",
  "min_error",
  "max_error",
  "norm",
]);
const SEMANTICS: ReadonlySet<string> = new Set<Das3Variable["semantic"]>([
  "bool",
  "datetime",
  "integer",
  "real",
  "string",
  "blob",
]);

/** What a root element begins: a stream of packets, or a document. */
export type Das3Type = "das-basic-stream" | "das-basic-doc";

/**
 * The properties of a stream element.
 * Errors: BAD_HEADER for another element, type or version. Source: das2-stream C2, C7.
 */
export function das3StreamProperties(root: XmlElement, expected: Das3Type): readonly Das3Property[] {
  if (root.name !== "stream")
    throw new DasError("BAD_HEADER", `element <${clip(root.name)}>, expected <stream>`);
  const version = root.attributes.get("version") ?? "";
  const type = root.attributes.get("type") ?? "";
  if (type !== expected || !/^3\.[0-9]+$/.test(version))
    throw new DasError(
      "BAD_HEADER",
      `stream type "${clip(type)}", version "${clip(version)}", expected ${expected}, 3.0`,
    );
  return propertiesOf(root);
}

/**
 * What a `<dataset>` says.
 * Errors: BAD_HEADER, BAD_PROPERTY, TOO_MANY_ITEMS; NOT_IMPLEMENTED for data that are no numbers (`extData`).
 * Source: das2-stream C4.
 */
export function parseDataset(root: XmlElement, type: Das3Type = "das-basic-stream"): Das3Dataset {
  if (root.name !== "dataset")
    throw new DasError("BAD_HEADER", `element <${clip(root.name)}>, expected <dataset>`);
  const rank = Number(attribute(root, "rank"));
  const index = attribute(root, "index")
    .split(";")
    .map((text) => (text.trim() === "*" ? ("*" as const) : size(text)));
  if (rank !== index.length || index.length > MAX_RANK)
    throw new DasError(
      "BAD_HEADER",
      `rank ${clip(attribute(root, "rank"))} with ${index.length} indices, expected as many, at most ${MAX_RANK}`,
    );
  if (root.children.some(({ name }) => name === "extData"))
    throw new DasError("NOT_IMPLEMENTED", "a dataset with <extData> has no das2 form");
  const dimensions = root.children
    .filter(({ name }) => name === "coord" || name === "data")
    .map((element) => dimension(element, index, type === "das-basic-doc"));
  return { name: attribute(root, "name"), index, properties: propertiesOf(root), dimensions };
}

function dimension(element: XmlElement, dataset: Das3Dataset["index"], isDocument: boolean): Das3Dimension {
  const physDim = attribute(element, "physDim");
  const axis = element.attributes.get("axis");
  const variables = element.children
    .filter(({ name }) => VARIABLES.has(name))
    .map((child) => variable(child, dataset, isDocument));
  if (variables.length === 0)
    throw new DasError("BAD_HEADER", `<${element.name}> without variables, expected <scalar> or <vector>`);
  return {
    kind: element.name === "coord" ? "coord" : "data",
    physDim,
    name: element.attributes.get("name") ?? physDim,
    ...(axis === undefined ? {} : { axis }),
    properties: propertiesOf(element),
    variables,
  };
}

function variable(element: XmlElement, dataset: Das3Dataset["index"], isDocument: boolean): Das3Variable {
  const use = element.attributes.get("use") ?? "center";
  // A run of bytes has no meaning but its own.
  const semantic = element.name === "bytes" ? "string" : attribute(element, "semantic");
  if (!USES.has(use)) throw new DasError("BAD_HEADER", `use "${clip(use)}" is no use of a variable`);
  if (!SEMANTICS.has(semantic))
    throw new DasError("BAD_HEADER", `semantic "${clip(semantic)}" is none, expected real, datetime, ...`);
  const index = indexOf(attribute(element, "index"), dataset);
  const components = componentsOf(element);
  const storage = element.attributes.get("storage");
  return {
    use: use as Das3Use, // one of the set
    // Only numbers and times have to have them.
    units: element.name === "scalar" ? attribute(element, "units") : (element.attributes.get("units") ?? ""),
    semantic: semantic as Das3Variable["semantic"], // one of the set
    ...(storage === undefined ? {} : { storage }),
    index,
    components,
    ...(components === 1 ? {} : { directions: directionsOf(element, components) }),
    properties: propertiesOf(element),
    content: parseContent(element, { index, components, isDocument }),
  };
}

/** How many numbers make one value: one of a scalar, two or three of a vector, so many as it says of a composite. */
function componentsOf(element: XmlElement): number {
  switch (element.name) {
    case "vector": {
      const components = Number(attribute(element, "components"));
      if (components === 1 || components === 2 || components === 3) return components;
      throw new DasError("BAD_HEADER", "the components of a vector are not 1 to 3");
    }
    case "composite": {
      const text = attribute(element, "intern");
      if (text.includes("*"))
        throw new DasError("NOT_IMPLEMENTED", "a composite of any number of components has no das2 form");
      const product = text.split(";").reduce((all, entry) => all * size(entry), 1);
      if (product <= MAX_COMPONENTS) return product;
      throw new DasError(
        "TOO_MANY_ITEMS",
        `a composite of ${product} components, expected at most ${MAX_COMPONENTS}`,
      );
    }
    default:
      return 1;
  }
}

/** What the components of a vector are called: x, y, z of a cartesian system in the order of `sysorder`, numbers of any other. */
function directionsOf(whole: XmlElement, components: number): readonly string[] {
  const geometry = whole.children
    .find(({ name }) => name === "formalism")
    ?.children.find(({ name }) => name === "geovec");
  const element = geometry ?? whole;
  // A composite is a vector only where it says so.
  const none = whole.name === "composite" && geometry === undefined ? "" : "cartesian";
  const system = element.attributes.get("system") ?? none;
  const order = (element.attributes.get("sysorder") ?? "0;1;2").split(";").map(Number);
  return Array.from({ length: components }, (_, place) => {
    const letter = ["x", "y", "z"][order[place] ?? place];
    return system === "cartesian" && letter !== undefined ? letter : String(place + 1);
  });
}

function indexOf(text: string, dataset: Das3Dataset["index"]): Das3Index {
  const entries = text.split(";").map((entry) => {
    const trimmed = entry.trim();
    return trimmed === "*" || trimmed === "-" || trimmed === "^" ? trimmed : size(trimmed);
  });
  const fits = entries.every((entry, at) => typeof entry !== "number" || entry === dataset[at]);
  if (entries.length !== dataset.length || !fits)
    throw new DasError("BAD_HEADER", `index "${clip(text)}" in a dataset of index "${dataset.join(";")}"`);
  return entries;
}

function size(text: string): number {
  const value = /^[1-9][0-9]{0,9}$/.test(text.trim()) ? Number(text) : 0;
  if (value === 0)
    throw new DasError("BAD_HEADER", `"${clip(text)}" in an index, expected a positive integer`);
  if (value > MAX_SIZE)
    throw new DasError("TOO_MANY_ITEMS", `${value} values along an index, expected at most ${MAX_SIZE}`);
  return value;
}

/** Those of the `<properties>` inside an element. Errors: BAD_PROPERTY. */
export function propertiesOf(element: XmlElement): readonly Das3Property[] {
  const found: Das3Property[] = [];
  const names = new Set<string>();
  for (const { children } of element.children.filter(({ name }) => name === "properties"))
    for (const child of children) {
      if (child.name !== "p") continue;
      const name = attribute(child, "name");
      if (name === "" || name.length > MAX_NAME)
        throw new DasError(
          "BAD_PROPERTY",
          `property name "${clip(name)}", expected 1 to ${MAX_NAME} characters`,
        );
      if (names.has(name))
        throw new DasError("BAD_PROPERTY", `property "${clip(name)}" stands twice in one element`);
      names.add(name);
      found.push({ name, value: typedText(child) });
    }
  return found;
}

function typedText({ attributes, text = "" }: XmlElement): Das3Value {
  const type = attributes.get("type") ?? "string";
  const units = attributes.get("units") ?? "";
  if (!type.endsWith("Array")) return [type, units, text.trim()];
  const end = unescaped(attributes.get("term") ?? attributes.get("sep") ?? "");
  const parts = end === "" ? text.trim().split(/\s+/) : text.split(end).map((part) => part.trim());
  return [type, units, parts.filter((part) => part !== "").join(",")];
}
