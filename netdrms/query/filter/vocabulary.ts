import type { ValueType } from "./expression.js";
import type { Operator } from "./syntax.js";

/** Symbols of comparisons. */
export const COMPARISONS: Readonly<Record<string, Operator>> = {
  "=": "=",
  "<>": "<>",
  "!=": "<>",
  "<": "<",
  ">": ">",
  "<=": "<=",
  ">=": ">=",
};
/** Symbols of the operators that PostgreSQL gives one precedence. */
export const OTHERS: Readonly<Record<string, Operator>> = {
  "||": "||",
  "&": "&",
  "|": "|",
  "#": "#",
  "<<": "<<",
  ">>": ">>",
};
/** Symbols of sums. */
export const SUMS: Readonly<Record<string, Operator>> = { "+": "+", "-": "-" };
/** Symbols of products. */
export const PRODUCTS: Readonly<Record<string, Operator>> = { "*": "*", "/": "/", "%": "%" };

/** The types that a value can be cast to, by all their names. */
export const TYPE_NAMES: Readonly<Record<string, ValueType>> = {
  smallint: "int2",
  int2: "int2",
  int: "int4",
  integer: "int4",
  int4: "int4",
  bigint: "int8",
  int8: "int8",
  numeric: "numeric",
  decimal: "numeric",
  real: "float4",
  float4: "float4",
  float: "float8",
  float8: "float8",
  text: "text",
  bool: "bool",
  boolean: "bool",
};

/** Words of SQL that have no place in a filter, and what is said of them; "" for those that stand elsewhere in it. */
export const RESERVED: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    "and or not in between like ilike is isnull notnull as from".split(" ").map((word) => [word, ""]),
  ),
  ...Object.fromEntries(
    "select exists any all some union with table"
      .split(" ")
      .map((word) => [word, "a filter holds no queries of its own"]),
  ),
  array: "a filter holds no arrays",
  similar: "SIMILAR TO is not taken, use LIKE",
  case: "CASE is not taken, use AND, OR, coalesce or nullif",
  interval: "times are numbers of seconds, such as $(2010.05.01_TAI)",
  timestamp: "times are numbers of seconds, such as $(2010.05.01_TAI)",
};
