import { DasError } from "../../errors/das-error.js";
import type { Properties, Property } from "../../stream/model.js";
import { shortestReal } from "../../stream/number-field.js";
import { type PlaneSpec, xPlane, yPlane, yscanPlane, zPlane } from "../../stream/packet-header.js";
import { REAL4, REAL8 } from "../../stream/value-type.js";

/** Keywords of a definition, names to values without quotes. */
export type Keywords = ReadonlyMap<string, string>;

/** Most values behind x in a record: the planes of one packet (das2-stream A17). */
const MOST_ITEMS = 99;
/** Most coordinates of a scan, the limit of a table plane. */
const MOST_COORDINATES = 1_000_000;

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
  const form = keywords.get("form") ?? "";
  const planes = dataPlanes(form, keywords);
  const table = planes[0]!; // every form has one at least
  return {
    values: table.role === "yscan" ? table.items : planes.length,
    planes: [x, ...planes],
    properties: streamProperties(form, keywords),
  };
}

function dataPlanes(form: string, keywords: Keywords): PlaneSpec[] {
  const yUnits = keywords.get("y_unit") ?? "";
  const zUnits = keywords.get("z_unit") ?? "";
  const yName = identifierOf(keywords.get("y_parameter") ?? "", "y");
  const zName = identifierOf(keywords.get("z_parameter") ?? "", "z");
  switch (form) {
    case "x_multi_y":
      return multiY(keywords, yUnits, yName);
    case "x_tagged_y_scan":
      return [yscanPlane({ name: zName, type: REAL4, units: zUnits, yUnits, yTags: coordinates(keywords) })];
    case "x_y_z":
      return [
        yPlane({ name: yName, type: REAL4, units: yUnits }),
        zPlane({ name: zName === yName ? `${zName}1` : zName, type: REAL4, units: zUnits }),
      ];
    default:
      throw bad("form", form, "x_multi_y, x_tagged_y_scan or x_y_z");
  }
}

function multiY(keywords: Keywords, yUnits: string, yName: string): PlaneSpec[] {
  const key = keywords.has("items") ? "items" : "ny";
  const text = keywords.get(key) ?? "";
  const count = /^\s*\d+\s*$/.test(text) ? Number(text) : 0;
  if (!(count >= 1 && count <= MOST_ITEMS)) throw bad(key, text, `a whole number from 1 to ${MOST_ITEMS}`);
  const names = new Set<string>();
  return Array.from({ length: count }, (_, i) => {
    const label = keywords.get(`label(${i})`);
    const name = unused(identifierOf(label ?? "", count === 1 ? yName : `plane_${i}`), names);
    return yPlane({
      name,
      type: REAL4,
      units: keywords.get(`y_unit(${i})`) ?? yUnits,
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

/** `y_coordinate`: the tags of a scan as an IDL array literal. IDL expressions are not evaluated. */
function coordinates(keywords: Keywords): Float64Array {
  const text = keywords.get("y_coordinate") ?? "";
  const expected = "an array of numbers such as [10.0, 17.8, 31.1]";
  const inside = /^\s*\[([^[\]]*)\]\s*$/s.exec(text)?.[1];
  if (inside === undefined) throw bad("y_coordinate", text, expected);
  const words = inside.split(",");
  if (words.length > MOST_COORDINATES) throw bad("y_coordinate", text, `at most ${MOST_COORDINATES} numbers`);
  return Float64Array.from(words, (word) => {
    const value = idlNumber(word);
    if (value === undefined) throw bad("y_coordinate", word.trim(), expected);
    return value;
  });
}

/** A number as IDL writes it: exponents with `e` or `d`, integers with a letter for their size. */
function idlNumber(text: string): number | undefined {
  const [, mantissa, exponent = "0"] =
    /^\s*([+-]?(?:\d+\.?\d*|\.\d+))(?:[eEdD]([+-]?\d+)?|[bBsSlLuU]+)?\s*$/.exec(text) ?? [];
  return mantissa === undefined ? undefined : Number(`${mantissa}e${exponent}`);
}

function streamProperties(form: string, keywords: Keywords): Properties {
  const properties: Property[] = [];
  const add = (type: Property["type"], name: string, value: string): void => {
    properties.push({ name, type, value });
  };
  const label = (axis: "x" | "y" | "z"): string => {
    const parameter = keywords.get(`${axis}_parameter`) ?? (axis === "x" ? "time" : axis);
    const units = axis === "x" ? undefined : keywords.get(`${axis}_unit`);
    const capital = parameter.charAt(0).toUpperCase() + parameter.slice(1);
    return units === undefined || units === "" ? capital : `${capital} (${units})`;
  };
  const description = keywords.get("description");
  if (description !== undefined) add("String", "title", description);
  add("String", "xLabel", label("x"));
  add("String", "yLabel", label("y"));
  if (form !== "x_multi_y") add("String", "zLabel", label("z"));
  const width = number(keywords, "x_sample_width");
  if (width !== undefined)
    add("Datum", "xTagWidth", `${shortestReal(width)} ${keywords.get("x_unit") || "s"}`);
  for (const axis of ["y", "z"] as const) {
    const fill = number(keywords, `${axis}_fill`);
    if (fill !== undefined) add("double", `${axis}Fill`, shortestReal(fill));
  }
  return properties;
}

function number(keywords: Keywords, key: string): number | undefined {
  const text = keywords.get(key);
  if (text === undefined) return undefined;
  const value = idlNumber(text);
  if (value === undefined) throw bad(key, text, "a number");
  return value;
}

function bad(key: string, value: string, expected: string): DasError {
  return new DasError("BAD_DEFINITION", `${key} = "${value.slice(0, 60)}", expected ${expected}`);
}
