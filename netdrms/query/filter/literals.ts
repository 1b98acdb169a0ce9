import type { Span } from "../query-text.js";
import type { Expression, ValueType } from "./expression.js";

type Literal = Extract<Expression, { kind: "literal" }>;

const INT_BITS = { int2: 16, int4: 32, int8: 64 } as const;

/**
 * A literal number with the type that PostgreSQL gives it: int4, int8, else numeric. RULE: hexadecimal is taken by every server,
 * as PostgreSQL 16 and newer do. `undefined` for what no double holds, and for a number other than 0 that would become 0.
 */
export function numberLiteral(text: string, negative: boolean, span: Span): Literal | undefined {
  const sign = negative ? "-" : "";
  if (/^(?:0x[0-9a-f]+|\d+)$/i.test(text)) {
    const value = negative ? -BigInt(text) : BigInt(text);
    for (const type of ["int4", "int8"] as const)
      if (BigInt.asIntN(INT_BITS[type], value) === value) return { kind: "literal", type, value, span };
    return Number.isFinite(Number(value))
      ? { kind: "literal", type: "numeric", value: String(value), span }
      : undefined;
  }
  const value = Number(text);
  const vanishes = value === 0 && /[1-9]/.test(text.replace(/e.*/i, ""));
  if (!Number.isFinite(value) || vanishes) return undefined;
  return { kind: "literal", type: "numeric", value: sign + text, span };
}

/**
 * A string literal, or NULL, where PostgreSQL would read it as a value of `type`. `undefined` where the text is none.
 */
export function untypedLiteral(text: string | null, type: ValueType, span: Span): Literal | undefined {
  if (text === null) return { kind: "literal", type, value: null, span };
  const word = text.trim();
  switch (type) {
    case "text":
      return { kind: "literal", type, value: text, span };
    case "int2":
    case "int4":
    case "int8": {
      if (!/^[+-]?\d+$/.test(word)) return undefined;
      const value = BigInt(word.replace("+", ""));
      return BigInt.asIntN(INT_BITS[type], value) === value
        ? { kind: "literal", type, value, span }
        : undefined;
    }
    case "numeric":
    case "float4":
    case "float8": {
      const value = readReal(word);
      if (value === undefined) return undefined;
      if (type === "numeric")
        return Number.isFinite(value)
          ? { kind: "literal", type, value: word.replace("+", ""), span }
          : undefined;
      const held = type === "float4" ? Math.fround(value) : value;
      return Number.isFinite(value) && !Number.isFinite(held)
        ? undefined
        : { kind: "literal", type, value: held, span };
    }
    case "bool":
      return undefined;
    default:
      return type satisfies never;
  }
}

function readReal(word: string): number | undefined {
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(word)) {
    const value = Number(word);
    return Number.isFinite(value) ? value : undefined;
  }
  if (/^nan$/i.test(word)) return Number.NaN;
  const infinite = /^([+-]?)inf(?:inity)?$/i.exec(word);
  if (infinite === null) return undefined;
  return infinite[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}
