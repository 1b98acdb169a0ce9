import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  appendExponential,
  formatExponential,
  isBlankOrBad,
  readReal,
  shortestReal,
  shortestReal4,
  writeExponential,
} from "../../stream/number-field.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder("latin1");

/** Reads a field that stands in the midst of digits. */
function read(text: string): number {
  const bytes = encoder.encode(`9${text}9`);
  return readReal(bytes, 1, bytes.length - 1);
}

function bad(text: string): boolean {
  const bytes = encoder.encode(`9${text}9`);
  return isBlankOrBad(bytes, 1, bytes.length - 1);
}

/** What is written, and that nothing beside the field is. */
function write(width: number, value: number, digits: number): string {
  const bytes = new Uint8Array(width + 2).fill(0x23);
  writeExponential(bytes, 1, width, value, digits);
  expect([bytes[0], bytes[width + 1]]).toEqual([0x23, 0x23]);
  return decoder.decode(bytes.subarray(1, width + 1));
}

/** `%.{digits}e` by the definition: the exact value as a fraction of whole numbers, its quotient rounded half to even. */
function printf(value: number, digits: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const mantissa = (bits & 0xf_ffff_ffff_ffffn) + (biased > 0 ? 1n << 52n : 0n);
  const sign = bits >> 63n === 1n ? "-" : "";
  const e2 = Math.max(biased, 1) - 1075;
  let over = e2 > 0 ? mantissa << BigInt(e2) : mantissa;
  const under = e2 < 0 ? 1n << BigInt(-e2) : 1n;
  if (mantissa === 0n) return `${sign}0${digits > 0 ? `.${"0".repeat(digits)}` : ""}e+00`;
  let exponent = 0;
  let scale = 1n;
  while (over >= 10n * under * scale) {
    scale *= 10n;
    exponent++;
  }
  while (over < under) {
    over *= 10n;
    exponent--;
  }
  over *= 10n ** BigInt(digits);
  const whole = under * scale;
  let n = over / whole;
  const twice = 2n * (over % whole);
  if (twice > whole || (twice === whole && n % 2n === 1n)) n++;
  if (n === 10n ** BigInt(digits + 1)) {
    n /= 10n;
    exponent++;
  }
  const text = String(n);
  const e = String(Math.abs(exponent)).padStart(2, "0");
  return `${sign}${text[0]}${digits > 0 ? `.${text.slice(1)}` : ""}e${exponent < 0 ? "-" : "+"}${e}`;
}

/** Doubles of all kinds, the same in every run. */
function* samples(count: number): Generator<number> {
  let state = 0x2545f4914f6cdd1dn;
  const next = () => {
    state = BigInt.asUintN(64, (state ^ (state << 13n)) & 0xffff_ffff_ffff_ffffn);
    state ^= state >> 7n;
    state = BigInt.asUintN(64, state ^ (state << 17n));
    return state;
  };
  const view = new DataView(new ArrayBuffer(8));
  for (let n = 0; n < count; n++) {
    const bits = next();
    const k = Number(next() % 64n);
    if (n % 5 === 0) {
      view.setBigUint64(0, bits);
      const any = view.getFloat64(0);
      yield Number.isFinite(any) ? any : 1;
    } else if (n % 5 === 1) yield Number(bits >> 12n) * 2 ** -k;
    else if (n % 5 === 2) yield Number(bits % 10n ** BigInt(k % 19)) * 10 + 5;
    else if (n % 5 === 3) yield Number(BigInt.asIntN(64, bits)) * 10 ** (k - 40);
    else yield Math.fround(Number(BigInt.asIntN(64, bits)) * 10 ** ((k % 40) - 35));
  }
}

