/** The value of a card. Source: FITS 4.0, 4.2. */
export type FitsValue =
  | { readonly kind: "logical"; readonly value: boolean }
  /** Beyond 2**53 a bigint. */
  | { readonly kind: "integer"; readonly value: number | bigint }
  /** `text`: the digits as they stand in the card, or are to stand there. */
  | { readonly kind: "real"; readonly value: number; readonly text?: string }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "complex"; readonly re: number; readonly im: number; readonly text?: string }
  /** A value indicator and nothing behind it. */
  | { readonly kind: "undefined" }
  /** What no rule of the standard explains (`NaN`, an unclosed quote); kept as it is. */
  | { readonly kind: "invalid"; readonly text: string };

/** A value field taken apart. */
export interface ValueField {
  readonly value: FitsValue;
  /** Text behind the slash, without surrounding blanks at its end and one blank at its beginning. */
  readonly comment: string;
  /** Where the slash stands in the field, or -1. */
  readonly slash: number;
}

const INTEGER = /^[+-]?\d+$/;
const REAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[EeDd][+-]?\d+)?$/;

/**
 * Reads the value field of a card (what stands behind the value indicator), fixed or free format.
 *
 * @param field columns 11 to 80, or the text behind the `=` of a HIERARCH card
 */
export function parseValueField(field: string): ValueField {
  const start = field.search(/[^ ]/);
  if (start < 0) return { value: { kind: "undefined" }, comment: "", slash: -1 };
  if (field[start] === "'") return parseString(field, start);
  const slash = field.indexOf("/");
  const text = (slash < 0 ? field : field.slice(0, slash)).trim();
  return { value: parseBare(text), comment: commentAfter(field, slash), slash };
}

function parseString(field: string, start: number): ValueField {
  let value = "";
  let at = start + 1;
  for (;;) {
    const quote = field.indexOf("'", at);
    // An unclosed string has no place where a comment could begin.
    if (quote < 0) return { value: { kind: "invalid", text: field.trim() }, comment: "", slash: -1 };
    value += field.slice(at, quote);
    at = quote + 1;
    if (field[at] !== "'") break;
    value += "'";
    at++;
  }
  const slash = field.indexOf("/", at);
  const between = (slash < 0 ? field.slice(at) : field.slice(at, slash)).trim();
  if (between !== "") return { value: { kind: "invalid", text: field.trim() }, comment: "", slash: -1 };
  return {
    // Blanks at the end do not count, those at the beginning do (4.2.1.1).
    value: { kind: "string", value: value.replace(/ +$/, "") },
    comment: commentAfter(field, slash),
    slash,
  };
}

function parseBare(text: string): FitsValue {
  if (text === "") return { kind: "undefined" };
  if (text === "T" || text === "F") return { kind: "logical", value: text === "T" };
  if (INTEGER.test(text)) return { kind: "integer", value: integerOf(text) };
  if (REAL.test(text)) {
    const value = realOf(text);
    return Number.isFinite(value) ? { kind: "real", value, text } : { kind: "invalid", text };
  }
  const pair = /^\(([^,()]*),([^,()]*)\)$/.exec(text);
  if (pair !== null) {
    const [re, im] = [pair[1]!.trim(), pair[2]!.trim()]; // both groups take part
    if (REAL.test(re) && REAL.test(im)) return { kind: "complex", re: realOf(re), im: realOf(im), text };
  }
  return { kind: "invalid", text };
}

/** An integer as text: a number where it is exact, else a bigint. */
function integerOf(text: string): number | bigint {
  const value = Number(text);
  // -0 would be printed as 0, and means it.
  return Number.isSafeInteger(value) ? value + 0 : BigInt(text.replace(/^\+/, ""));
}

function realOf(text: string): number {
  return Number(text.replace(/[Dd]/, "E"));
}

function commentAfter(field: string, slash: number): string {
  if (slash < 0) return "";
  return field
    .slice(slash + 1)
    .replace(/^ /, "")
    .replace(/ +$/, "");
}
