import { valueError } from "./definition-error.js";

/** One axis of das1 records. */
export interface Das1Axis {
  /** `X_parameter`: what it is, in one word. */
  readonly parameter?: string;
  /** `X_unit`. */
  readonly unit?: string;
  /** `X_fill`. */
  readonly fill?: number;
}

/** What stands behind x in each das1 record. */
export type Das1Values =
  | {
      readonly form: "x_multi_y";
      /** One a value, in the order of the record. */
      readonly items: readonly { readonly label?: string; readonly unit?: string }[];
    }
  /** One value for each coordinate. */
  | { readonly form: "x_tagged_y_scan"; readonly coordinates: Float64Array }
  /** Two values: y and z. */
  | { readonly form: "x_y_z" };

/** The das1 keywords of a definition. Source: das2-server 12.3, reducers 13. */
export interface Das1Records {
  readonly values: Das1Values;
  readonly x: Pick<Das1Axis, "parameter" | "unit"> & {
    /** In the unit of x, seconds where that has none. */
    readonly sampleWidth?: number;
  };
  readonly y: Das1Axis;
  readonly z: Das1Axis;
}

/** Most values behind x in a record: the planes of one packet (das2-stream A17). */
const MOST_ITEMS = 99;
/** Most coordinates of a scan, the limit of a table plane. */
const MOST_COORDINATES = 1_000_000;

/**
 * What a definition says of the records of its das1 reader. Errors: BAD_DEFINITION naming the keyword and what was
 * expected. IDL expressions are not evaluated.
 *
 * @param keywords names to values without quotes
 */
export function das1Records(keywords: ReadonlyMap<string, string>): Das1Records {
  const values = valuesOf(keywords);
  const sampleWidth = numberOf(keywords, "x_sample_width");
  return {
    values,
    x: { ...namesOf(keywords, "x"), ...(sampleWidth === undefined ? {} : { sampleWidth }) },
    y: axis(keywords, "y"),
    z: axis(keywords, "z"),
  };
}

function valuesOf(keywords: ReadonlyMap<string, string>): Das1Values {
  const form = keywords.get("form")?.trim() ?? "";
  switch (form) {
    case "x_multi_y":
      return { form, items: items(keywords) };
    case "x_tagged_y_scan":
      return { form, coordinates: coordinates(keywords) };
    case "x_y_z":
      return { form };
    default:
      throw bad("form", form, "x_multi_y, x_tagged_y_scan or x_y_z");
  }
}

function axis(keywords: ReadonlyMap<string, string>, name: "y" | "z"): Das1Axis {
  const fill = numberOf(keywords, `${name}_fill`);
  return { ...namesOf(keywords, name), ...(fill === undefined ? {} : { fill }) };
}

function namesOf(
  keywords: ReadonlyMap<string, string>,
  name: "x" | "y" | "z",
): Pick<Das1Axis, "parameter" | "unit"> {
  const parameter = keywords.get(`${name}_parameter`);
  const unit = keywords.get(`${name}_unit`);
  return { ...(parameter === undefined ? {} : { parameter }), ...(unit === undefined ? {} : { unit }) };
}

function items(keywords: ReadonlyMap<string, string>): { label?: string; unit?: string }[] {
  const key = keywords.has("items") ? "items" : "ny";
  const text = keywords.get(key) ?? "";
  const count = /^\s*\d+\s*$/.test(text) ? Number(text) : 0;
  if (!(count >= 1 && count <= MOST_ITEMS)) throw bad(key, text, `a whole number from 1 to ${MOST_ITEMS}`);
  return Array.from({ length: count }, (_, i) => {
    const label = keywords.get(`label(${i})`);
    const unit = keywords.get(`y_unit(${i})`);
    return { ...(label === undefined ? {} : { label }), ...(unit === undefined ? {} : { unit }) };
  });
}

/** `y_coordinate`: the tags of a scan as an IDL array literal. */
function coordinates(keywords: ReadonlyMap<string, string>): Float64Array {
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

function numberOf(keywords: ReadonlyMap<string, string>, keyword: string): number | undefined {
  const text = keywords.get(keyword);
  if (text === undefined) return undefined;
  const value = idlNumber(text);
  if (value === undefined) throw bad(keyword, text, "a number");
  return value;
}

function bad(keyword: string, value: string, expected: string): Error {
  return valueError(value, { keyword, expected });
}
