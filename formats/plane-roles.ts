import type { PacketHeader, Plane } from "../stream/model.js";
import { propertyText } from "../stream/properties.js";
import { timeUnit } from "./time-text-writer.js";

/** What a plane that was made by an operation is of the plane it derives from; das2-stream C6. */
const ROLE_OF: Readonly<Record<string, DerivedRole>> = {
  BIN_AVG: "average",
  BIN_MIN: "min",
  BIN_MAX: "max",
  BIN_STDDEV: "std_dev",
};

/** How das3 and tables call what was made from samples. */
export type DerivedRole = "average" | "min" | "max" | "std_dev";

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

/** What values in these units are coordinates of; `undefined` where the units do not tell. */
export function coordinateOfUnits(units: string): string | undefined {
  return Object.hasOwn(COORDINATE_OF_UNITS, units) ? COORDINATE_OF_UNITS[units] : undefined;
}

/** The name of an x as coordinate. */
export function coordinateName(plane: Plane): string {
  if (plane.role === "x" && timeUnit(plane) !== undefined) return "time";
  return coordinateOfUnits(plane.units) ?? planeName(plane);
}

/** The name of a plane, or what it is where it has none. */
export function planeName(plane: Plane): string {
  if (plane.name !== "") return plane.name;
  return plane.role === "yscan" ? "scan" : plane.role;
}

/** Whether the plane is a coordinate of others: x, and y beside z. */
export function isCoordinate(plane: Plane, header: PacketHeader): boolean {
  return plane.role === "x" || (plane.role === "y" && header.planes.some(({ role }) => role === "z"));
}

/** The data that a plane belongs to, and what it is of them where an operation made it. Source: das2-stream C6. */
export function dataRole(plane: Plane): { readonly name: string; readonly role?: DerivedRole } {
  const own = planeName(plane);
  const operation = propertyText(plane.properties, "operation") ?? "";
  const role = Object.hasOwn(ROLE_OF, operation) ? ROLE_OF[operation] : undefined;
  if (role === undefined) return { name: own };
  const name = propertyText(plane.properties, "source") ?? own.replace(/\.(?:min|max|stddev)$/, "");
  return { name, role };
}
