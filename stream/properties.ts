import type { PacketHeader, Plane, Properties, Property } from "./model.js";

/** The property of that name in one element. */
export function getProperty(properties: Properties, name: string): Property | undefined {
  for (const property of properties) if (property.name === name) return property;
  return undefined;
}

/** The text of the property of that name, whatever its type. */
export function propertyText(properties: Properties, name: string): string | undefined {
  return getProperty(properties, name)?.value;
}

/** The same properties with one replaced where it stands, or appended if absent; das2-stream A16. */
export function withProperty(properties: Properties, property: Property): Properties {
  let found = false;
  const changed = properties.map((old) => {
    if (old.name !== property.name) return old;
    found = true;
    return property;
  });
  return found ? changed : [...changed, property];
}

/** The same properties, in the same order, but for those of the given names. */
export function withoutProperties(properties: Properties, names: Iterable<string>): Properties {
  const dropped = new Set(names);
  return properties.filter((property) => !dropped.has(property.name));
}

const REAL = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const NOT_FINITE = /^([+-]?)(?:(nan)|inf(?:inity)?)$/i;

/**
 * The real that a text of a header stands for: decimal, or `nan`, `inf`, `infinity` in any case, blanks
 * around it ignored; `undefined` for anything else. Source: das2-stream A6.3, A8.1.
 */
export function realFromText(text: string): number | undefined {
  const trimmed = text.trim();
  if (REAL.test(trimmed)) return Number(trimmed);
  const special = NOT_FINITE.exec(trimmed);
  if (special === null) return undefined;
  if (special[2] !== undefined) return Number.NaN;
  return special[1] === "-" ? -Infinity : Infinity;
}

/**
 * A `Datum`: a real and its units, `""` where the text has none. Read from a property of any type, for older
 * readers write none. Source: das2-stream A8.1.
 */
export function datumProperty(
  properties: Properties,
  name: string,
): { readonly value: number; readonly units: string } | undefined {
  const text = propertyText(properties, name)?.trim();
  if (text === undefined) return undefined;
  const [, first = "", units = ""] = /^(\S+)\s*(.*)$/s.exec(text) ?? [];
  const value = realFromText(first);
  return value === undefined ? undefined : { value, units };
}

/** A real, from a property of any type; `undefined` if absent or no real. */
export function doubleProperty(properties: Properties, name: string): number | undefined {
  const text = propertyText(properties, name);
  return text === undefined ? undefined : realFromText(text);
}

/**
 * A truth value, from a property of any type: `true`, `false` in any case, or digits of which any but zero
 * makes it true; `undefined` if absent or neither. Source: das2-stream A8.1.
 */
export function booleanProperty(properties: Properties, name: string): boolean | undefined {
  const text = propertyText(properties, name)?.trim().toLowerCase();
  if (text === "true") return true;
  if (text === "false") return false;
  if (text === undefined || !/^[+-]?[0-9]+$/.test(text)) return undefined;
  return /[1-9]/.test(text);
}

/**
 * The property that holds for a plane: its own, else the packet's, else the stream's `PLANE.name`, else the
 * stream's `name`. Source: das2-stream A8.2.
 */
export function cascade(
  name: string,
  plane: Pick<Plane, "name" | "properties">,
  packet: Pick<PacketHeader, "properties">,
  streamProperties: Properties,
): Property | undefined {
  return (
    getProperty(plane.properties, name) ??
    getProperty(packet.properties, name) ??
    (plane.name === "" ? undefined : getProperty(streamProperties, `${plane.name}.${name}`)) ??
    getProperty(streamProperties, name)
  );
}
