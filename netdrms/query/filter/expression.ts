import type { Span } from "../query-text.js";
import type { Form } from "./forms.js";

/**
 * Types of values in a filter: those of PostgreSQL that columns and literals of the language have. `char` columns count as text.
 */
export type ValueType = "int2" | "int4" | "int8" | "numeric" | "float4" | "float8" | "text" | "bool";

/**
 * A filter, checked against the columns of its series: PostgreSQL finds the same operators for it that it would find for the text.
 * Source: netdrms 4.8.
 */
export type Expression = { readonly type: ValueType; readonly span: Span } & (
  | { readonly kind: "column"; readonly column: string }
  | {
      readonly kind: "literal";
      /** Text of a `numeric`, since decimals are exact there; `null` is SQL NULL. */
      readonly value: bigint | number | string | boolean | null;
    }
  | { readonly kind: "operation"; readonly form: Form; readonly operands: readonly Expression[] }
);

/** The columns that a filter needs. */
export function columnsOf(expression: Expression): readonly string[] {
  switch (expression.kind) {
    case "column":
      return [expression.column];
    case "literal":
      return [];
    case "operation":
      return [...new Set(expression.operands.flatMap(columnsOf))];
    default:
      return expression satisfies never;
  }
}
