import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCFormat, printInteger, printReal, printText } from "../../../netdrms/values/c-format.js";

function format(text: string) {
  const read = parseCFormat(text);
  if (read === undefined) throw new Error(`${text} is no format`);
  return read;
}

describe("a format", () => {
  it("is one conversion between literal text", () => {
    expect(printInteger(format("0x%08X"), 305419896, 32)).toBe("0x12345678");
    expect(printReal(format("%%%.1f%% of it"), 12.34)).toBe("%12.3% of it");
    expect(printText(format("<%5s>"), "ab")).toBe("<   ab>");
    expect(printText(format("<%-5.1s>"), "ab")).toBe("<a    >");
    expect(printReal(format("%" + "'.2lf"), 1234567.891)).toBe("1234567.89");
  });

  it("may have length modifiers, which say nothing here", () => {
    for (const text of ["%hhd", "%hd", "%d", "%ld", "%lld", "%i", "%qd", "%jd", "%zd"])
      expect([text, printInteger(format(text), -7n, 64)]).toEqual([text, "-7"]);
  });

  it("is refused with no conversion, two, an unknown one, or sizes from elsewhere and beyond all values", () => {
    const texts = [
      "",
      "text",
      "%",
      "%5",
      "%%",
      "%d %d",
      "%y",
      "%n",
      "%p",
      "%a",
      "%*d",
      "%.*f",
      "%1$d",
      "%-",
      "%401d",
    ];
    for (const text of [
      ...texts,
      "%.401f",
      "%999999999999d",
      "%5%d%",
      "%".repeat(255),
      `%d${" ".repeat(256)}`,
    ])
      expect([text, parseCFormat(text)]).toEqual([text, undefined]);
    expect(printInteger(format("%400d"), 1, 32)).toHaveLength(400);
  });
});

describe("whole numbers", () => {
  it("that are negative have two's complement at the width of their type", () => {
    const cases: readonly (readonly [string, number | bigint, number, string])[] = [
      ["%x", -1, 8, "ff"],
      ["%X", -2, 16, "FFFE"],
      ["0x%08X", -1, 32, "0xFFFFFFFF"],
      ["%u", -1, 32, "4294967295"],
      ["%o", -1, 8, "377"],
      ["%llx", -1n, 64, "ffffffffffffffff"],
      ["%lld", -(2n ** 63n), 64, "-9223372036854775808"],
      ["%d", -2147483648, 32, "-2147483648"],
    ];
    for (const [text, value, bits, expected] of cases)
      expect([text, printInteger(format(text), value, bits)]).toEqual([text, expected]);
  });

  it("are characters for %c, and nothing for 0", () => {
    expect(printInteger(format("[%c]"), 65, 8)).toBe("[A]");
    expect(printInteger(format("[%3c]"), 65n, 64)).toBe("[  A]");
    expect(printInteger(format("[%-3c]"), 256 + 66, 16)).toBe("[B  ]");
    expect(printInteger(format("[%c]"), 0, 8)).toBe("[]");
  });
});

describe("real numbers", () => {
  it("keep the zeros of %#g where rounding carries", () => {
    expect(printReal(format("%#g"), 999999.5)).toBe("1.00000e+06");
    expect(printReal(format("%#12.3G"), 12)).toBe("        12.0");
  });

  it("that are not finite have a word, in capitals for E, F and G, and never leading zeros", () => {
    expect(printReal(format("%f"), Number.NaN)).toBe("nan");
    expect(printReal(format("%G"), Number.NaN)).toBe("NAN");
    expect(printReal(format("%08.2f"), Number.NEGATIVE_INFINITY)).toBe("    -inf");
    expect(printReal(format("%+E"), Number.POSITIVE_INFINITY)).toBe("+INF");
    expect(printReal(format("%#.0f"), Number.POSITIVE_INFINITY)).toBe("inf");
  });
});

const PRINTF = "/usr/bin/printf";
const hasPrintf = spawnSync(PRINTF, ["%d", "1"]).status === 0;

/** What the C library makes of each value, by way of the program printf. */
function printfOfC(text: string, values: readonly string[]): string[] {
  const out = spawnSync(PRINTF, [`|${text}|\\n`, ...values], { encoding: "utf8", env: { LC_ALL: "C" } });
  if (out.status !== 0) throw new Error(`printf ${text}: ${out.stderr}`);
  return out.stdout
    .trimEnd()
    .split("\n")
    .map((line) => line.slice(1, -1));
}

/** A binary64 as hexadecimal text, which the program reads without rounding. */
function hexReal(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, Math.abs(value));
  const bits = view.getBigUint64(0);
  const biased = Number(bits >> 52n);
  const fraction = (bits & 0xf_ffff_ffff_ffffn).toString(16).padStart(13, "0");
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  return `${sign}0x${biased === 0 ? 0 : 1}.${fraction}p${biased === 0 ? -1022 : biased - 1023}`;
}

describe.skipIf(!hasPrintf && process.env.CI === undefined)(
  "the C library (skipped: no /usr/bin/printf)",
  () => {
    const flags = (allowed: string) => fc.subarray([...allowed]).map((some) => some.join(""));
    const width = fc.option(fc.integer({ min: 1, max: 30 }), { nil: "" });
    const precision = fc.option(
      fc.integer({ min: 0, max: 25 }).map((p) => `.${p}`),
      { nil: "" },
    );
    const formats = (allowed: string, conversions: string) =>
      fc
        .tuple(flags(allowed), width, precision, fc.constantFrom(...conversions))
        .map(([f, w, p, c]) => `%${f}${w}${p}${c}`);

    it("prints the same real numbers", () => {
      const value = fc.oneof(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.double({ noNaN: true, min: -1e7, max: 1e7 }),
        fc.integer({ min: -4096, max: 4096 }).map((n) => n / 64),
        fc.constantFrom(0, -0, 0.5, 1.5, 2.5, 9.5, 99.5, 999999.5, 0.00001, 0.0001, 1e21, 2 ** 70, 5e-324),
      );
      // Without %#g: glibc (2.36) loses its zeros where rounding carries, 999999.5 is 1.e+06 there.
      const realFormats = fc.oneof(formats("-+ #0", "eEfF"), formats("-+ 0", "gG"));
      for (const text of fc.sample(realFormats, 60)) {
        const values = fc.sample(value, 10);
        const ours = values.map((v) => printReal(format(text), v));
        expect([text, ours]).toEqual([text, printfOfC(text, values.map(hexReal))]);
      }
    });

    it("prints the same whole numbers of 64 bits", () => {
      const value = fc.oneof(
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        fc.bigInt({ min: -1000n, max: 1000n }),
        fc.constantFrom(0n, -1n, -(2n ** 63n)),
      );
      const wholeFormats = fc.oneof(formats("-+ 0", "diu"), formats("-+ #0", "oxX"));
      for (const text of fc.sample(wholeFormats, 40)) {
        const values = fc.sample(value, 10);
        const ours = values.map((v) => printInteger(format(text), v, 64));
        expect([text, ours]).toEqual([text, printfOfC(text, values.map(String))]);
      }
    });

    it("prints the same texts", () => {
      for (const text of fc.sample(formats("-", "s"), 15)) {
        const values = ["", "a", "some longer text", "%d"];
        expect([text, values.map((v) => printText(format(text), v))]).toEqual([
          text,
          printfOfC(text, values),
        ]);
      }
    });
  },
);
