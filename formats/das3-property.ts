import type { Property } from "../stream/model.js";
import { datumProperty } from "../stream/properties.js";

/** A property in the terms of das3, which keep the units apart: type, units, value. */
export type Das3Value = readonly [type: string, units: string, value: string];

/** Type, units and value of a das2 property. Source: das2-stream C3. */
export function das3Value(property: Property): Das3Value {
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
