import { DasError } from "../errors/das-error.js";
import type { Compression } from "./compression.js";
import { mixed } from "./held-start.js";
import { DEFAULT_LIMITS, type StreamLimits } from "./limits.js";
import type {
  Comment,
  PacketHeader,
  Properties,
  Property,
  StreamException,
  StreamHeader,
  YTags,
} from "./model.js";
import { type PlaneSpec, packetHeader } from "./packet-header.js";
import { realFromText } from "./properties.js";
import { readProperty } from "./property-type.js";
import { valueType } from "./value-type.js";
import { parseXml, type XmlElement } from "./xml-document.js";

export { printComment, printException, printPacketHeader, printStreamHeader } from "./header-print.js";

/** Takes one line about something odd that was accepted. */
export type Warn = (line: string) => void;

const quiet: Warn = () => {};

/** A stream header as read, with what its attributes say of the bytes that follow. */
export interface ReadStreamHeader {
  readonly header: StreamHeader;
  readonly compression: Compression;
}

/** The body of an info packet. */
export type Info =
  | { readonly kind: "comment"; readonly comment: Comment }
  | { readonly kind: "exception"; readonly exception: StreamException };

/**
 * The stream header in the body of a `[00]` packet.
 * Errors: BAD_XML, BAD_HEADER, BAD_PROPERTY, BAD_COMPRESSION. Source: das2-stream A4.
 */
export function parseStreamHeader(
  body: Uint8Array | string,
  limits?: StreamLimits,
  warn?: Warn,
): ReadStreamHeader {
  return streamHeaderOf(parseXml(body), limits, warn);
}

/**
 * The definition in the body of an `[id]` packet. Errors: BAD_XML, BAD_HEADER, BAD_TYPE, BAD_PROPERTY, BAD_Y_TAGS,
 * TOO_MANY_PLANES, TOO_MANY_ITEMS, RECORD_TOO_LONG. Source: das2-stream A5 to A8.
 */
export function parsePacketHeader(
  id: number,
  body: Uint8Array | string,
  limits?: StreamLimits,
  warn?: Warn,
): PacketHeader {
  return packetHeaderOf(id, parseXml(body), limits, warn);
}

/**
 * The body of an `[xx]` packet; `undefined` for an element that readers pass over.
 * Errors: BAD_XML. Source: das2-stream A3, A12, A13.
 */
export function parseInfo(body: Uint8Array | string): Info | undefined {
  return infoOf(parseXml(body));
}

/** {@link parseStreamHeader} of a document already parsed. */
export function streamHeaderOf(
  root: XmlElement,
  limits: StreamLimits = DEFAULT_LIMITS,
  warn: Warn = quiet,
): ReadStreamHeader {
  if (root.name !== "stream")
    throw new DasError("BAD_HEADER", `element <${clip(root.name)}>, expected <stream>`);
  const version = root.attributes.get("version") ?? "2.2";
  if (!version.startsWith("2."))
    throw new DasError("BAD_HEADER", `stream version "${clip(version)}", expected 2.2 or another 2.x`);
  const compression = root.attributes.get("compression") ?? "none";
  if (compression !== "none" && compression !== "deflate" && compression !== "zlib")
    throw new DasError("BAD_COMPRESSION", `compression "${clip(compression)}", expected none or deflate`);
  return {
    header: { version, properties: propertiesOf(root, limits, warn) },
    // The schema of version 2.2 spells it zlib, everything else deflate.
    compression: compression === "none" ? "none" : "deflate",
  };
}

/** {@link parsePacketHeader} of a document already parsed. */
export function packetHeaderOf(
  id: number,
  root: XmlElement,
  limits: StreamLimits = DEFAULT_LIMITS,
  warn: Warn = quiet,
): PacketHeader {
  if (root.name !== "packet")
    throw new DasError("BAD_HEADER", `element <${clip(root.name)}>, expected <packet>`);
  const elements = root.children.filter((child) => child.name !== "properties");
  if (elements.length > limits.planes + 1)
    throw new DasError(
      "TOO_MANY_PLANES",
      `${elements.length} planes in packet ${id}, expected at most ${limits.planes} besides x`,
    );
  const planes = elements.map((element) => planeOf(element, limits, warn));
  const group = root.attributes.get("group");
  return packetHeader({ id, group, planes, properties: propertiesOf(root, limits, warn) }, limits);
}

