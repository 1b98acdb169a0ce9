import type { Properties, Property } from "../../stream/model.js";
import { readProperty } from "../../stream/property-type.js";
import { type Axis, axisName } from "./axis-properties.js";
import type { Das3Property } from "./model.js";

/** Names that a property of a plane must not have, for older clients take them for attributes; das2-stream A8.1. */
const STRUCTURAL: ReadonlySet<string> = new Set([
  "name",
  "type",
  "units",
  "nitems",
  "yTags",
  "yTagInterval",
  "yTagMin",
  "yTagMax",
]);

/** Types of das2 by those of das3; anything else is a String. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ["bool", "boolean"],
  ["integer", "int"],
  ["datetime", "Time"],
  ["integerRange", "DatumRange"],
  ["realRange", "DatumRange"],
  // Not TimeRange: a Java client fails on a range of any other type; das2-stream A8.3.
  ["datetimeRange", "DatumRange"],
  ["integerArray", "doubleArray"],
  ["realArray", "doubleArray"],
]);

/** Properties of a stream, dataset or variable as those of das2, under their own names. Source: das2-stream C3. */
export function das2Properties(properties: readonly Das3Property[]): Properties {
  return unique(properties.map((property) => das2Property(property, property.name)));
}

/** Properties of a dimension as those of a plane: what is of an axis gets its letter (`label` becomes `yLabel`). */
export function planeProperties(axis: Axis, properties: readonly Das3Property[]): Properties {
  const named = properties.map((property) =>
    das2Property(property, axisName(axis, property.name) ?? property.name),
  );
  return unique(named.filter(({ name }) => !STRUCTURAL.has(name)));
}

/** Of two that get the same name the first stays. */
function unique(properties: readonly Property[]): Properties {
  const names = new Set<string>();
  return properties.filter(({ name }) => !names.has(name) && names.add(name));
}

function das2Property({ value: [type, units, text] }: Das3Property, name: string): Property {
  const legal = legalPropertyName(name);
  if (type === "string" || type === "stringArray") return { name: legal, type: "String", value: text };
  if (type === "real")
    return readProperty(units === "" ? "double" : "Datum", legal, withUnits(text, units)).property;
  const das2 = TYPES.get(type);
  if (das2 === undefined) return { name: legal, type: "String", value: withUnits(text, units) };
  if (das2 === "boolean") return readProperty(das2, legal, /^[tT1]/.test(text) ? "true" : "false").property;
  const measured = das2 === "DatumRange" ? withUnits(text, type === "datetimeRange" ? "UTC" : units) : text;
  return readProperty(das2, legal, measured).property;
}

/** A name that may stand as that of an attribute; das2-stream A8.1. */
function legalPropertyName(name: string): string {
  const legal = name.replace(/[^A-Za-z0-9_.-]/g, "_");
  return /^[A-Za-z_]/.test(legal) ? legal : `_${legal}`;
}

function withUnits(text: string, units: string): string {
  return units === "" || text.endsWith(` ${units}`) ? text : `${text} ${units}`;
}
