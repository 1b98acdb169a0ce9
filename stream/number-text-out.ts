/** `%.{fractionDigits}e` of C printf: exact digits, ties to even, at least two digits of exponent. */
export function formatExponential(value: number, fractionDigits: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  return sign + exactDigits(Math.abs(value), fractionDigits);
}

export function writeExponential(
  bytes: Uint8Array,
  at: number,
  width: number,
  value: number,
  fractionDigits: number,
): void {
  let text = formatExponential(value, fractionDigits);
  for (let f = fractionDigits - 1; text.length > width && f >= 0; f--) text = formatExponential(value, f);
  text = text.length > width ? " ".repeat(width) : text.padStart(width);
  for (let i = 0; i < width; i++) bytes[at + i] = text.charCodeAt(i);
}

function exactDigits(v: number, fractionDigits: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, v);
  const bits = view.getBigUint64(0);
  const biased = Number(bits >> 52n);
  const mantissa = biased === 0 ? bits : (bits & 0xfffffffffffffn) | 0x10000000000000n;
  const e2 = (biased === 0 ? 1 : biased) - 1075;
  let digits = "0";
  let e10 = 0;
  if (mantissa !== 0n) {
    e10 = Number(v.toExponential(20).split("e")[1]);
    for (;;) {
      const p = fractionDigits - e10;
      let num = mantissa;
      let den = 1n;
      if (e2 >= 0) num <<= BigInt(e2);
      else den <<= BigInt(-e2);
      if (p >= 0) num *= 10n ** BigInt(p);
      else den *= 10n ** BigInt(-p);
      let q = num / den;
      const twice = (num - q * den) * 2n;
      if (twice > den || (twice === den && q % 2n === 1n)) q++;
      digits = String(q);
      if (digits.length === fractionDigits + 1) break;
      e10 += digits.length - fractionDigits - 1;
    }
  } else digits = "0".repeat(fractionDigits + 1);
  const head = fractionDigits > 0 ? `${digits[0]}.${digits.slice(1)}` : digits;
  return `${head}e${e10 < 0 ? "-" : "+"}${String(Math.abs(e10)).padStart(2, "0")}`;
}
