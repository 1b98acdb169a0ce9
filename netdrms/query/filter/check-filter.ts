import { shown } from "../../../config/problem.js";
import type { Series } from "../../series/model.js";
import { MISSING_TIME } from "../../times/missing-time.js";
import { parseDrmsTime } from "../../times/scan-time.js";
import type { QueryText, QueryWarning, Span } from "../query-text.js";
import { checkCall } from "./check-call.js";
import { checkOperator } from "./check-operator.js";
import { columnsOfSeries, whyNoColumn } from "./columns.js";
import type { Expression, ValueType } from "./expression.js";
import { numberLiteral } from "./literals.js";
import { type Operand, Operands } from "./operands.js";
import type { SyntaxNode } from "./syntax.js";

/** A filter with its types, and what is odd about it. */
export interface CheckedFilter {
  readonly condition: Expression;
  readonly warnings: readonly QueryWarning[];
}

/**
 * Finds the columns of a filter and gives every part the type that PostgreSQL would, so that the database never meets an operator
 * without a meaning. A string literal takes the type of what it stands beside.
 *
 * Errors: BAD_QUERY at the part that is no column, of the wrong type or too large, with what was expected.
 * Source: netdrms 4.8.
 */
export function checkFilter(source: QueryText, node: SyntaxNode, series: Series): CheckedFilter {
  const checker = new FilterChecker(source, series);
  const condition = checker.operands.condition(checker.check(node));
  return { condition, warnings: checker.operands.warnings };
}

class FilterChecker {
  readonly operands: Operands;
  readonly #series: Series;
  readonly #columns: ReadonlyMap<string, ValueType>;

  constructor(source: QueryText, series: Series) {
    this.operands = new Operands(source);
    this.#series = series;
    this.#columns = columnsOfSeries(series);
  }

  check(node: SyntaxNode): Operand {
    const { span } = node;
    switch (node.kind) {
      case "name":
        return this.#column(node.name, span);
      case "number": {
        const literal = numberLiteral(node.text, node.negative, span);
        if (literal !== undefined) return literal;
        throw this.operands.error(span, `${shown(node.text)} is beyond the range of numbers`);
      }
      case "string":
        return { type: "unknown", text: node.text, span };
      case "time":
        return this.#time(node.text, span);
      case "constant":
        return node.value === null
          ? { type: "unknown", text: null, span }
          : { kind: "literal", type: "bool", value: node.value, span };
      case "operator":
        return checkOperator(this.operands, node, this.#all(node.operands));
      case "call":
        return checkCall(this.operands, node, this.#all(node.operands));
      case "cast":
        return this.operands.cast(this.check(node.operand), node.type, span);
      default:
        return node satisfies never;
    }
  }

  #all(nodes: readonly SyntaxNode[]): readonly Operand[] {
    return nodes.map((node) => this.check(node));
  }

  #column(name: string, span: Span): Expression {
    const column = name.toLowerCase();
    const type = this.#columns.get(column);
    if (type === undefined) throw this.operands.error(span, whyNoColumn(this.#series, name));
    return { kind: "column", column, type, span };
  }

  /** Seconds with 6 decimals, as the language puts them into the text. */
  #time(text: string, span: Span): Expression {
    const seconds = parseDrmsTime(text);
    if (seconds === undefined)
      this.operands.warn(span, `${shown(text)} is no time, taken as the missing time`);
    return { kind: "literal", type: "numeric", value: (seconds ?? MISSING_TIME).toFixed(6), span };
  }
}
