import { shown } from "../../../config/problem.js";
import type { QueryText, Span } from "../query-text.js";
import type { Operator, SyntaxNode } from "./syntax.js";
import { TokenReader } from "./token-reader.js";
import type { Token } from "./tokens.js";
import { COMPARISONS, OTHERS, PRODUCTS, RESERVED, SUMS, TYPE_NAMES } from "./vocabulary.js";

/** Nodes on the way from the whole to a column: far above what people write, far below what fills a stack. */
const MAX_DEPTH = 100;

const OPERAND = "a column, a value or a function";

/**
 * Parses the tokens of a filter with the precedences of PostgreSQL: `::`, signs, `* / %`, `+ -`, all other operators from left to
 * right, `BETWEEN IN LIKE`, comparisons, `IS`, `NOT`, `AND`, `OR`.
 *
 * Errors: BAD_QUERY at the token that does not belong there, or where it is nested too deep.
 * Source: netdrms 4.8; PostgreSQL's documentation, "Operator Precedence".
 */
export function parseFilter(source: QueryText, tokens: readonly Token[]): SyntaxNode {
  const reader = new TokenReader(source, tokens);
  if (reader.token().kind === "end") throw reader.error("an empty filter, expected a condition");
  const node = new FilterParser(reader).or();
  if (reader.token().kind !== "end") throw reader.unexpected("an operator or the end of the filter");
  return node;
}

class FilterParser {
  readonly #reader: TokenReader;
  #depth = 0;

  constructor(reader: TokenReader) {
    this.#reader = reader;
  }

  or(): SyntaxNode {
    return this.#logic("or", () => this.#and());
  }

