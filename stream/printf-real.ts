import { formatExponential } from "./number-field.js";
import { wholeParts } from "./powers-of-ten.js";
import { shortestReal } from "./shortest-real.js";

// Real numbers as C printf has them for %f and %g; %e is formatExponential. All digits come of the exact binary value, and
// ties go to the even digit.

/** From here on toFixed writes exponents. */
const FIXED_END = 1e21;

/** Most decimals of toFixed. */
const FIXED_DECIMALS = 100;

/** `value` as C printf prints it for `%.{decimals}f`; `nan`, `inf` and `-inf` for what is not finite. */
export function formatFixed(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return shortestReal(value);
  const magnitude = Math.abs(value);
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  if (magnitude >= FIXED_END || decimals > FIXED_DECIMALS) return sign + exactFixed(magnitude, decimals);
  const text = magnitude.toFixed(decimals);
  // toFixed rounds a tie up. It is one where magnitude * 10**decimals is an odd number of halves, and so many halves are
  // exact.
  if ((magnitude * 2 ** (decimals + 1)) % 2 !== 1) return sign + text;
  const last = text.charCodeAt(text.length - 1) - 0x30;
  return last % 2 === 1 ? `${sign}${text.slice(0, -1)}${last - 1}` : sign + text;
}

function exactFixed(magnitude: number, decimals: number): string {
  const { mantissa, exponent } = wholeParts(magnitude);
  let scaled = mantissa * 10n ** BigInt(decimals);
  if (exponent >= 0) scaled <<= BigInt(exponent);
  else {
    const unit = 1n << BigInt(-exponent);
    const twice = (scaled % unit) * 2n;
    scaled /= unit;
    if (twice > unit || (twice === unit && (scaled & 1n) === 1n)) scaled++;
  }
  const digits = String(scaled).padStart(decimals + 1, "0");
  const point = digits.length - decimals;
  return decimals > 0 ? `${digits.slice(0, point)}.${digits.slice(point)}` : digits;
}

/**
 * `value` as C printf prints it for `%.{digits}g`: exponent form below 1e-4 and from 10**digits on; trailing zeros are left
 * off unless they are kept (`%#g`, which also keeps the point).
 *
 * @param digits significant digits, 1 or more
 */
export function formatGeneral(value: number, digits: number, keepZeros = false): string {
  if (!Number.isFinite(value)) return shortestReal(value);
  const [mantissa = "", exponentText = ""] = formatExponential(value, digits - 1).split("e");
  const exponent = Number(exponentText);
  const sign = mantissa.startsWith("-") ? "-" : "";
  const all = mantissa.replace(/[-.]/g, "");
  const strip = (fraction: string) => (keepZeros ? fraction : fraction.replace(/0+$/, ""));
  const join = (whole: string, fraction: string) =>
    sign + whole + (fraction === "" && !keepZeros ? "" : `.${fraction}`);
  if (exponent < -4 || exponent >= digits)
    return `${join(all.slice(0, 1), strip(all.slice(1)))}e${exponentText}`;
  return exponent < 0
    ? join("0", strip("0".repeat(-exponent - 1) + all))
    : join(all.slice(0, exponent + 1), strip(all.slice(exponent + 1)));
}
