import type { PacketHeader, Plane, Properties, Property, StreamHeader } from "../../stream/model.js";
import { shortestReal } from "../../stream/number-field.js";
import { yTagValues } from "../../stream/packet-header.js";
import { cascade, datumProperty, propertyText } from "../../stream/properties.js";
import { timeUnit } from "../time-text-writer.js";

/** A field of a row: text that is always quoted, as header fields are. */
export type HeaderRow = readonly string[];

/** What a plane of a derived operation is of the plane it derives from; das2-stream C6. */
const ROLE_OF: Readonly<Record<string, string>> = {
  BIN_AVG: "average",
  BIN_MIN: "min",
  BIN_MAX: "max",
  BIN_STDDEV: "std_dev",
};

/** Name of a coordinate by its units, where it has none of its own; das2-stream C6. */
const COORDINATE_OF_UNITS: Readonly<Record<string, string>> = {
  Hz: "frequency",
  kHz: "frequency",
  MHz: "frequency",
  GHz: "frequency",
  m: "distance",
  km: "distance",
  eV: "energy",
  keV: "energy",
  deg: "angle",
};

/** The name of an x as coordinate. */
export function coordinateName(plane: Plane): string {
  if (plane.role === "x" && timeUnit(plane) !== undefined) return "time";
  return COORDINATE_OF_UNITS[plane.units] ?? planeName(plane);
}

function planeName(plane: Plane): string {
  if (plane.name !== "") return plane.name;
  return plane.role === "yscan" ? "scan" : plane.role;
}

/** `coord:time`, `data:NAME` or `data:NAME:ROLE`. Source: das2-stream E2 rule 3. */
export function identifier(plane: Plane, header: PacketHeader): string {
  const isCoordinate =
    plane.role === "x" || (plane.role === "y" && header.planes.some(({ role }) => role === "z"));
  if (isCoordinate) return `coord:${plane.role === "x" ? coordinateName(plane) : planeName(plane)}`;
  const role = ROLE_OF[propertyText(plane.properties, "operation") ?? ""];
  if (role === undefined) return `data:${planeName(plane)}`;
  const own = planeName(plane);
  const source = propertyText(plane.properties, "source") ?? own.replace(/\.(?:min|max|stddev)$/, "");
  return `data:${source}:${role}`;
}

/** The three header rows of a packet type, one field for each column. Source: das2-stream E2 rules 3 and 4. */
export function headerRows(header: PacketHeader, stream: StreamHeader): readonly HeaderRow[] {
  const identifiers: string[] = [];
  const units: string[] = [];
  const labels: string[] = [];
  for (const plane of header.planes) {
    const rest = Array.from({ length: plane.items - 1 }, () => "");
    const unit = timeUnit(plane) === undefined ? plane.units : "UTC";
    identifiers.push(identifier(plane, header), ...rest);
    units.push(unit === "" ? "" : `(${unit})`, ...rest);
    if (plane.role === "yscan") for (const tag of yTagValues(plane)) labels.push(shortestReal(tag));
    else labels.push(cascade(`${plane.role}Label`, plane, header, stream.properties)?.value ?? "");
  }
  return [identifiers, units, labels];
}

/** Columns of the values of a packet type. */
export function columnCount(header: PacketHeader): number {
  return header.planes.reduce((sum, { items }) => sum + items, 0);
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
  return properties.map((property) => [scope, property.name, ...typedValue(property)]);
}

/** Type, units and value in the terms of das3, which keep the units apart. Source: das2-stream C3. */
function typedValue(property: Property): [type: string, units: string, value: string] {
  const { type, value, name } = property;
  switch (type) {
    case "String":
      return ["string", "", value];
    case "boolean":
      return ["bool", "", value];
    case "int":
      return ["integer", "", value];
    case "double":
      return ["real", "", value];
    case "doubleArray":
      return ["realArray", "", value];
    case "Time":
      return ["datetime", "", value];
    case "TimeRange":
      return ["datetimeRange", "UTC", value.replace(/\s+UTC\s*$/, "")];
    case "Datum": {
      const datum = datumProperty([property], name);
      return datum === undefined
        ? ["string", "", value]
        : ["real", datum.units, value.trim().split(/\s+/)[0]!]; // there is a number, or it were no Datum
    }
    case "DatumRange": {
      const [, range = value, units = ""] = /^\s*(\S+\s+to\s+\S+)\s*(.*?)\s*$/.exec(value) ?? [];
      return [units === "UTC" ? "datetimeRange" : "realRange", units, range];
    }
    default:
      return type satisfies never;
  }
}
