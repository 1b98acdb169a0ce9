import { formatExponential } from "../../stream/number-field.js";
import { formatFixed, formatGeneral } from "../../stream/printf-real.js";

// One conversion of C printf between literal text. Source: netdrms 1.10; ISO C 7.21.6.1.

/** What a conversion takes. */
export type ConversionKind = "integer" | "real" | "string";

/** A format with exactly one conversion. */
export interface CFormat {
  /** Literal text before and behind, `%%` already as `%`. */
  readonly before: string;
  readonly after: string;
  /** `-`: blanks behind, not before. */
  readonly left: boolean;
  readonly plus: boolean;
  readonly space: boolean;
  readonly alternate: boolean;
  readonly zero: boolean;
  readonly width: number;
  readonly precision: number | undefined;
  /** One of `d u x X o c e E f F g G s`; `i` is `d`. */
  readonly conversion: string;
  readonly kind: ConversionKind;
}

/** Longest format that is read, characters; the archive has room for 19. */
const MAX_FORMAT = 256;

/** Largest width and precision: beyond any value's digits, and no way to ask for gigabytes of blanks. */
const MAX_SIZE = 400;

/**
 * Reads a format. Length modifiers are taken and ignored, `'` too (the C locale has no groups). `undefined` where there is no
 * conversion or more than one, one that is not among `d i u x X o c e E f F g G s`, `*`, or a width or precision above 400.
 */
export function parseCFormat(format: string): CFormat | undefined {
  if (format.length > MAX_FORMAT) return undefined;
  const m =
    /^((?:[^%]|%%)*)%([-+ #0']*)(\d*)(?:\.(\d*))?(?:hh|h|ll|l|L|q|j|z|t)?([diuxXoceEfFgGs])((?:[^%]|%%)*)$/.exec(
      format,
    );
  if (m === null) return undefined;
  const [, before = "", flags = "", width, precision, letter = "", after = ""] = m;
  if (Number(width) > MAX_SIZE || Number(precision ?? 0) > MAX_SIZE) return undefined;
  return {
    before: before.replaceAll("%%", "%"),
    after: after.replaceAll("%%", "%"),
    left: flags.includes("-"),
    plus: flags.includes("+"),
    space: flags.includes(" "),
    alternate: flags.includes("#"),
    zero: flags.includes("0"),
    width: Number(width),
    precision: precision === undefined ? undefined : Number(precision),
    conversion: letter === "i" ? "d" : letter,
    kind: letter === "s" ? "string" : /[diuxXoc]/.test(letter) ? "integer" : "real",
  };
}

/** Puts sign or prefix and digits into the field: blanks, or zeros behind the sign. */
function inField(format: CFormat, sign: string, body: string, zeros: boolean): string {
  const room = format.width - sign.length - body.length;
  let text = sign + body;
  if (room > 0) {
    if (format.left) text += " ".repeat(room);
    else text = zeros && format.zero ? sign + "0".repeat(room) + body : " ".repeat(room) + text;
  }
  return format.before + text + format.after;
}

function signOf(format: CFormat, negative: boolean): string {
  if (negative) return "-";
  return format.plus ? "+" : format.space ? " " : "";
}

/**
 * Prints a whole number; `u`, `x`, `X` and `o` show a negative one in two's complement, `c` the character of its low byte
 * (none for 0, which ends a text in C).
 *
 * @param bits width of its type
 */
export function printInteger(format: CFormat, value: number | bigint, bits: number): string {
  if (format.conversion === "c") {
    const code = Number(BigInt.asUintN(8, BigInt(value)));
    return inField(format, "", code === 0 ? "" : String.fromCharCode(code), false);
  }
  const negative = value < 0;
  let sign = "";
  let digits: string;
  if (format.conversion === "d") {
    sign = signOf(format, negative);
    digits = String(negative ? -value : value);
  } else {
    const unsigned = negative ? BigInt.asUintN(bits, BigInt(value)) : value;
    const radix = format.conversion === "o" ? 8 : format.conversion === "u" ? 10 : 16;
    digits = unsigned.toString(radix);
    if (format.conversion === "X") digits = digits.toUpperCase();
    if (format.alternate && radix === 16 && value !== 0 && value !== 0n) sign = `0${format.conversion}`;
  }
  if (format.precision !== undefined) {
    if (format.precision === 0 && digits === "0") digits = "";
    digits = digits.padStart(format.precision, "0");
  }
  if (format.alternate && format.conversion === "o" && !digits.startsWith("0")) digits = `0${digits}`;
  return inField(format, sign, digits, format.precision === undefined);
}

/** Prints a real number; `nan` and `inf` without leading zeros. */
export function printReal(format: CFormat, value: number): string {
  const negative = value < 0 || Object.is(value, -0);
  const text = realDigits(format, Math.abs(value));
  const upper = format.conversion === format.conversion.toUpperCase();
  return inField(format, signOf(format, negative), upper ? text.toUpperCase() : text, Number.isFinite(value));
}

function realDigits({ conversion, precision = 6, alternate }: CFormat, magnitude: number): string {
  switch (conversion.toLowerCase()) {
    case "e": {
      const text = formatExponential(magnitude, precision);
      return alternate && precision === 0 ? text.replace("e", ".e") : text;
    }
    case "f": {
      const text = formatFixed(magnitude, precision);
      return alternate && precision === 0 && Number.isFinite(magnitude) ? `${text}.` : text;
    }
    default:
      return formatGeneral(magnitude, Math.max(1, precision), alternate);
  }
}

/** Prints a text, at most `precision` characters of it. */
export function printText(format: CFormat, value: string): string {
  return inField(
    format,
    "",
    format.precision === undefined ? value : value.slice(0, format.precision),
    false,
  );
}
