import type { Property, PropertyType } from "./model.js";
import { realFromText } from "./properties.js";

/** Names by which types are read, lower case; das2-stream A8.1. */
const TYPE_NAMES: Readonly<Record<string, PropertyType>> = {
  string: "String",
  stringarray: "String",
  boolean: "boolean",
  bool: "boolean",
  int: "int",
  integer: "int",
  double: "double",
  real: "double",
  doublearray: "doubleArray",
  datum: "Datum",
  datumrange: "DatumRange",
  time: "Time",
  datetime: "Time",
  timerange: "TimeRange",
  datetimerange: "TimeRange",
};

/** A property as read, and what is odd about it. */
export interface ReadProperty {
  readonly property: Property;
  /** One line for people; absent where all is well. */
  readonly warning?: string;
}

/**
 * The property that an attribute `TYPE:name` or `name` of a `<properties>` element stands for. The case of the
 * type does not matter; an unknown type, and a value that its type cannot hold, are kept as String.
 * `xCacheRange` is a DatumRange whichever way it was written. Source: das2-stream A8.1.
 */
export function readProperty(prefix: string | undefined, name: string, value: string): ReadProperty {
  if (prefix === undefined) return { property: { name, type: "String", value } };
  const key = prefix.toLowerCase();
  const type = Object.hasOwn(TYPE_NAMES, key) ? TYPE_NAMES[key] : undefined;
  const asString: Property = { name, type: "String", value };
  if (type === undefined)
    return { property: asString, warning: `unknown property type "${prefix.slice(0, 40)}", read as String` };
  if (!suits(type, value))
    return { property: asString, warning: `property "${name}" is no ${type}, read as String` };
  return { property: canonicalProperty({ name, type, value }) };
}

/**
 * The form in which a property is written: `xCacheRange` as DatumRange that ends in `UTC`, for both families
 * of clients read that; every other property as it is. Source: das2-stream A8.1.
 */
export function canonicalProperty(property: Property): Property {
  const { name, type, value } = property;
  if (name !== "xCacheRange" || (type !== "TimeRange" && type !== "DatumRange")) return property;
  const isTimeRange = type === "TimeRange" || /[-:TZ]/.test(value.replace(/[+-]?[0-9.]+e[+-]?[0-9]+/gi, ""));
  if (!isTimeRange || (type === "DatumRange" && value.endsWith(" UTC"))) return property;
  return { name, type: "DatumRange", value: value.endsWith(" UTC") ? value : `${value.trimEnd()} UTC` };
}

/** Whether the text can be a value of that type; times are looked at only by their outline. */
function suits(type: PropertyType, value: string): boolean {
  const text = value.trim();
  switch (type) {
    case "String":
      return true;
    case "boolean":
      return /^(?:true|false|[0-9]+)$/i.test(text);
    case "int":
      return /^[+-]?[0-9]+$/.test(text);
    case "double":
      return realFromText(text) !== undefined;
    case "doubleArray":
      return text.split(",").every((part) => realFromText(part) !== undefined);
    case "Datum": {
      const [, first = "", units = ""] = /^(\S+)\s*(.*)$/s.exec(text) ?? [];
      return realFromText(first) !== undefined && isUnits(units);
    }
    case "DatumRange":
    case "TimeRange":
      return /^\S.*\sto\s+\S/is.test(text);
    case "Time":
      return /^(?=.*[0-9])[-+0-9A-Za-z:/,._()\s]+$/.test(text);
    default:
      return type satisfies never;
  }
}

/** One factor of a unit: a name, perhaps with a power, a fraction of it in parentheses. */
const FACTOR = /^[^\s*^/()]+(?:(?:\*\*|\^)(?:[+-]?[0-9]+(?:\.[0-9]+)?|\([+-]?[0-9]+(?:\/[0-9]+)?\)))?$/;

/** Whether a text follows the grammar of units; das2-stream A10.3. */
function isUnits(text: string): boolean {
  // A slash inside a fraction belongs to the power, any other separates factors.
  return text
    .trim()
    .split(/\s*\/(?![0-9]+\))\s*|\s+/)
    .every((factor) => text.trim() === "" || FACTOR.test(factor));
}