describe("readReal", () => {
  it.each([
    ["12.25 ", 12.25],
    ["   -1e31 ", -1e31],
    ["+.5", 0.5],
    ["5.", 5],
    ["-0 ", -0],
    ["0.0e0", 0],
    ["0e999999999999", 0],
    ["1e400", Infinity],
    ["-1e400", -Infinity],
    ["1e-400", 0],
    ["4.9406564584124654e-324", 5e-324],
    ["1.7976931348623157E+308 ", Number.MAX_VALUE],
    ["2.2250738585072011e-308", 2.225073858507201e-308],
    ["9007199254740993", 9007199254740992],
    ["9007199254740993.0000000000000000001", 9007199254740994],
    ["0.1000000000000000055511151231257827021181583404541015625", 0.1],
    ["123456789012345678901234567890", 1.2345678901234568e29],
    ["00000000000000000000000000000000000001", 1],
    ["0.00000000000000000000000000000000000001", 1e-38],
    ["1.5e", 1.5],
    ["1.5\0\0\0", 1.5],
    ["\t1.5\r\n", 1.5],
    ["inf ", Infinity],
    ["-Infinity ", -Infinity],
  ])("reads %j", (text, expected) => {
    expect(read(text)).toBe(expected);
    expect(bad(text)).toBe(false);
  });

  it("takes any byte as separator, and a field that is full", () => {
    for (const separator of [" ", "\n", ",", ";", "x", "-", "\0", "~"])
      expect(read(`12.25${separator}`)).toBe(12.25);
    expect(read("12.251")).toBe(12.251);
    expect(read("  12 ;")).toBe(12);
    expect(read("inf,")).toBe(Infinity);
  });

  it.each([
    "",
    "        ",
    "\0\0\0",
    "-",
    ".",
    "e5",
    "+e5 ",
    "abc ",
    "1.5e+x ",
    "1 2 3 ",
    "1.2.3 ",
    "0x10 ",
    "infinit ",
    "--1 ",
    "nanny ",
    "1,25 ",
  ])("finds no number in %j", (text) => {
    expect(read(text)).toBeNaN();
    expect(bad(text)).toBe(true);
  });

  it.each(["nan", "NaN ", "   nan\n", "-nan ", "nan(0x7f) "])("reads %j as a written NaN", (text) => {
    expect(read(text)).toBeNaN();
    expect(bad(text)).toBe(false);
  });

  it("rounds as the language does, halfway cases among them", () => {
    for (const value of samples(20_000)) {
      for (const text of [
        value.toExponential(6),
        value.toExponential(16),
        String(value),
        value.toPrecision(21),
      ])
        expect(Object.is(read(text.padStart(26)), Number(text))).toBe(true);
    }
    const digits = fc.stringMatching(/^[0-9]{1,22}$/);
    fc.assert(
      fc.property(digits, digits, fc.integer({ min: -330, max: 320 }), (whole, fraction, e) => {
        for (const text of [`${whole}.${fraction}`, `-${whole}.${fraction}e${e}`, `.${fraction}E${e}`])
          expect(read(text)).toBe(Number(text));
      }),
      { numRuns: 5000 },
    );
    // Exactly between two doubles, and one digit beside.
    for (let n = 2 ** 53 + 1; n < 2 ** 53 + 4000; n += 2) {
      const between = String(BigInt(n - 1) * 2n + 1n);
      expect(read(between)).toBe(Number(between));
      expect(read(`${between}.0`)).toBe(Number(between));
      expect(read(`${between}1e-1`)).toBe(Number(`${between}1e-1`));
    }
  });

  it("gives a number for any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 140 }), (bytes) => {
        expect(typeof readReal(bytes, 0, bytes.length)).toBe("number");
        expect(typeof isBlankOrBad(bytes, 0, bytes.length)).toBe("boolean");
      }),
    );
  });
});

