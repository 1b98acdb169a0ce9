import { DasError, isDasError } from "../../errors/das-error.js";
import { parseTime, type Time } from "../../stream/time.js";
import { isoSeconds } from "./iso-duration.js";
import { type JsonObject, jsonObject, References } from "./json-values.js";
import { printable } from "./printable-text.js";

/** What a value of a record is. Source: HAPI 3.3, section 3.6.7. */
export type HapiType = "isotime" | "double" | "integer" | "string";

/** One axis of an array that has numbers for its places. */
export interface HapiAxis {
  readonly label: string;
  readonly units: string;
  /** As many as the axis is long. */
  readonly centers: readonly number[];
}

/** One parameter of a data set. */
export interface HapiParameter {
  readonly name: string;
  readonly type: HapiType;
  /** Bytes of a text or time in binary records; 0 for numbers. */
  readonly length: number;
  /** Length of each axis; empty for a single value. The last one runs fastest. */
  readonly size: readonly number[];
  /** Values a record: the product of `size`. */
  readonly items: number;
  /** One for all values, or one for each. `""` for none. */
  readonly units: readonly string[];
  /** As told; `undefined` where no value is ever missing. */
  readonly fill: string | undefined;
  readonly description: string;
  /** None, one for all values, or one for each. */
  readonly labels: readonly string[];
  /** What the values of a vector are (`x`, `latitude`); none or one for each. */
  readonly components: readonly string[];
  /** One for each axis, `undefined` where its places are only counted; none at all where nothing is told. */
  readonly axes: readonly (HapiAxis | undefined)[];
  /** Whether the places of an axis vary with time; they are only counted here. */
  readonly hasVaryingBins: boolean;
}

/** A data set. */
export interface HapiInfo {
  /** Time first. */
  readonly parameters: readonly HapiParameter[];
  readonly start: Time | undefined;
  readonly stop: Time | undefined;
  readonly description: string;
  /** Seconds; `undefined` where not told. */
  readonly cadenceSeconds: number | undefined;
  /** Longest range that is answered at once, seconds. */
  readonly longestRequestSeconds: number | undefined;
}

/** Parameters of a data set. */
const MAX_PARAMETERS = 2000;
/** Values of one record: 8 MiB in binary. */
const MAX_ITEMS = 1 << 20;
const MAX_LENGTH = 65_536;
const MAX_AXES = 8;
const MAX_NAME = 200;
const MAX_TEXT = 2000;

/**
 * The description of a data set, checked; references to its definitions are followed.
 * Errors: PEER_FAILED saying what is wrong with it. Source: HAPI 3.3, section 3.6; older versions have less of it.
 */
export function parseInfo(document: JsonObject): HapiInfo {
  const refs = new References(document);
  const given = refs.get(document, "parameters");
  if (!Array.isArray(given) || given.length === 0) throw wrong("no list of parameters");
  if (given.length > MAX_PARAMETERS)
    throw wrong(`${given.length} parameters, expected at most ${MAX_PARAMETERS}`);
  const parameters = given.map((one) => parameter(refs, one));
  const names = new Set(parameters.map(({ name }) => name));
  if (names.size < parameters.length) throw wrong("two parameters of the same name");
  const [time] = parameters;
  if (time?.type !== "isotime" || time.items !== 1) throw wrong("a first parameter that is no time");
  const items = parameters.reduce((sum, one) => sum + one.items, 0);
  if (items > MAX_ITEMS) throw wrong(`${items} values a record, expected at most ${MAX_ITEMS}`);
  const text = (name: string): string | undefined => {
    const value = refs.get(document, name);
    return typeof value === "string" ? value : undefined;
  };
  return {
    parameters,
    start: timeOf(text("startDate")),
    stop: timeOf(text("stopDate")),
    description: printable(text("description") ?? "", MAX_TEXT),
    cadenceSeconds: isoSeconds(text("cadence")),
    longestRequestSeconds: isoSeconds(text("maxRequestDuration")),
  };
}

