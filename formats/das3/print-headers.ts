import { das3Packet } from "../../stream/das3-packets.js";
import type { StreamHeader } from "../../stream/model.js";
import { shortestReal } from "../../stream/number-field.js";
import { escapeText } from "../../stream/xml-text.js";
import { streamProperties } from "./axis-properties.js";
import type { Das3Content, Das3Dataset, Das3Dimension, Das3Property, Das3Variable } from "./model.js";

/** Values on one line of a header. */
const LINE_VALUES = 10;

/** The whole `Sx` packet. Source: das2-stream C2. */
export function printDas3Stream(header: StreamHeader): Uint8Array {
  const start = '<stream type="das-basic-stream" version="3.0"';
  const inner = propertiesText(streamProperties(header.properties), "  ");
  return das3Packet("Sx", undefined, `\n${element(start, "", inner)}`);
}

/** The whole `Hx` packet of a dataset. Source: das2-stream C4. */
export function printDas3Dataset(id: number, dataset: Das3Dataset): Uint8Array {
  return das3Packet("Hx", id, `\n${datasetText("<dataset", dataset)}`);
}

/** What a document begins with: all before its first dataset. Source: das2-stream C7. */
export function documentStart(header: StreamHeader): string {
  const inner = propertiesText(streamProperties(header.properties), "  ");
  return `<?xml version="1.0" encoding="UTF-8"?>\n<stream type="das-basic-doc" version="3.0" xmlns="das-basic-doc">\n${inner}`;
}

/** A dataset in a document, which says its id itself. Source: das2-stream C7. */
export function documentDataset(id: number, dataset: Das3Dataset): string {
  return datasetText(`<dataset id="${id}"`, dataset);
}

function datasetText(begin: string, { name, index, properties, dimensions }: Das3Dataset): string {
  const start = `${begin} name="${name}" rank="${index.length}" index="${index.join(";")}"`;
  return element(start, "", propertiesText(properties, "  ") + dimensions.map(dimensionText).join(""));
}

function element(start: string, indent: string, inner: string): string {
  const name = /^<(\w+)/.exec(start)?.[1] ?? "";
  return inner === "" ? `${indent}${start}/>\n` : `${indent}${start}>\n${inner}${indent}</${name}>\n`;
}

function propertiesText(properties: readonly Das3Property[], indent: string): string {
  if (properties.length === 0) return "";
  const names = new Set<string>();
  const lines = properties.map(({ name: wanted, value: [type, units, value] }) => {
    // Names that das2 tells apart may be one in das3.
    let name = wanted;
    for (let n = 2; names.has(name); n++) name = `${wanted.slice(0, 60)}_${n}`;
    names.add(name);
    const typed = type === "string" ? "" : ` type="${type}"`;
    const measured = units === "" ? "" : ` units="${escapeText(units)}"`;
    // das2 separates the elements of an array by commas, das3 by white space.
    const text = type.endsWith("Array") ? value.replaceAll(",", " ") : value;
    return `${indent}  <p name="${name}"${typed}${measured}>${escapeText(text)}</p>\n`;
  });
  return element("<properties", indent, lines.join(""));
}

function dimensionText({ kind, physDim, name, axis, properties, variables }: Das3Dimension): string {
  const start = `<${kind} physDim="${physDim}" name="${name}"${axis === undefined ? "" : ` axis="${axis}"`}`;
  return element(start, "  ", propertiesText(properties, "    ") + variables.map(variableText).join(""));
}

function variableText(variable: Das3Variable): string {
  const { use, units, semantic, storage, index, properties, content } = variable;
  const start =
    `<scalar use="${use}" units="${escapeText(units)}" semantic="${semantic}"` +
    `${storage === undefined ? "" : ` storage="${storage}"`} index="${index.join(";")}"`;
  return element(start, "    ", propertiesText(properties, "      ") + contentText(content, "      "));
}

function contentText(content: Das3Content, indent: string): string {
  switch (content.kind) {
    case "values": {
      const texts = Array.from(content.values, shortestReal);
      let lines = "";
      for (let at = 0; at < texts.length; at += LINE_VALUES)
        lines += `${indent}  ${texts.slice(at, at + LINE_VALUES).join(" ")}\n`;
      return element("<values", indent, lines);
    }
    case "sequence": {
      const steps = content.interval.map((step) => (step === undefined ? "-" : shortestReal(step)));
      return `${indent}<sequence minval="${shortestReal(content.min)}" interval="${steps.join(";")}"/>\n`;
    }
    case "packet": {
      const { items, itemBytes, encoding, fill, valueEnd } = content;
      // A document has text alone, of any width.
      if (itemBytes === undefined)
        return `${indent}<packet numItems="${items ?? "*"}" valTerm="${escapeText(valueEnd ?? "")}"/>\n`;
      return (
        `${indent}<packet numItems="${items ?? "*"}" itemBytes="${itemBytes}" encoding="${encoding}"` +
        `${fill === undefined ? "" : ` fill="${escapeText(fill)}"`}/>\n`
      );
    }
    default:
      return content satisfies never;
  }
}
