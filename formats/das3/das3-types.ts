import type { Plane } from "../../stream/model.js";
import { unitFactors } from "../../stream/unit-factors.js";
import { unitScale } from "../../stream/unit-scale.js";
import type { ValueType } from "../../stream/value-type.js";
import { timeUnit } from "../time-text-writer.js";
import type { Das3Encoding } from "./model.js";

/** What is measured in these units; das2-stream C6. */
export function quantityOf(units: string): string {
  const factors = (unitFactors(units) ?? []).map(({ name, over }) => ({ base: unitScale(name).base, over }));
  const has = (base: string) => factors.find((factor) => factor.base === base)?.over ?? 0;
  if (has("V") > 0) return has("m") < 0 ? "electric" : "voltage";
  return has("T") > 0 ? "magnetic" : "Y";
}

/** Text of a time says which it is; numbers count in the units of the plane, from its base where it has one. */
export function timeUnits(plane: Plane): string {
  if (plane.type.kind === "time") return timeUnit(plane)?.name === "TT2000" ? "TT2000" : "UTC";
  return plane.base === undefined ? plane.units : `${plane.units} since ${plane.base}`;
}

/** How values of a type stand in a record of das3. Source: das2-stream C4.2. */
export function encodingOf(type: ValueType): Das3Encoding {
  switch (type.kind) {
    case "ascii":
    case "time":
      return "utf8";
    case "real":
      return type.littleEndian ? "LEreal" : "BEreal";
    case "int":
      return type.width === 1 ? "byte" : type.littleEndian ? "LEint" : "BEint";
    case "uint":
      return type.width === 1 ? "ubyte" : type.littleEndian ? "LEuint" : "BEuint";
    default:
      return type satisfies never;
  }
}

/** A type of memory that holds every value. Source: das2-stream C4.1. */
export function storageOf(type: ValueType): string {
  switch (type.kind) {
    case "time":
      return "struct";
    case "ascii":
      return "double";
    case "real":
      return type.width === 4 ? "float" : "double";
    case "int":
      return { 1: "byte", 2: "short", 4: "int", 8: "long" }[type.width];
    case "uint":
      return { 1: "ubyte", 2: "ushort", 4: "uint", 8: "ulong" }[type.width];
    default:
      return type satisfies never;
  }
}