describe("writeExponential", () => {
  // das2-stream A6.3: an asciiN field holds %{N-1}.{N-8}e.
  it.each([
    [9, " 1.2e+01"],
    [10, " 1.22e+01"],
    [14, " 1.225000e+01"],
    [17, " 1.225000000e+01"],
    [24, " 1.2250000000000000e+01"],
  ])("writes 12.25 into ascii%i", (n, expected) => {
    expect(write(n - 1, 12.25, n - 8)).toBe(expected);
  });

  it("rounds exact ties to even, as printf and unlike toExponential", () => {
    expect(formatExponential(12.25, 2)).toBe("1.22e+01");
    expect(formatExponential(12.75, 2)).toBe("1.28e+01");
    expect(formatExponential(0.5, 0)).toBe("5e-01");
    expect(formatExponential(2.5, 0)).toBe("2e+00");
    expect(formatExponential(3.5, 0)).toBe("4e+00");
    expect(formatExponential(9.5, 0)).toBe("1e+01");
    expect(formatExponential(8.5, 0)).toBe("8e+00");
    expect(formatExponential(12345675, 6)).toBe("1.234568e+07");
    expect(formatExponential(12345665, 6)).toBe("1.234566e+07");
    expect(formatExponential(2 ** -30, 16)).toBe(printf(2 ** -30, 16));
    expect(formatExponential(1.0000000000000002e22, 15)).toBe(printf(1.0000000000000002e22, 15));
  });

  it("writes the fill, zeros and what is not finite", () => {
    expect(write(13, -1e31, 6)).toBe("-1.000000e+31");
    expect(write(13, Math.fround(-1e31), 6)).toBe("-1.000000e+31");
    expect(write(13, 0, 6)).toBe(" 0.000000e+00");
    expect(write(13, -0, 6)).toBe("-0.000000e+00");
    expect(write(8, Number.NaN, 1)).toBe("     nan");
    expect(write(8, Infinity, 1)).toBe("     inf");
    expect(write(8, -Infinity, 1)).toBe("    -inf");
  });

  it("leaves digits off rather than running over the next field", () => {
    expect(write(13, -1.2345678e-100, 6)).toBe("-1.23457e-100");
    expect(write(12, -9.9999996e99, 6)).toBe("-1.0000e+100");
    expect(write(8, -1.25e-100, 1)).toBe(" -1e-100");
    expect(write(7, -1.25e-100, 1)).toBe("-1e-100");
    expect(write(6, -1.25e-100, 1)).toBe("      ");
    expect(write(26, -1.25e-100, 20)).toBe(
      "-1.250000000000000000e-100".replace(/.*/, printf(-1.25e-100, 18)),
    );
  });

  it("equals printf for every kind of double", () => {
    let n = 0;
    for (const value of samples(40_000)) {
      const digits = n++ % 18;
      const expected = printf(value, digits);
      if (write(26, value, digits) !== expected.padStart(26) || formatExponential(value, digits) !== expected)
        expect(`${value} ${digits}: ${formatExponential(value, digits)}`).toBe(expected);
    }
  });

  it("equals printf at and beside the powers of ten and two", () => {
    const view = new DataView(new ArrayBuffer(8));
    const powers: number[] = [];
    for (let k = -323; k <= 308; k++) powers.push(Number(`1e${k}`));
    for (let k = -1074; k < 1024; k += 3) powers.push(2 ** k);
    for (const power of powers)
      for (const beside of [-1n, 0n, 1n]) {
        view.setFloat64(0, power);
        view.setBigUint64(0, view.getBigUint64(0) + beside);
        const value = view.getFloat64(0);
        for (const digits of [0, 6, 9, 14, 15, 16])
          if (formatExponential(value, digits) !== printf(value, digits))
            expect(`${value} ${digits}: ${formatExponential(value, digits)}`).toBe(printf(value, digits));
      }
  });

  it("makes more digits than a double has, too", () => {
    expect(formatExponential(0.1, 30)).toBe("1.000000000000000055511151231258e-01");
    expect(write(40, 0.1, 30)).toBe("    1.000000000000000055511151231258e-01");
  });

  it("is read back as the same double with 17 digits, as the same float with 9", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        expect(read(write(26, value, 16))).toBe(value);
        const real4 = Math.fround(value);
        expect(Math.fround(read(write(26, real4, 8)))).toBe(real4);
      }),
      { numRuns: 5000 },
    );
  });
});

describe("appendExponential", () => {
  it("writes only what it needs and tells where it ended", () => {
    for (const [value, digits] of [
      [12.25, 7],
      [-1e-300, 0],
      [0, 3],
      [Number.NaN, 3],
      [0.1, 20],
    ] as const) {
      const bytes = new Uint8Array(40).fill(0x23);
      const end = appendExponential(bytes, 3, value, digits);
      expect(decoder.decode(bytes.subarray(3, end))).toBe(formatExponential(value, digits));
      expect(bytes[end]).toBe(0x23);
      expect(end - 3).toBeLessThanOrEqual(digits + 9);
    }
  });
});

describe("shortestReal", () => {
  it.each([
    [-1e31, "-1e31"],
    [0.1, "0.1"],
    [-0, "-0"],
    [1e-7, "1e-7"],
    [123456789, "123456789"],
    [Infinity, "inf"],
    [-Infinity, "-inf"],
    [Number.NaN, "nan"],
  ])("of %d is %s", (value, expected) => {
    expect(shortestReal(value)).toBe(expected);
    expect(Object.is(read(expected), value)).toBe(true);
  });
});

describe("shortestReal4", () => {
  it.each([
    [0.1, "0.1"],
    [-1e31, "-1e31"],
    [16777216, "16777216"],
    [3.4028234663852886e38, "3.4028235e38"],
    [1.401298464324817e-45, "1e-45"],
    [1 / 3, "0.33333334"],
    // Powers of two: the decimal nearest to them needs a digit more.
    [2 ** 90, "1.2379401e27"],
    [-(2 ** -96), "-1.2621775e-29"],
    [1e39, "inf"],
    [Number.NaN, "nan"],
    [-0, "-0"],
  ])("of %d is %s", (value, expected) => {
    expect(shortestReal4(value)).toBe(expected);
  });

  it("reads back as the same binary32, and one digit less does not", () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = shortestReal4(value);
        expect(Math.fround(Number(text))).toBe(value);
        const digits = text.replace(/e.*|[-.]/g, "").replace(/^0+|0+$/g, "").length;
        if (digits > 1) expect(Math.fround(Number(value.toPrecision(digits - 1)))).not.toBe(value);
      }),
      { numRuns: 5000 },
    );
  });
});
