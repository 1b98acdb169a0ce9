import type { ValueType } from "./expression.js";
import type { Form } from "./forms.js";

/** What an argument may be: any number, a whole number, one without floating point, one that is taken as float8, int4, or text. */
export type ArgumentKind = "number" | "whole" | "exact" | "real" | "int4" | "text";

/** One way to call a function. */
export interface Signature {
  readonly takes: readonly ArgumentKind[];
  /** `first`: the type of the first argument; `rounded`: numeric stays what it is, all others become float8; `sum`: as of a sum. */
  readonly gives: ValueType | "first" | "rounded" | "sum";
}

/** A function that filters may use. */
export type FilterFunction =
  | { readonly form: Form; readonly signatures: readonly Signature[] }
  /** Any number of arguments of one family. */
  | { readonly form: "coalesce" | "greatest" | "least" | "nullif"; readonly signatures: "common" };

const ROUNDED: Signature = { takes: ["number"], gives: "rounded" };
const REAL: Signature = { takes: ["real"], gives: "float8" };
const REAL_OF_TWO: Signature = { takes: ["real", "real"], gives: "float8" };
const TEXT: Signature = { takes: ["text"], gives: "text" };
const TEXT_OF_TWO: Signature = { takes: ["text", "text"], gives: "text" };
const LENGTH: Signature = { takes: ["text"], gives: "int4" };
const DIGITS: Signature = { takes: ["exact", "int4"], gives: "numeric" };
const PART: Signature = { takes: ["text", "int4"], gives: "text" };
const LONG_PART: Signature = { takes: ["text", "int4", "int4"], gives: "text" };

/**
 * The functions that filters may use, by their names in lower case: none of them waits, writes, reads anything but its arguments,
 * or gives more text than it was given. RULE: those of real numbers compute in float8, where PostgreSQL would take `numeric` for
 * some, which has no bound on time.
 * Source: netdrms 4.8, 2.7.
 */
export const FUNCTIONS: Readonly<Record<string, FilterFunction>> = {
  abs: { form: "abs", signatures: [{ takes: ["number"], gives: "first" }] },
  ceil: { form: "ceil", signatures: [ROUNDED] },
  ceiling: { form: "ceil", signatures: [ROUNDED] },
  floor: { form: "floor", signatures: [ROUNDED] },
  round: { form: "round", signatures: [ROUNDED, DIGITS] },
  trunc: { form: "trunc", signatures: [ROUNDED, DIGITS] },
  sign: { form: "sign", signatures: [ROUNDED] },
  mod: { form: "mod", signatures: [{ takes: ["exact", "exact"], gives: "sum" }] },
  sqrt: { form: "sqrt", signatures: [REAL] },
  cbrt: { form: "cbrt", signatures: [REAL] },
  exp: { form: "exp", signatures: [REAL] },
  ln: { form: "ln", signatures: [REAL] },
  log: { form: "log", signatures: [REAL] },
  log10: { form: "log", signatures: [REAL] },
  power: { form: "power", signatures: [REAL_OF_TWO] },
  pow: { form: "power", signatures: [REAL_OF_TWO] },
  sin: { form: "sin", signatures: [REAL] },
  cos: { form: "cos", signatures: [REAL] },
  tan: { form: "tan", signatures: [REAL] },
  asin: { form: "asin", signatures: [REAL] },
  acos: { form: "acos", signatures: [REAL] },
  atan: { form: "atan", signatures: [REAL] },
  atan2: { form: "atan2", signatures: [REAL_OF_TWO] },
  degrees: { form: "degrees", signatures: [REAL] },
  radians: { form: "radians", signatures: [REAL] },
  pi: { form: "pi", signatures: [{ takes: [], gives: "float8" }] },

  lower: { form: "lower", signatures: [TEXT] },
  upper: { form: "upper", signatures: [TEXT] },
  length: { form: "length", signatures: [LENGTH] },
  char_length: { form: "length", signatures: [LENGTH] },
  trim: { form: "btrim", signatures: [TEXT, TEXT_OF_TWO] },
  btrim: { form: "btrim", signatures: [TEXT, TEXT_OF_TWO] },
  ltrim: { form: "ltrim", signatures: [TEXT, TEXT_OF_TWO] },
  rtrim: { form: "rtrim", signatures: [TEXT, TEXT_OF_TWO] },
  substr: { form: "substr", signatures: [PART, LONG_PART] },
  substring: { form: "substr", signatures: [PART, LONG_PART] },
  left: { form: "left", signatures: [PART] },
  right: { form: "right", signatures: [PART] },
  strpos: { form: "strpos", signatures: [{ takes: ["text", "text"], gives: "int4" }] },

  coalesce: { form: "coalesce", signatures: "common" },
  nullif: { form: "nullif", signatures: "common" },
  greatest: { form: "greatest", signatures: "common" },
  least: { form: "least", signatures: "common" },

  "drms.image_exists": { form: "image exists", signatures: [{ takes: ["whole"], gives: "bool" }] },
};
