import type { PacketHeader, Plane, Properties, Property, StreamHeader } from "../../stream/model.js";
import { cascade } from "../../stream/properties.js";
import { das3Value } from "../das3-property.js";
import type { Das3Property } from "./model.js";

/** The axes of a das2 plot, of whose properties the first letter tells. */
export type Axis = "x" | "y" | "z";

/** Properties of an axis without the letter; das2-stream A8.3. */
const OF_AXIS: ReadonlySet<string> = new Set([
  "Label",
  "Summary",
  "Range",
  "ScaleType",
  "ValidMin",
  "ValidMax",
  "Fill",
  "Format",
  "TagWidth",
]);

/** Whether a das2 property is one of an axis: `yLabel`, `zFill`. */
export function isOfAxis(name: string): boolean {
  return /^[xyz]/.test(name) && OF_AXIS.has(name.slice(1));
}

/** The das2 property that a property of a dimension is, on that axis; `undefined` for one that no axis has. */
export function axisName(axis: Axis, name: string): string | undefined {
  const suffix = name.charAt(0).toUpperCase() + name.slice(1);
  return OF_AXIS.has(suffix) ? axis + suffix : undefined;
}

/** Properties of an axis as those of a dimension: `yLabel` becomes `label`. */
export function axisProperties(
  axis: Axis,
  plane: Plane,
  packet: PacketHeader,
  stream: StreamHeader,
): Das3Property[] {
  const found: Das3Property[] = [];
  for (const suffix of OF_AXIS) {
    const property = cascade(axis + suffix, plane, packet, stream.properties);
    if (property === undefined) continue;
    const name = suffix.charAt(0).toLowerCase() + suffix.slice(1);
    found.push({ name, value: das3Value(property) });
  }
  return found;
}

/** The other properties of an element, each under its own name. */
export function otherProperties(
  properties: Properties,
  isLeftOut: (property: Property) => boolean = () => false,
): Das3Property[] {
  return properties
    .filter((property) => !isOfAxis(property.name) && !isLeftOut(property))
    .map((property) => ({ name: legalName(property.name), value: das3Value(property) }));
}

/** Those of the stream: what is of an axis, its own or that of a plane (`PLANE.yLabel`), stands in dimensions. */
export function streamProperties(properties: Properties): Das3Property[] {
  return otherProperties(properties, ({ name }) => isOfAxis(name.slice(name.lastIndexOf(".") + 1)));
}

/** A name as das3 takes them: a letter, then letters, digits and `_`, at most 63. Source: das2-stream C3, C4. */
export function legalName(name: string): string {
  const legal = name.replace(/[^A-Za-z0-9_]/g, "_").slice(0, 63);
  return /^[A-Za-z]/.test(legal) ? legal : `v${legal}`.slice(0, 63);
}
