import { labelText } from "./label-text.js";

/** Digits that tell two values apart for the eye, and all that a binary32 has. */
const DIGITS = 6;
const ALL_DIGITS = 9;

/** A value for people, as axes have it: `0.0123457`, `1.23457×10⁻¹¹`; a minus that is as long as a plus. */
export function valueText(value: number, digits = DIGITS): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (!(size < 1e-3 || size >= 1e6)) return withMinus(String(Number(value.toPrecision(digits))));
  const [mantissa = "", exponent = ""] = value.toExponential(digits - 1).split("e");
  return `${withMinus(String(Number(mantissa)))}\u00d710${labelText(`!u${Number(exponent)}!n`)}`;
}

/** A value in a table for people, with all its digits. */
export function cellText(value: number): string {
  return valueText(value, ALL_DIGITS);
}

/** A value as it is typed, and as programs read it, with all its digits. */
export function typedText(value: number): string {
  return String(Number(value.toPrecision(ALL_DIGITS)));
}

function withMinus(text: string): string {
  return text.replaceAll("-", "\u2212");
}
