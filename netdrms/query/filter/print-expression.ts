import { name, param, type Sql, sql } from "../../database/sql.js";
import type { Expression } from "./expression.js";
import { FORMS } from "./forms.js";

/**
 * A filter as SQL: columns of the table `alias`, literals as parameters.
 *
 * The types of parameters are those that PostgreSQL gives the literals, so that it finds the same operators as for the text: a
 * whole number is int4 if it fits, else int8, else numeric; a decimal is numeric. Beside a float4 or float8 PostgreSQL would
 * compare or compute in float8, and such a literal is float8 from the start. So a float4 column with the value 0.1 is not equal to
 * the literal 0.1, which is nearer to a tenth.
 * Source: netdrms 4.8.
 */
export function expressionSql(expression: Expression, alias: string): Sql {
  switch (expression.kind) {
    case "column":
      return name(alias, expression.column);
    case "literal":
      return expression.type === "numeric"
        ? sql`${param(expression.value, "text")}::numeric`
        : sql`${param(expression.value, expression.type)}`;
    case "operation": {
      const print: (...operands: Sql[]) => Sql = FORMS[expression.form];
      return print(...expression.operands.map((operand) => expressionSql(operand, alias)));
    }
    default:
      return expression satisfies never;
  }
}

/** Whether a filter is true for every record, as the usual `1=1` is. */
export function isAlwaysTrue(expression: Expression): boolean {
  if (expression.kind === "literal") return expression.value === true;
  if (expression.kind !== "operation" || expression.form !== "=") return false;
  const [left, right] = expression.operands;
  return (
    left?.kind === "literal" &&
    right?.kind === "literal" &&
    typeof left.value === "bigint" &&
    left.value === right.value
  );
}