  #and(): SyntaxNode {
    return this.#logic("and", () => this.#not());
  }

  /** Operands of AND or OR are all on one level, however many there are. */
  #logic(operator: "and" | "or", next: () => SyntaxNode): SyntaxNode {
    const operands = [next()];
    let first: Span | undefined;
    for (let at = this.#reader.takeWord(operator); at !== undefined; at = this.#reader.takeWord(operator)) {
      first ??= at;
      operands.push(next());
    }
    return first === undefined ? operands[0]! : this.#operation(operator, first, operands); // one at least
  }

  #not(): SyntaxNode {
    const at = this.#reader.takeWord("not");
    return at === undefined ? this.#is() : this.#prefix("not", at, () => this.#not());
  }

  #is(): SyntaxNode {
    let node = this.#comparison();
    for (;;) {
      const { span } = this.#reader.token();
      if (this.#reader.takeWord("isnull")) node = this.#operation("is null", span, [node]);
      else if (this.#reader.takeWord("notnull")) node = this.#operation("is not null", span, [node]);
      else if (this.#reader.takeWord("is")) node = this.#test(node, span.begin);
      else return node;
    }
  }

  #test(node: SyntaxNode, begin: number): SyntaxNode {
    const not = this.#reader.takeWord("not") ? "not " : "";
    if (this.#reader.takeWord("distinct")) {
      this.#reader.expect("from", "FROM");
      const at = this.#reader.since(begin);
      return this.#operation(`is ${not}distinct from`, at, [node, this.#comparison()]);
    }
    for (const what of ["null", "true", "false", "unknown"] as const)
      if (this.#reader.takeWord(what))
        return this.#operation(`is ${not}${what}`, this.#reader.since(begin), [node]);
    throw this.#reader.unexpected("NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM");
  }

  #comparison(): SyntaxNode {
    const left = this.#range();
    const found = this.#takeOneOf(COMPARISONS);
    if (found === undefined) return left;
    const node = this.#operation(found.operator, found.at, [left, this.#range()]);
    const again = this.#reader.token();
    if (this.#takeOneOf(COMPARISONS) !== undefined)
      throw this.#reader.error("a comparison of a comparison; join comparisons by AND", again.span);
    return node;
  }

  /** BETWEEN, IN and LIKE. */
  #range(): SyntaxNode {
    const operand = this.#other();
    const { begin } = this.#reader.token().span;
    const negated =
      this.#reader.isWord("not") &&
      ["between", "in", "like", "ilike"].some((word) => this.#reader.isWord(word, 1));
    if (negated) this.#reader.next();
    const not = negated ? "not " : "";
    if (this.#reader.takeWord("between")) {
      const at = this.#reader.since(begin);
      const low = this.#other();
      this.#reader.expect("and", "AND with the upper bound of BETWEEN");
      return this.#operation(`${not}between`, at, [operand, low, this.#other()]);
    }
    for (const like of ["like", "ilike"] as const)
      if (this.#reader.takeWord(like)) {
        const at = this.#reader.since(begin);
        return this.#operation(`${not}${like}`, at, [operand, this.#other()]);
      }
    if (this.#reader.takeWord("in")) {
      const at = this.#reader.since(begin);
      const open = this.#reader.token().span.begin;
      const list = this.#list();
      if (list.length === 0) throw this.#reader.error("an empty list behind IN", this.#reader.since(open));
      return this.#operation(`${not}in`, at, [operand, ...list]);
    }
    return operand;
  }

  /** The operators that PostgreSQL gives one precedence. */
  #other(): SyntaxNode {
    const node = this.#chain(OTHERS, () => this.#sum());
    if (this.#reader.isSymbol("~"))
      throw this.#reader.error("~ has one operand, behind it; regular expressions are not taken, use LIKE");
    return node;
  }

  #sum(): SyntaxNode {
    return this.#chain(SUMS, () => this.#product());
  }

  #product(): SyntaxNode {
    return this.#chain(PRODUCTS, () => this.#signed());
  }

  #chain(operators: Readonly<Record<string, Operator>>, next: () => SyntaxNode): SyntaxNode {
    let node = next();
    for (let found = this.#takeOneOf(operators); found !== undefined; found = this.#takeOneOf(operators))
      node = this.#operation(found.operator, found.at, [node, next()]);
    return node;
  }

  #signed(): SyntaxNode {
    const complement = this.#reader.takeSymbol("~");
    // Binds less than + and *, more than the other operators.
    if (complement !== undefined) return this.#prefix("~", complement, () => this.#sum());
    const plus = this.#reader.takeSymbol("+");
    if (plus !== undefined) return this.#nested(() => this.#signed());
    const minus = this.#reader.takeSymbol("-");
    if (minus === undefined) return this.#casts(this.#primary());
    const node = this.#prefix("negative", minus, () => this.#signed());
    const operand = node.kind === "operator" ? node.operands[0] : undefined;
    // A number with its sign is one literal, as in PostgreSQL: the smallest int4 is one.
    return operand?.kind === "number" ? { ...operand, negative: !operand.negative, span: node.span } : node;
  }

  #casts(operand: SyntaxNode): SyntaxNode {
    let node = operand;
    while (this.#reader.takeSymbol("::")) node = this.#cast(node, operand.span.begin);
    return node;
  }

  /** The type that an operand is cast to. */
  #cast(operand: SyntaxNode, begin: number): SyntaxNode {
    const token = this.#reader.next();
    const word = token.kind === "word" ? token.text.toLowerCase() : "";
    const isDouble = word === "double" && this.#reader.takeWord("precision") !== undefined;
    const type = isDouble ? "float8" : Object.hasOwn(TYPE_NAMES, word) ? TYPE_NAMES[word] : undefined;
    if (type === undefined)
      throw this.#reader.error(
        "no type that a value can be cast to, expected smallint, integer, bigint, numeric, real, double precision, text or boolean",
        token.span,
      );
    return { kind: "cast", type, operand, ...this.#shape(begin, [operand]) };
  }

  #primary(): SyntaxNode {
    const token = this.#reader.token();
    const { kind, text, span } = token;
    switch (kind) {
      case "number":
        this.#reader.next();
        return { kind, text, negative: false, span, depth: 1 };
      case "string":
      case "time":
        this.#reader.next();
        return { kind, text, span, depth: 1 };
      case "word":
        return this.#word(token);
      case "symbol":
        if (text === "~")
          throw this.#reader.error("~ has no operand before it; LIKE compares with a pattern");
        if (text !== "(") throw this.#reader.unexpected(OPERAND);
        return this.#parentheses();
      case "end":
        throw this.#reader.unexpected(OPERAND);
      default:
        return kind satisfies never;
    }
  }

  #parentheses(): SyntaxNode {
    const { begin } = this.#reader.next().span;
    const node = this.#nested(() => this.or());
    this.#reader.expect(")");
    return { ...node, span: this.#reader.since(begin) };
  }

  #word(token: Token): SyntaxNode {
    const word = token.text.toLowerCase();
    if (word === "cast" && this.#reader.isSymbol("(", 1)) return this.#castCall();
    if (Object.hasOwn(RESERVED, word)) {
      const why = RESERVED[word];
      throw why ? this.#reader.error(`${shown(token.text)}: ${why}`) : this.#reader.unexpected(OPERAND);
    }
    const { begin } = this.#reader.next().span;
    if (word === "null" || word === "true" || word === "false")
      return {
        kind: "constant",
        value: word === "null" ? null : word === "true",
        span: token.span,
        depth: 1,
      };
    let name = token.text;
    if (this.#reader.takeSymbol(".")) {
      if (this.#reader.token().kind !== "word") throw this.#reader.unexpected("a name");
      name += `.${this.#reader.next().text}`;
    }
    const at = this.#reader.since(begin);
    if (!this.#reader.isSymbol("(")) return { kind: "name", name, span: at, depth: 1 };
    const operands = this.#list();
    return { kind: "call", name, at, operands, ...this.#shape(begin, operands) };
  }

  #castCall(): SyntaxNode {
    const { begin } = this.#reader.next().span;
    this.#reader.expect("(");
    const operand = this.#nested(() => this.or());
    this.#reader.expect("as", "AS and a type");
    const node = this.#cast(operand, begin);
    this.#reader.expect(")");
    return { ...node, span: this.#reader.since(begin) };
  }

  /** `( a, b, … )`, which may be empty. */
  #list(): SyntaxNode[] {
    this.#reader.expect("(");
    if (this.#reader.takeSymbol(")")) return [];
    const list = [this.#nested(() => this.or())];
    while (this.#reader.takeSymbol(",")) list.push(this.#nested(() => this.or()));
    this.#reader.expect(")", '"," or ")"');
    return list;
  }

  #prefix(operator: Operator, at: Span, next: () => SyntaxNode): SyntaxNode {
    const operand = this.#nested(next);
    return { kind: "operator", operator, at, operands: [operand], ...this.#shape(at.begin, [operand]) };
  }

  #operation(operator: Operator, at: Span, operands: readonly SyntaxNode[]): SyntaxNode {
    const { begin } = operands[0]!.span; // every operator has one
    return { kind: "operator", operator, at, operands, ...this.#shape(begin, operands) };
  }

  /** Place and depth of a node whose last token was passed. */
  #shape(begin: number, operands: readonly SyntaxNode[]): { readonly span: Span; readonly depth: number } {
    const depth = operands.reduce((most, operand) => Math.max(most, operand.depth), 0) + 1;
    if (depth > MAX_DEPTH) throw this.#tooDeep();
    return { span: this.#reader.since(begin), depth };
  }

  #nested(parse: () => SyntaxNode): SyntaxNode {
    if (++this.#depth > MAX_DEPTH) throw this.#tooDeep();
    const node = parse();
    this.#depth--;
    return node;
  }

  #tooDeep(): Error {
    return this.#reader.error(`a filter nested more than ${MAX_DEPTH} deep`);
  }

  #takeOneOf(operators: Readonly<Record<string, Operator>>) {
    const { kind, text, span } = this.#reader.token();
    const operator = kind === "symbol" ? operators[text] : undefined;
    if (operator === undefined) return undefined;
    this.#reader.next();
    return { operator, at: span };
  }
}
