const DECIMAL_INTEGER = /^[+-]?\d+$/;
const HEXADECIMAL_INTEGER = /^[+-]?0[xX][0-9a-fA-F]+$/;
const REAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const NOT_FINITE = /^([+-]?)(nan|inf|infinity)$/i;

/**
 * The integer of a whole text, decimal or `0x`, blanks around it left out; a leading 0 is not octal. `undefined` where the text is
 * none, or beyond what a double holds exactly (2**53 - 1). Hexadecimal is a number, not a bit pattern: `0xFFFFFFFF` is 4294967295.
 * Source: netdrms 1.3, 7.2.
 */
export function parseInteger(text: string): number | undefined {
  const word = text.trim();
  const isHexadecimal = HEXADECIMAL_INTEGER.test(word);
  if (!isHexadecimal && !DECIMAL_INTEGER.test(word)) return undefined;
  const [, sign, digits] = /^([+-]?)(.*)$/.exec(word)!;
  const magnitude = Number(digits);
  if (!Number.isSafeInteger(magnitude)) return undefined;
  // No -0: it would print as one.
  return sign === "-" && magnitude !== 0 ? -magnitude : magnitude;
}

/**
 * The number of a whole text as C's strtod reads it: decimal, an integer of {@link parseInteger}, `nan`, `inf`; blanks around it are
 * left out. `undefined` where the text is none, and for digits beyond the largest double: who means infinity writes it.
 */
export function parseReal(text: string): number | undefined {
  const word = text.trim();
  if (REAL.test(word)) return finite(Number(word));
  const [, sign, name] = NOT_FINITE.exec(word) ?? [];
  if (name !== undefined) {
    if (name.toLowerCase() === "nan") return Number.NaN;
    return sign === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  return parseInteger(word);
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}
