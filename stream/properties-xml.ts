import { DasError } from "../errors/das-error.js";
import type { StreamLimits } from "./limits.js";
import type { Properties, Property } from "./model.js";
import { readProperty } from "./property-type.js";
import { clip } from "./xml-attribute.js";
import type { XmlElement } from "./xml-document.js";

/** Takes one line about something odd that was accepted. */
export type Warn = (line: string) => void;

const encoder = new TextEncoder();

/**
 * The properties of an element in their order; none where it has no `<properties>`.
 * @param warn told of an unknown type, and of a value that its type cannot hold
 * Errors: BAD_HEADER for a second `<properties>`, BAD_PROPERTY. Source: das2-stream A8.
 */
export function propertiesOf(element: XmlElement, limits: StreamLimits, warn: Warn): Properties {
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
