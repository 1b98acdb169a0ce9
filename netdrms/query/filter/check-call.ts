import type { Span } from "../query-text.js";
import type { Expression, ValueType } from "./expression.js";
import { type ArgumentKind, FUNCTIONS, type Signature } from "./functions.js";
import { besideReal, commonType, familyOf, isReal, isWhole, sumType } from "./operand-types.js";
import type { Operand, Operands } from "./operands.js";
import type { SyntaxNode } from "./syntax.js";

/**
 * A call of a function with its arguments, typed as PostgreSQL would.
 * Errors: BAD_QUERY for a function that is not in the list, and another number of arguments; those of {@link Operands}.
 */
export function checkCall(
  operands: Operands,
  { name, at, span }: Extract<SyntaxNode, { kind: "call" }>,
  list: readonly Operand[],
): Expression {
  const key = name.toLowerCase();
  const found = Object.hasOwn(FUNCTIONS, key) ? FUNCTIONS[key] : undefined;
  if (found === undefined)
    throw operands.error(
      at,
      `${name} is no function that a filter may use; it may use ${Object.keys(FUNCTIONS).join(", ")}`,
    );
  if (found.signatures === "common") {
    const isNullif = found.form === "nullif";
    if (isNullif ? list.length !== 2 : list.length === 0)
      throw wrongCount(operands, name, at, list.length, isNullif ? "2" : "1 or more");
    const typed = operands.ofOneFamily(list);
    const types = typed.map(({ type }) => type);
    const type = isNullif ? nullifType(types[0]!, types[1]!) : commonType(types); // counted above
    return { kind: "operation", form: found.form, operands: typed, type, span };
  }
  const signature = found.signatures.find(({ takes }) => takes.length === list.length);
  if (signature === undefined)
    throw wrongCount(
      operands,
      name,
      at,
      list.length,
      found.signatures.map(({ takes }) => takes.length).join(" or "),
    );
  const typed = signature.takes.map((kind, n) => argument(operands, list[n]!, kind, name)); // of the same length
  const isWide = found.form === "image exists" && typed[0]?.type === "int8";
  const form = isWide ? "image exists, 64 bits" : found.form;
  return { kind: "operation", form, operands: typed, type: resultType(signature, typed), span };
}

function wrongCount(operands: Operands, name: string, at: Span, count: number, expected: string): Error {
  return operands.error(at, `${name} with ${count} arguments, expected ${expected}`);
}

function argument(operands: Operands, operand: Operand, kind: ArgumentKind, name: string): Expression {
  switch (kind) {
    case "text":
      return operands.text(operand, name);
    case "int4":
      return operands.int4(operand, `an argument of ${name}`);
    case "number":
      return operands.number(operands.typed(operand, "float8"), name);
    case "whole":
      return operands.whole(operands.typed(operand, "int4"), name);
    case "exact": {
      const number = operands.number(operands.typed(operand, "numeric"), name);
      if (!isReal(number.type)) return number;
      throw operands.error(number.span, `a float in ${name} with two arguments, write CAST(… AS numeric)`);
    }
    case "real": {
      const number = besideReal(operands.number(operands.typed(operand, "float8"), name), "float8");
      return number.type === "float8" ? number : operands.cast(number, "float8", number.span);
    }
    default:
      return kind satisfies never;
  }
}

/** The type in which the first is compared with the second; there are operators for both whole, and for both real numbers. */
function nullifType(first: ValueType, second: ValueType): ValueType {
  if (familyOf(first) !== "number" || isReal(first) || (isWhole(first) && isWhole(second))) return first;
  return sumType(first, second);
}

function resultType({ gives }: Signature, [first, second]: readonly Expression[]): ValueType {
  switch (gives) {
    case "first":
      return first!.type; // such functions have an argument
    case "rounded":
      return first!.type === "numeric" ? "numeric" : "float8";
    case "sum":
      return sumType(first!.type, second!.type);
    default:
      return gives;
  }
}
