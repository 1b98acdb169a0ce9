/** The shortest decimal that reads back as the same binary64; `nan`, `inf` and `-inf` as C reads them. */
export function shortestReal(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  if (Object.is(value, -0)) return "-0";
  return String(value).replace("e+", "e");
}

/** The shortest decimal that reads back as the same binary32; `value` is rounded to binary32 first. */
export function shortestReal4(value: number): string {
  const real4 = Math.fround(value);
  if (real4 === 0 || !Number.isFinite(real4)) return shortestReal(real4);
  // Nine digits tell all binary32 apart.
  for (let digits = 1; digits < 9; digits++) {
    const nearest = Number(real4.toPrecision(digits));
    if (Math.fround(nearest) === real4) return shortestReal(nearest);
    const next = nextFromZero(real4, digits);
    if (Math.fround(next) === real4) return shortestReal(next);
  }
  return shortestReal(Number(real4.toPrecision(9)));
}

/**
 * The decimal one unit in the last digit farther from zero than the nearest: above a power of two lies twice the room
 * of below, so it may serve where the nearest does not.
 */
function nextFromZero(real4: number, digits: number): number {
  const [mantissa = "", exponent] = Math.abs(real4)
    .toExponential(digits - 1)
    .split("e");
  const next = Number(`${Number(mantissa.replace(".", "")) + 1}e${Number(exponent) - (digits - 1)}`);
  return real4 < 0 ? -next : next;
}