/** {@link parseInfo} of a document already parsed. */
export function infoOf(root: XmlElement): Info | undefined {
  const text = (name: string) => root.attributes.get(name) ?? "";
  if (root.name === "comment") {
    const comment = { type: commentType(text("type")), source: text("source"), value: text("value") };
    return { kind: "comment", comment };
  }
  if (root.name === "exception")
    return { kind: "exception", exception: { type: text("type"), message: text("message") } };
  return undefined;
}

/** `taskSize` and `taskProgress` are read in any case and written in this one; das2-stream A12. */
export function commentType(type: string): string {
  const lower = type.toLowerCase();
  return lower === "taskprogress" ? "taskProgress" : lower === "tasksize" ? "taskSize" : type;
}

function clip(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}

/** Whether a definition of version 2.3 has tables along x. Errors: NOT_IMPLEMENTED where it has others as well. Source: das2-stream B. */
export function hasXScan(root: XmlElement): boolean {
  const tables = root.children.filter(({ name }) => name === "xscan" || name === "yscan");
  const along = tables.filter(({ name }) => name === "xscan").length;
  if (along > 0 && along < tables.length) throw mixed();
  return along > 0;
}

/**
 * A table along x as the table plane that it is in a stream of waveforms: offsets are tags, and what is said of y is said of z.
 * Source: das2-stream B.
 */
function xscanOf(element: XmlElement, limits: StreamLimits, warn: Warn): PlaneSpec {
  const items = itemsOf(element, limits);
  const properties = propertiesOf(element, limits, warn);
  const named = new Set(properties.map(({ name }) => name));
  return {
    role: "yscan",
    name: element.attributes.get("name") ?? "",
    type: valueType(attribute(element, "type")),
    units: attribute(element, "yUnits"),
    items,
    yUnits: attribute(element, "xUnits"),
    yTags: tagsOf(element, items, { list: ["xOffsets"], interval: ["xOffsetInterval"], min: ["xOffsetMin"] }),
    properties: properties.map((property) => {
      const name = property.name.replace(/^y(?=[A-Z])/, "z");
      return named.has(name) ? property : { ...property, name };
    }),
  };
}

function planeOf(element: XmlElement, limits: StreamLimits, warn: Warn): PlaneSpec {
  const role = element.name;
  if (role === "xscan") return xscanOf(element, limits, warn);
  if (role !== "x" && role !== "y" && role !== "z" && role !== "yscan")
    throw new DasError("BAD_HEADER", `element <${clip(role)}> in <packet>, expected x, y, z, yscan or xscan`);
  const type = valueType(attribute(element, "type"));
  const name = element.attributes.get("name") ?? "";
  const properties = propertiesOf(element, limits, warn);
  if (role === "yscan") {
    const items = itemsOf(element, limits);
    const units = attribute(element, "zUnits");
    const yUnits = attribute(element, "yUnits");
    return { role, name, type, units, items, yUnits, yTags: tagsOf(element, items, Y_TAGS), properties };
  }
  // Only a text time on x may leave them out: it is UTC (das2-stream A5).
  const units =
    role === "x" && type.kind === "time"
      ? (element.attributes.get("units") ?? "UTC")
      : attribute(element, "units");
  const base = role === "x" ? element.attributes.get("base") : undefined;
  return { role, name, type, units, items: 1, ...(base === undefined ? {} : { base }), properties };
}

function attribute(element: XmlElement, name: string): string {
  const value = element.attributes.get(name);
  if (value === undefined)
    throw new DasError("BAD_HEADER", `<${clip(element.name)}> has no attribute "${name}"`);
  return value;
}