function parameter(refs: References, given: unknown): HapiParameter {
  const object = jsonObject(given);
  if (object === undefined) throw wrong("a parameter that is no object");
  const { name } = object;
  if (typeof name !== "string" || !/^[^\p{C},]+$/u.test(name) || name.length > MAX_NAME)
    throw wrong("a parameter without a name that can be asked for");
  const fail = (what: string): DasError => wrong(`${what} (parameter ${printable(name, 40)})`);
  const type = typeOf(refs.get(object, "type"));
  if (type === undefined) throw fail("a type that is none of isotime, double, integer, string");
  const length = refs.get(object, "length");
  const hasLength = type === "isotime" || type === "string";
  if (hasLength && !isWhole(length, 1, MAX_LENGTH))
    throw fail(`no length of 1 to ${MAX_LENGTH} bytes, which texts and times need`);
  const size = sizeOf(refs.get(object, "size"));
  if (size === undefined) throw fail(`a size that is no list of 1 to ${MAX_AXES} lengths`);
  const items = size.reduce((product, n) => product * n, 1);
  if (items > MAX_ITEMS) throw fail(`${items} values a record, expected at most ${MAX_ITEMS}`);
  const fill = refs.get(object, "fill");
  const bins = refs.get(object, "bins");
  const axes = axesOf(refs, bins, size);
  if (axes === undefined) throw fail("bins that do not fit its size");
  const one = (member: string): readonly string[] =>
    textsOf(refs.get(object, member), items, member === "units");
  return {
    name,
    type,
    length: hasLength ? (length as number) : 0, // checked above
    size,
    items,
    units: one("units"),
    fill: typeof fill === "string" ? fill : typeof fill === "number" ? String(fill) : undefined,
    description: printable(one("description")[0] ?? "", MAX_TEXT),
    labels: one("label"),
    components: one("vectorComponents"),
    axes: axes.list,
    hasVaryingBins: axes.varying,
  };
}

function typeOf(value: unknown): HapiType | undefined {
  return value === "isotime" || value === "double" || value === "integer" || value === "string"
    ? value
    : undefined;
}

function sizeOf(value: unknown): readonly number[] | undefined {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_AXES) return undefined;
  return value.every((n): n is number => isWhole(n, 1, MAX_ITEMS)) ? value : undefined;
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
}

/**
 * The texts of a member, however the lists of it are nested; what is no text counts as `""`. Another number of them than 1 or `items`
 * is none.
 */
function textsOf(value: unknown, items: number, isUnit: boolean): readonly string[] {
  const flat = (Array.isArray(value) ? value.flat(MAX_AXES) : [value]).map((text: unknown) =>
    typeof text === "string" ? printable(text, MAX_TEXT) : "",
  );
  if (flat.length !== 1 && flat.length !== items) return [];
  if (!isUnit) return flat.every((text) => text === "") ? [] : flat;
  return flat.map((unit) => (/^(dimensionless|none|null|n\/a)$/i.test(unit) ? "" : unit));
}

interface Axes {
  readonly list: readonly (HapiAxis | undefined)[];
  readonly varying: boolean;
}

/** `undefined` where the bins do not fit the size. */
function axesOf(refs: References, given: unknown, size: readonly number[]): Axes | undefined {
  if (given === undefined || given === null) return { list: [], varying: false };
  if (!Array.isArray(given) || given.length !== size.length) return undefined;
  let varying = false;
  const list: (HapiAxis | undefined)[] = [];
  for (const [i, bin] of given.entries()) {
    const object = jsonObject(refs.follow(bin));
    if (object === undefined) return undefined;
    const [centers, ranges] = [refs.get(object, "centers"), refs.get(object, "ranges")];
    if (typeof centers === "string" || typeof ranges === "string") varying = true;
    const values = Array.isArray(centers) ? centers : Array.isArray(ranges) ? ranges.map(middle) : undefined;
    if (values === undefined) {
      list.push(undefined);
      continue;
    }
    if (values.length !== size[i] || !values.every((v): v is number => Number.isFinite(v))) return undefined;
    const word = (member: string): string =>
      textsOf(refs.get(object, member), 1, member === "units")[0] ?? "";
    list.push({ label: word("label") || word("name"), units: word("units"), centers: values });
  }
  return { list, varying };
}

function middle(range: unknown): unknown {
  if (!Array.isArray(range) || range.length !== 2) return undefined;
  const [from, to]: readonly unknown[] = range;
  return typeof from === "number" && typeof to === "number" ? from + (to - from) / 2 : undefined;
}

function timeOf(text: string | undefined): Time | undefined {
  if (text === undefined) return undefined;
  try {
    return parseTime(text, { bareYear: true });
  } catch (error) {
    // Only a help: without it the server itself says what is outside.
    if (isDasError(error, "BAD_TIME")) return undefined;
    throw error;
  }
}

function wrong(what: string): DasError {
  return new DasError("PEER_FAILED", `the HAPI server describes the data set with ${what}`);
}
