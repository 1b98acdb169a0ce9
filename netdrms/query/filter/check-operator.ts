import type { Expression, ValueType } from "./expression.js";
import { commonType, isReal, sumType } from "./operand-types.js";
import { type Operand, type Operands, operandName } from "./operands.js";
import type { SyntaxNode } from "./syntax.js";

/**
 * An operator with its operands, typed as PostgreSQL would.
 *
 * @param list the operands, as many as the operator has
 * Errors: those of {@link Operands}.
 */
export function checkOperator(
  operands: Operands,
  node: Extract<SyntaxNode, { kind: "operator" }>,
  list: readonly Operand[],
): Expression {
  const { operator, at, span } = node;
  const [first, second] = list as readonly [Operand, Operand]; // operators with one do not look at the second
  const done = (type: ValueType, ...typed: Expression[]): Expression => ({
    kind: "operation",
    form: operator,
    operands: typed,
    type,
    span,
  });
  switch (operator) {
    case "and":
    case "or":
    case "not":
    case "is true":
    case "is not true":
    case "is false":
    case "is not false":
    case "is unknown":
    case "is not unknown":
      return done("bool", ...list.map((operand) => operands.condition(operand)));
    case "is null":
    case "is not null":
      return done("bool", operands.typed(first, "text"));
    case "=":
    case "<>":
    case "<":
    case ">":
    case "<=":
    case ">=":
    case "is distinct from":
    case "is not distinct from":
      return done("bool", ...operands.compared(operator, at, first, second));
    case "between":
    case "not between": {
      const [value] = operands.compared(operator, at, first, second);
      const bounds = list.slice(1).map((bound) => operands.compared(operator, at, value, bound)[1]);
      return done("bool", value, ...bounds);
    }
    case "in":
    case "not in":
      return done("bool", ...operands.ofOneFamily(list));
    case "like":
    case "not like":
    case "ilike":
    case "not ilike":
      return done("bool", ...list.map((operand) => operands.text(operand, operator.toUpperCase())));
    case "||": {
      const isText = list.some(({ type }) => type === "text" || type === "unknown");
      if (isText) return done("text", ...list.map((operand) => operands.typed(operand, "text")));
      throw operands.error(
        at,
        `|| between ${operandName(first)} and ${operandName(second)}, expected a string`,
      );
    }
    case "+":
    case "-":
    case "*":
    case "/":
    case "%": {
      const [a, b] = operands.numbers(operator, first, second);
      if (operator === "%" && (isReal(a.type) || isReal(b.type)))
        throw operands.error(
          at,
          "% of a number with decimals that is a float, expected whole numbers or numeric",
        );
      return done(sumType(a.type, b.type), a, b);
    }
    case "negative": {
      const number = operands.number(first, "-");
      return done(number.type, number);
    }
    case "&":
    case "|":
    case "#": {
      const bits = operands.pair(first, second).map((operand) => operands.whole(operand, operator));
      return done(commonType(bits.map(({ type }) => type)), ...bits);
    }
    case "<<":
    case ">>": {
      const bits = operands.whole(first, operator);
      return done(bits.type, bits, operands.int4(second, "a shift"));
    }
    case "~": {
      const bits = operands.whole(first, operator);
      return done(bits.type, bits);
    }
    default:
      return operator satisfies never;
  }
}
