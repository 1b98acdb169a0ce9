import type { Span } from "../query-text.js";
import type { ValueType } from "./expression.js";

/** Operators and tests as they are written; each is a form of the same name. Source: netdrms 4.8. */
export type Operator =
  | "and"
  | "or"
  | "not"
  | Comparison
  | Arithmetic
  | "negative"
  | Bitwise
  | "||"
  | `${Not}like`
  | `${Not}ilike`
  | `${Not}between`
  | `${Not}in`
  | `is ${Not}${"null" | "true" | "false" | "unknown"}`;

type Not = "" | "not ";
type Comparison = "=" | "<>" | "<" | ">" | "<=" | ">=" | `is ${Not}distinct from`;
type Arithmetic = "+" | "-" | "*" | "/" | "%";
type Bitwise = "&" | "|" | "#" | "<<" | ">>" | "~";

/** A filter as it is written, before its columns and types are known. */
export type SyntaxNode = {
  readonly span: Span;
  /** Nodes on the longest way down, this one included. */
  readonly depth: number;
} & (
  | { readonly kind: "name"; readonly name: string }
  /** Without its sign. */
  | { readonly kind: "number"; readonly text: string; readonly negative: boolean }
  | { readonly kind: "string" | "time"; readonly text: string }
  | { readonly kind: "constant"; readonly value: boolean | null }
  | {
      readonly kind: "operator";
      readonly operator: Operator;
      /** Where the operator itself is. */
      readonly at: Span;
      readonly operands: readonly SyntaxNode[];
    }
  /** The name is qualified if it was. */
  | {
      readonly kind: "call";
      readonly name: string;
      readonly at: Span;
      readonly operands: readonly SyntaxNode[];
    }
  | { readonly kind: "cast"; readonly type: ValueType; readonly operand: SyntaxNode }
);
