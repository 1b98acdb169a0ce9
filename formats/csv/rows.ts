import type { PacketHeader, Plane, Properties, StreamHeader } from "../../stream/model.js";
import { shortestReal } from "../../stream/number-field.js";
import { yTagValues } from "../../stream/packet-header.js";
import { cascade } from "../../stream/properties.js";
import { das3Value } from "../das3-property.js";
import { coordinateName, dataRole, isCoordinate, planeName } from "../plane-roles.js";
import { timeUnit } from "../time-text-writer.js";

/** A field of a row: text that is always quoted, as header fields are. */
export type HeaderRow = readonly string[];

/** `coord:time`, `data:NAME` or `data:NAME:ROLE`. Source: das2-stream E2 rule 3. */
export function identifier(plane: Plane, header: PacketHeader): string {
  if (isCoordinate(plane, header))
    return `coord:${plane.role === "x" ? coordinateName(plane) : planeName(plane)}`;
  const { name, role } = dataRole(plane);
  return role === undefined ? `data:${name}` : `data:${name}:${role}`;
}

/** The three header rows of a packet type, one field for each column. Source: das2-stream E2 rules 3 and 4. */
export function headerRows(header: PacketHeader, stream: StreamHeader): readonly HeaderRow[] {
  const identifiers: string[] = [];
  const units: string[] = [];
  const labels: string[] = [];
  for (const plane of header.planes) {
    const unit = timeUnit(plane) === undefined ? plane.units : "UTC";
    identifiers.push(identifier(plane, header));
    units.push(unit === "" ? "" : `(${unit})`);
    for (let item = 1; item < plane.items; item++) {
      identifiers.push("");
      units.push("");
    }
    if (plane.role === "yscan") for (const tag of yTagValues(plane)) labels.push(shortestReal(tag));
    else labels.push(cascade(`${plane.role}Label`, plane, header, stream.properties)?.value ?? "");
  }
  return [identifiers, units, labels];
}

/** One property in a row: `global` or the plane, name, type, units, value. Source: das2-stream E2 rule 6. */
export type PropertyRow = readonly [scope: string, name: string, type: string, units: string, value: string];

/** Rows of the properties of the stream. */
export function globalPropertyRows(stream: StreamHeader): readonly PropertyRow[] {
  return rowsOf("global", stream.properties);
}

/** Rows of the properties of a packet and its planes. */
export function packetPropertyRows(header: PacketHeader): readonly PropertyRow[] {
  return [
    ...rowsOf("packet", header.properties),
    ...header.planes.flatMap((plane) =>
      rowsOf(plane.role === "x" ? coordinateName(plane) : planeName(plane), plane.properties),
    ),
  ];
}

function rowsOf(scope: string, properties: Properties): PropertyRow[] {
  return properties.map((property) => [scope, property.name, ...das3Value(property)]);
}
