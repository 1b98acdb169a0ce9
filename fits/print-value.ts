import { DasError } from "../errors/das-error.js";
import { shortestReal } from "../stream/number-field.js";
import { formatGeneral } from "../stream/printf-real.js";
import type { FitsValue } from "./card-value.js";

/** A real value for a card, with its digits: `digits` significant ones as C's `%.{digits}G`, or as few as read back the same. */
export function fitsReal(value: number, digits?: number): FitsValue {
  return { kind: "real", value, text: formatReal(value, digits) };
}

/**
 * A real number as a card has it: always with a decimal point, exponent letter `E`. With `digits` like C's `%.{digits}G` (ties to
 * even), a point added before the exponent or at the end where there is none: `1.`, `1.E+20`, `12.3456001`.
 * Errors: BAD_FITS_HEADER for NaN and infinities, which a card cannot say. Source: FITS 4.0, 4.2.4; netdrms-export A5.
 */
export function formatReal(value: number, digits?: number): string {
  if (!Number.isFinite(value))
    throw new DasError("BAD_FITS_HEADER", `${value} as a value of a card, expected a finite number`);
  const text = (digits === undefined ? shortestReal(value) : formatGeneral(value, digits)).toUpperCase();
  const [mantissa, exponent] = text.split("E");
  const withPoint = mantissa!.includes(".") ? mantissa : `${mantissa}.`;
  return exponent === undefined ? withPoint! : `${withPoint}E${exponent}`;
}

/** A string as it stands in a card: quotes doubled, at least eight characters between them. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''").padEnd(8)}'`;
}

/** The text of a value without its place in the card; a string's closing quote not before column 20. */
export function printValue(value: FitsValue): string {
  switch (value.kind) {
    case "logical":
      return value.value ? "T" : "F";
    case "integer":
      if (typeof value.value === "number" && !Number.isSafeInteger(value.value))
        throw new DasError(
          "BAD_FITS_HEADER",
          `${value.value} as an integer of a card, expected a whole number`,
        );
      return String(value.value);
    case "real":
      return value.text ?? formatReal(value.value);
    case "complex":
      return value.text ?? `(${formatReal(value.re)}, ${formatReal(value.im)})`;
    case "string":
      return quoted(value.value);
    case "undefined":
      return "";
    case "invalid":
      return value.text;
    default:
      return value satisfies never;
  }
}
