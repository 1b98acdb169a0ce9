import { DasError } from "../errors/das-error.js";
import { mixed } from "./held-start.js";
import type { StreamLimits } from "./limits.js";
import type { YTags } from "./model.js";
import type { PlaneSpec } from "./packet-header.js";
import { realFromText } from "./properties.js";
import { propertiesOf, type Warn } from "./properties-xml.js";
import { valueType } from "./value-type.js";
import { attribute, clip } from "./xml-attribute.js";
import type { XmlElement } from "./xml-document.js";

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

/** A plane as its element describes it. Errors: BAD_HEADER, BAD_PROPERTY, BAD_TYPE, BAD_Y_TAGS, TOO_MANY_ITEMS. Source: das2-stream A5, A7. */
export function planeOf(element: XmlElement, limits: StreamLimits, warn: Warn): PlaneSpec {
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
