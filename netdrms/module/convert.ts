import { shown } from "../../config/problem.js";
import { DasError } from "../../errors/das-error.js";
import { parseDrmsTime } from "../times/scan-time.js";
import type { ModuleValue, NumberListParameter, NumberParameter, Parameter } from "./declaration.js";
import { parseInteger, parseReal } from "./number-text.js";
import { isInRange, parseRange } from "./range.js";

/** Longest record-set query, characters; netdrms 1.2. */
const MAX_DATASET_LENGTH = 8192;
/** Longest name of a series, characters; netdrms 1.2. */
const MAX_SERIES_LENGTH = 63;
const MAX_FLOAT = 3.4028234663852886e38;

/**
 * The value of a parameter from its text.
 *
 * Errors: `code`, naming the parameter, the text and what was expected.
 * Source: netdrms 7.2.
 */
export function convertValue(
  parameter: Parameter,
  text: string,
  code: "USAGE" | "BAD_PARAMETER",
): ModuleValue {
  const bad = (expected: string): DasError =>
    new DasError(code, `${parameter.name} = ${shown(text)}, expected ${expected}`);
  switch (parameter.type) {
    case "INT":
    case "FLOAT":
    case "DOUBLE":
      return numberOf(parameter, text) ?? fail(bad(numberForm(parameter)));
    case "INTS":
    case "FLOATS":
    case "DOUBLES":
      return elementsOf(text, bad).map(
        (element) => numberOf(parameter, element) ?? fail(bad(`a list, each ${numberForm(parameter)}`)),
      );
    case "STRINGS":
      return elementsOf(text, bad);
    case "TIME":
      return parseDrmsTime(text) ?? fail(bad("a time such as 2010.05.01_00:00:00_TAI"));
    case "NUME": {
      const index = parameter.values.indexOf(text);
      return index >= 0 ? index : fail(bad(`one of ${parameter.values.join(", ")}`));
    }
    case "DATASET":
      if (text.length > MAX_DATASET_LENGTH) throw bad(`a query of ${MAX_DATASET_LENGTH} characters at most`);
      return text;
    case "DATASERIES":
      if (text.length > MAX_SERIES_LENGTH) throw bad(`a series of ${MAX_SERIES_LENGTH} characters at most`);
      return text;
    case "STRING":
      return text;
  }
}

function fail(error: DasError): never {
  throw error;
}

/** The number in its type and range; else `undefined`. */
function numberOf({ type, range }: NumberParameter | NumberListParameter, text: string): number | undefined {
  const isInteger = type === "INT" || type === "INTS";
  const value = isInteger ? parseInteger(text) : parseReal(text);
  if (value === undefined) return undefined;
  const isFloat = type === "FLOAT" || type === "FLOATS";
  if (isFloat && Number.isFinite(value) && Math.abs(value) > MAX_FLOAT) return undefined;
  const bounds = range === undefined ? undefined : parseRange(range);
  // As it is written: 0.1 is within [0,0.1] although the float next to it is not.
  if (bounds !== undefined && !isInRange(bounds, value)) return undefined;
  return isFloat ? Math.fround(value) : value;
}

/** What a number is to be, for messages. */
function numberForm({ type, range }: NumberParameter | NumberListParameter): string {
  const form = type.startsWith("INT") ? "an integer, decimal or 0x" : "a number";
  return range === undefined ? form : `${form} in ${range}`;
}

const CLOSING: Readonly<Record<string, string>> = { "[": "]", "{": "}", "(": ")" };

/** Elements between commas, in `[…]`, `{…}`, `(…)` or nothing; blanks are removed, empty elements left out. */
function elementsOf(text: string, bad: (expected: string) => DasError): string[] {
  const bare = text.replace(/\s+/g, "");
  const closing = CLOSING[bare.charAt(0)];
  if (closing !== undefined && (bare.length < 2 || !bare.endsWith(closing)))
    throw bad(`a list that ends with ${closing}`);
  const inner = closing === undefined ? bare : bare.slice(1, -1);
  // As many as a word has room for.
  return inner.split(",").filter((element) => element !== "");
}
