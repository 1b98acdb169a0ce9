import { shown } from "../../../config/problem.js";
import type { DasError } from "../../../errors/das-error.js";
import { type QueryText, type QueryWarning, queryError, queryWarning, type Span } from "../query-text.js";
import type { Expression, ValueType } from "./expression.js";
import { untypedLiteral } from "./literals.js";
import { besideReal, familyOf, isWhole, typeName } from "./operand-types.js";

/** A string literal or NULL, whose type depends on what it stands beside. */
export interface Untyped {
  readonly type: "unknown";
  /** `null` is SQL NULL. */
  readonly text: string | null;
  readonly span: Span;
}

/** A part of a filter on its way to its type. */
export type Operand = Expression | Untyped;

/**
 * Gives operands of one filter the types that they need where they stand.
 * Errors of all members: BAD_QUERY at the operand that cannot have that type.
 */
export class Operands {
  /** What is odd about the filter so far. */
  readonly warnings: QueryWarning[] = [];
  readonly #source: QueryText;

  constructor(source: QueryText) {
    this.#source = source;
  }

  /** An operand without a type as a literal of `type`; any other as it is. */
  typed(operand: Operand, type: ValueType): Expression {
    if (operand.type !== "unknown") return operand;
    const literal = untypedLiteral(operand.text, type, operand.span);
    if (literal !== undefined) return literal;
    throw this.error(operand.span, `${operandName(operand)} where ${typeName(type)} is expected`);
  }

  condition(operand: Operand): Expression {
    if (operand.type === "unknown" && operand.text === null) return this.typed(operand, "bool");
    if (operand.type === "bool") return operand;
    throw this.error(operand.span, `${operandName(operand)} where a condition is expected`);
  }

  text(operand: Operand, what: string): Expression {
    const typed = this.typed(operand, "text");
    if (typed.type === "text") return typed;
    throw this.error(
      operand.span,
      `${operandName(typed)} in ${what}, expected a string; CAST(… AS text) makes one`,
    );
  }

  /** A number of any type; one without a type is none. */
  number(operand: Operand, what: string): Expression {
    if (operand.type !== "unknown" && familyOf(operand.type) === "number") return operand;
    throw this.error(operand.span, `${operandName(operand)} in ${what}, expected a number`);
  }

  /** A number of type int2, int4 or int8. */
  whole(operand: Operand, what: string): Expression {
    if (operand.type !== "unknown" && isWhole(operand.type)) return operand;
    throw this.error(operand.span, `${operandName(operand)} in ${what}, expected a whole number`);
  }

  int4(operand: Operand, what: string): Expression {
    const typed = this.typed(operand, "int4");
    if (typed.type === "int4" || typed.type === "int2") return typed;
    throw this.error(operand.span, `${operandName(typed)} as ${what}, expected a whole number of 32 bits`);
  }

  /** RULE: among numbers, of anything to a string, and of a string to a number. */
  cast(operand: Operand, type: ValueType, span: Span): Expression {
    if (operand.type === "unknown") return this.typed(operand, type);
    const [from, to] = [familyOf(operand.type), familyOf(type)];
    if (from !== to && to !== "text" && !(from === "text" && to === "number"))
      throw this.error(span, `${operandName(operand)} cast to ${typeName(type)}`);
    return { kind: "operation", form: `::${type}`, operands: [operand], type, span };
  }

  /** Two operands, each typed by the other where it has no type of its own; strings where neither has. */
  pair(left: Operand, right: Operand): readonly [Expression, Expression] {
    const known = left.type === "unknown" ? right.type : left.type;
    const type = known === "unknown" ? "text" : known;
    return [this.typed(left, type), this.typed(right, type)];
  }

  /**
   * Two operands of one family; a literal takes the type that PostgreSQL compares in.
   *
   * @param at where the comparison is
   */
  compared(comparison: string, at: Span, left: Operand, right: Operand): readonly [Expression, Expression] {
    const [a, b] = this.pair(left, right);
    if (familyOf(a.type) !== familyOf(b.type))
      throw this.error(at, `${comparison.toUpperCase()} between ${operandName(a)} and ${operandName(b)}`);
    const typed = [besideReal(a, b.type), besideReal(b, a.type)] as const;
    if (comparison === "=" || comparison === "<>") this.#warnOfEquality(typed);
    return typed;
  }

  /** Two numbers; a literal takes the type that PostgreSQL computes in. */
  numbers(operator: string, left: Operand, right: Operand): readonly [Expression, Expression] {
    const [a, b] = this.pair(left, right);
    const numbers = [this.number(a, operator), this.number(b, operator)] as const;
    return [besideReal(numbers[0], numbers[1].type), besideReal(numbers[1], numbers[0].type)];
  }

  /** Any number of operands of one family, in whose list PostgreSQL finds the common type. */
  ofOneFamily(operands: readonly Operand[]): readonly Expression[] {
    const known = operands.map(({ type }) => type).find((type) => type !== "unknown") ?? "text";
    return operands.map((operand) => {
      const typed = this.typed(operand, known);
      if (familyOf(typed.type) === familyOf(known)) return typed;
      throw this.error(operand.span, `${operandName(typed)} in one list with ${typeName(known)}`);
    });
  }

  error(span: Span, what: string): DasError {
    return queryError(this.#source, span, what);
  }

  warn(span: Span, what: string): void {
    this.warnings.push(queryWarning(this.#source, span, what));
  }

  /** What is stored with 32 bits equals no decimal that needs more. */
  #warnOfEquality([a, b]: readonly [Expression, Expression]): void {
    const [stored, literal] = a.kind === "literal" ? [b, a] : [a, b];
    if (stored.type !== "float4" || literal.kind !== "literal" || literal.type !== "float8") return;
    const value = Number(literal.value);
    if (Math.fround(value) !== value && Number.isFinite(value))
      this.warn(literal.span, `a float is never equal to ${value}, write CAST(${value} AS real)`);
  }
}

/** How messages call an operand. */
export function operandName(operand: Operand): string {
  if (operand.type === "unknown") return operand.text === null ? "NULL" : `the string ${shown(operand.text)}`;
  const type = typeName(operand.type);
  return operand.kind === "column" ? `${type} (${operand.column.toUpperCase()})` : type;
}
