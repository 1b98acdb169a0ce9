import type { Expression, ValueType } from "./expression.js";

/** What can be compared and put together. */
export type TypeFamily = "number" | "text" | "bool";

/** Types of numbers; what is mixed becomes the later one. */
const NUMBERS: readonly ValueType[] = ["int2", "int4", "int8", "numeric", "float4", "float8"];

/** The family of a type. */
export function familyOf(type: ValueType): TypeFamily {
  return type === "text" || type === "bool" ? type : "number";
}

/** Whether a type is int2, int4 or int8. */
export function isWhole(type: ValueType): boolean {
  return NUMBERS.indexOf(type) >= 0 && NUMBERS.indexOf(type) < 3;
}

/** Whether a type is float4 or float8. */
export function isReal(type: ValueType): boolean {
  return type === "float4" || type === "float8";
}

/** The type that PostgreSQL gives to several values of a family in one list: `COALESCE`, `IN`. */
export function commonType(types: readonly ValueType[]): ValueType {
  return types.reduce((one, other) => (NUMBERS.indexOf(other) > NUMBERS.indexOf(one) ? other : one));
}

/** The type of a sum of numbers: there is no operator of float4 with another type, so PostgreSQL computes it in float8. */
export function sumType(left: ValueType, right: ValueType): ValueType {
  const common = commonType([left, right]);
  return common === "float4" && left !== right ? "float8" : common;
}

/** How messages call values of a type. */
export function typeName(type: ValueType): string {
  switch (type) {
    case "text":
      return "a string";
    case "bool":
      return "a condition";
    case "int2":
    case "int4":
    case "int8":
      return "a whole number";
    case "numeric":
    case "float4":
    case "float8":
      return "a number with decimals";
    default:
      return type satisfies never;
  }
}

/** A literal number beside a real one, which PostgreSQL takes as float8; any other expression as it is. */
export function besideReal(expression: Expression, beside: ValueType): Expression {
  if (expression.kind !== "literal" || familyOf(expression.type) !== "number" || !isReal(beside))
    return expression;
  if (isReal(expression.type) || expression.value === null) return expression;
  return { ...expression, type: "float8", value: Number(expression.value) };
}
