/** Digits that tell two values of binary32 apart for the eye. */
const DIGITS = 6;

/** A value for people: `0.0123457`, `1.23457e-11`; a minus that is as long as a plus. */
export function valueText(value: number, digits = DIGITS): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text =
    size >= 1e-3 && size < 1e6
      ? String(Number(value.toPrecision(digits)))
      : value
          .toExponential(digits - 1)
          .replace(/\.?0*e/, "e")
          .replace("e+", "e");
  return text.replaceAll("-", "\u2212");
}

/** A value as it is written in tables that are read by programs: all digits that a binary32 has. */
export function exactText(value: number): string {
  return String(Number(value.toPrecision(9)));
}