function itemsOf(element: XmlElement, limits: StreamLimits): number {
  const text = attribute(element, "nitems").trim();
  const items = /^\+?[0-9]{1,15}$/.test(text) ? Number(text) : 0;
  if (items < 1) throw new DasError("BAD_HEADER", `nitems = "${clip(text)}", expected a positive integer`);
  if (items > limits.items)
    throw new DasError("TOO_MANY_ITEMS", `nitems = ${items}, expected at most ${limits.items}`);
  return items;
}

/** Attributes that say where the items of a table are. */
interface TagNames {
  readonly list: readonly string[];
  readonly interval: readonly string[];
  readonly min: readonly string[];
  readonly max?: string;
}

/** Version 2.3 calls the same attributes `yOffset...`. Source: das2-stream A7, B. */
const Y_TAGS: TagNames = {
  list: ["yTags", "yOffsets"],
  interval: ["yTagInterval", "yOffsetInterval"],
  min: ["yTagMin", "yOffsetMin"],
  max: "yTagMax",
};

function tagsOf({ attributes }: XmlElement, items: number, names: TagNames): YTags {
  const first = (wanted: readonly string[]) =>
    wanted.map((name) => attributes.get(name)).find((value) => value !== undefined);
  const text = first(names.list);
  if (text !== undefined) return { kind: "list", values: tagList(text, items), text };
  const interval = first(names.interval);
  if (interval === undefined) return { kind: "index" };
  const min = first(names.min);
  const max = names.max === undefined ? undefined : attributes.get(names.max);
  const tags = { kind: "interval", interval: tag(interval, names.interval[0]) } as const;
  if (min !== undefined) return { ...tags, min: tag(min, names.min[0]) };
  return max === undefined ? tags : { ...tags, max: tag(max, names.max) };
}

function tagList(text: string, items: number): Float64Array {
  let commas = 0;
  for (let at = text.indexOf(","); at >= 0; at = text.indexOf(",", at + 1)) commas++;
  if (commas + 1 !== items)
    throw new DasError("BAD_Y_TAGS", `${commas + 1} yTags for nitems = ${items}, expected as many`);
  return Float64Array.from(text.split(","), (part) => tag(part, "yTags"));
}

function tag(text: string, name = "tag"): number {
  const value = realFromText(text);
  if (value === undefined || !Number.isFinite(value))
    throw new DasError("BAD_Y_TAGS", `${name}: "${clip(text.trim())}" is not a number`);
  return value;
}

const encoder = new TextEncoder();

function propertiesOf(element: XmlElement, limits: StreamLimits, warn: Warn): Properties {
  const found = element.children.filter((child) => child.name === "properties");
  if (found.length > 1)
    throw new DasError("BAD_HEADER", `two <properties> in <${clip(element.name)}>, expected one`);
  const properties: Property[] = [];
  const names = new Set<string>();
  for (const [key, value] of found[0]?.attributes ?? []) {
    const colon = key.indexOf(":");
    const name = key.slice(colon + 1);
    checkPropertyName(name, limits);
    if (names.has(name)) throw new DasError("BAD_PROPERTY", `property "${name}" stands twice in one element`);
    names.add(name);
    const { property, warning } = readProperty(colon < 0 ? undefined : key.slice(0, colon), name, value);
    if (warning !== undefined) warn(warning);
    properties.push(property);
  }
  return properties;
}

function checkPropertyName(name: string, limits: StreamLimits): void {
  if (name === "" || name.includes(":"))
    throw new DasError("BAD_PROPERTY", `property name "${clip(name)}", expected a name without a colon`);
  if (name.length > limits.propertyNameBytes || encoder.encode(name).length > limits.propertyNameBytes)
    throw new DasError(
      "BAD_PROPERTY",
      `property name "${clip(name)}" is longer than the limit of ${limits.propertyNameBytes} bytes`,
    );
}
