import { type Das1Axis, type Das1Records, das1Records } from "../../dsdf/das1-records.js";
import type { Properties, Property } from "../../stream/model.js";
import { shortestReal } from "../../stream/number-field.js";
import { type PlaneSpec, xPlane, yPlane, yscanPlane, zPlane } from "../../stream/packet-header.js";
import { REAL4, REAL8 } from "../../stream/value-type.js";

/** Keywords of a definition, names to values without quotes. */
export type Keywords = ReadonlyMap<string, string>;

/** What the definition of a das1 source says of its records. Source: reducers 13. */
export interface Das1Definition {
  /** Values behind x in a record. */
  readonly values: number;
  /** The planes of the das2 packet, x first. */
  readonly planes: readonly PlaneSpec[];
  /** Properties of the stream that the definition gives. */
  readonly properties: Properties;
}

/** Errors: BAD_DEFINITION naming the keyword. */
export function das1Definition(keywords: Keywords): Das1Definition {
  const x = xPlane({ type: REAL8, units: "us2000" });
  const records = das1Records(keywords);
  const planes = dataPlanes(records);
  const table = planes[0]!; // every form has one at least
  return {
    values: table.role === "yscan" ? table.items : planes.length,
    planes: [x, ...planes],
    properties: streamProperties(records, keywords.get("description")),
  };
}

function dataPlanes({ values, y, z }: Das1Records): PlaneSpec[] {
  const yName = identifierOf(y.parameter ?? "", "y");
  const zName = identifierOf(z.parameter ?? "", "z");
  const yUnits = y.unit ?? "";
  const zUnits = z.unit ?? "";
  switch (values.form) {
    case "x_multi_y":
      return multiY(values.items, yUnits, yName);
    case "x_tagged_y_scan":
      return [yscanPlane({ name: zName, type: REAL4, units: zUnits, yUnits, yTags: values.coordinates })];
    case "x_y_z":
      return [
        yPlane({ name: yName, type: REAL4, units: yUnits }),
        zPlane({ name: zName === yName ? `${zName}1` : zName, type: REAL4, units: zUnits }),
      ];
    default:
      return values satisfies never;
  }
}

function multiY(
  items: readonly { readonly label?: string; readonly unit?: string }[],
  yUnits: string,
  yName: string,
): PlaneSpec[] {
  const names = new Set<string>();
  return items.map(({ label, unit }, i) => {
    const name = unused(identifierOf(label ?? "", items.length === 1 ? yName : `plane_${i}`), names);
    return yPlane({
      name,
      type: REAL4,
      units: unit ?? yUnits,
      properties: label === undefined ? [] : [{ name: "yLabel", type: "String", value: label }],
    });
  });
}

function unused(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let digit = 1; taken.has(name); digit++) name = `${wanted}${digit}`;
  taken.add(name);
  return name;
}

/** A label as the name of a plane: without escapes (das2-stream A8.5), other signs made `_`. */
function identifierOf(label: string, otherwise: string): string {
  const name = label
    .replace(/!./g, "")
    .replace(/[^A-Za-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "");
  if (name === "") return otherwise;
  return /^\d/.test(name) ? `_${name}` : name;
}

function streamProperties({ values, x, y, z }: Das1Records, description: string | undefined): Properties {
  const properties: Property[] = [];
  const add = (type: Property["type"], name: string, value: string): void => {
    properties.push({ name, type, value });
  };
  if (description !== undefined) add("String", "title", description);
  add("String", "xLabel", labelOf(x.parameter ?? "time"));
  add("String", "yLabel", labelOf(y.parameter ?? "y", y.unit));
  if (values.form !== "x_multi_y") add("String", "zLabel", labelOf(z.parameter ?? "z", z.unit));
  if (x.sampleWidth !== undefined)
    add("Datum", "xTagWidth", `${shortestReal(x.sampleWidth)} ${x.unit || "s"}`);
  const fill = (name: string, { fill: value }: Das1Axis): void => {
    if (value !== undefined) add("double", name, shortestReal(value));
  };
  fill("yFill", y);
  fill("zFill", z);
  return properties;
}

/** `field`, `nT`: `Field (nT)`. */
function labelOf(parameter: string, units = ""): string {
  const capital = parameter.charAt(0).toUpperCase() + parameter.slice(1);
  return units === "" ? capital : `${capital} (${units})`;
}
