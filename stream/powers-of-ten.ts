// 10**k as the unevaluated sum of two doubles, good to about 106 bits: enough to round decimal text to binary64, or
// binary64 to 17 digits, in all but about one case in a million million; those are done in whole numbers of any length.

/** Powers of ten that binary64 holds exactly: 10**0 to 10**22. */
export const EXACT_POWERS: Float64Array = Float64Array.from({ length: 23 }, (_, k) => Number(`1e${k}`));

/** The largest |k| of the table: the low parts of larger negative ones would be subnormal. */
export const MAX_POWER = 280;

const high = new Float64Array(2 * MAX_POWER + 1);
const low = new Float64Array(2 * MAX_POWER + 1);

/** The double nearest to 10**k; |k| at most {@link MAX_POWER}. */
export function powerHigh(k: number): number {
  const value = high[k + MAX_POWER]!; // inside by the limit on k
  return value !== 0 ? value : computePower(k);
}

/** 10**k less {@link powerHigh}, to be asked for after it. */
export function powerLow(k: number): number {
  return low[k + MAX_POWER]!; // inside by the limit on k
}

/** An entry is made when it is first asked for: a process that starts for one request needs few of them. */
function computePower(k: number): number {
  const nearest = Number(`1e${k}`);
  const { mantissa, exponent } = wholeParts(nearest);
  // 10**k - mantissa*2**exponent = over/under
  const ten = 10n ** BigInt(Math.abs(k));
  const two = 1n << BigInt(Math.abs(exponent));
  const over =
    (k < 0 ? 1n : ten) * (exponent < 0 ? two : 1n) -
    mantissa * (exponent < 0 ? 1n : two) * (k < 0 ? ten : 1n);
  const under = (k < 0 ? ten : 1n) * (exponent < 0 ? two : 1n);
  const shift = Math.max(0, under.toString(2).length - over.toString(2).length + 64);
  const half = Math.floor(shift / 2);
  const quotient = Number((over << BigInt(shift)) / under);
  high[k + MAX_POWER] = nearest;
  low[k + MAX_POWER] = quotient * 2 ** -half * 2 ** -(shift - half);
  return nearest;
}

const f64 = new Float64Array(1);
const u64 = new BigUint64Array(f64.buffer);

/** A finite double that is not negative as mantissa * 2**exponent. */
export function wholeParts(v: number): { mantissa: bigint; exponent: number } {
  f64[0] = v;
  const bits = u64[0]!;
  const biased = Number(bits >> 52n);
  const fraction = bits & 0xf_ffff_ffff_ffffn;
  return biased === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction | 0x10_0000_0000_0000n, exponent: biased - 1075 };
}

const SPLITTER = 2 ** 27 + 1;

/** What the product p = fl(a*b) lacks: a*b - p exactly, while neither is near the ends of the range (Dekker). */
export function productError(a: number, b: number, p: number): number {
  const ca = SPLITTER * a;
  const ah = ca - (ca - a);
  const al = a - ah;
  const cb = SPLITTER * b;
  const bh = cb - (cb - b);
  const bl = b - bh;
  return al * bl - (p - ah * bh - al * bh - ah * bl);
}
