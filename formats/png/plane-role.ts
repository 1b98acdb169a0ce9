import type { Plane } from "../../stream/model.js";
import { booleanProperty, propertyText } from "../../stream/properties.js";

/** What a plane is of the quantity it tells of. */
export type Role = "value" | "low" | "high" | "spread" | "other";

const OPERATIONS: Readonly<Record<string, Role>> = {
  BIN_AVG: "value",
  BIN_MIN: "low",
  BIN_MAX: "high",
  BIN_STDDEV: "spread",
  BIN_COUNT: "other",
};
const SUFFIXES: Readonly<Record<string, Role>> = { min: "low", max: "high", stddev: "spread" };

/** The quantity of a plane and what the plane is of it, by its properties or by its name. Source: das2-stream A8.3, A15.2. */
export function planeRole(plane: Plane): { readonly quantity: string; readonly role: Role } {
  const { name, properties } = plane;
  const operation = propertyText(properties, "operation") ?? "";
  const [, base, suffix = ""] = /^(.*)\.(min|max|stddev)$/.exec(name) ?? [];
  const role = Object.hasOwn(OPERATIONS, operation) ? OPERATIONS[operation]! : (SUFFIXES[suffix] ?? "value");
  if (booleanProperty(properties, "peaks") || (plane.role === "yscan" && name === "peaks"))
    return { quantity: "", role: "high" };
  if (booleanProperty(properties, "weights")) return { quantity: "", role: "other" };
  return { quantity: role === "value" ? name : (propertyText(properties, "source") ?? base ?? name), role };
}
