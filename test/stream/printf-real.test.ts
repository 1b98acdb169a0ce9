import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatFixed, formatGeneral } from "../../stream/printf-real.js";

describe("%f", () => {
  it("has the digits of the exact value, a tie going to the even one", () => {
    const cases: readonly (readonly [number, number, string])[] = [
      [0.1, 6, "0.100000"],
      [0.5, 0, "0"],
      [1.5, 0, "2"],
      [2.5, 0, "2"],
      [-2.5, 0, "-2"],
      [0.125, 2, "0.12"],
      [0.375, 2, "0.38"],
      [1.005, 2, "1.00"],
      [9.5, 0, "10"],
      [-0.4, 0, "-0"],
      [-0, 1, "-0.0"],
      [1e21, 1, "1000000000000000000000.0"],
      [2 ** 70, 0, "1180591620717411303424"],
      [0.1, 25, "0.1000000000000000055511151"],
      [0, 120, `0.${"0".repeat(120)}`],
      [
        2 ** -101,
        101,
        `0.${"0".repeat(30)}39443045261050590270586428264139311483660321755451150238513946533203125`,
      ],
      [Number.NaN, 2, "nan"],
      [Number.NEGATIVE_INFINITY, 2, "-inf"],
    ];
    for (const [value, decimals, text] of cases)
      expect([value, decimals, formatFixed(value, decimals)]).toEqual([value, decimals, text]);
  });
});

describe("%g", () => {
  it("has the shorter form, without trailing zeros unless they are kept", () => {
    const cases: readonly (readonly [number, number, boolean, string])[] = [
      [0.1, 17, false, "0.10000000000000001"],
      [100000, 6, false, "100000"],
      [1000000, 6, false, "1e+06"],
      [999999.5, 6, false, "1e+06"],
      [0.0001, 6, false, "0.0001"],
      [0.00001, 6, false, "1e-05"],
      [1, 6, true, "1.00000"],
      [0, 6, true, "0.00000"],
      [0, 6, false, "0"],
      [-0, 6, false, "-0"],
      [100, 3, true, "100."],
      [1e10, 1, true, "1.e+10"],
      [0.5, 1, true, "0.5"],
    ];
    for (const [value, digits, keep, text] of cases)
      expect([value, digits, formatGeneral(value, digits, keep)]).toEqual([value, digits, text]);
  });
});

const python = spawnSync("python3", ["-c", "print(1)"]).status === 0;

describe("C itself", () => {
  it.skipIf(!python && process.env.CI === undefined)("prints the same (skipped: no python3)", () => {
    const value = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.double({ noNaN: true, min: -1e6, max: 1e6 }),
      // Sums of few powers of two, among which the ties are.
      fc
        .integer({ min: -100_000, max: 100_000 })
        .chain((n) => fc.integer({ min: 0, max: 12 }).map((k) => n / 2 ** k)),
    );
    const digits = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.constantFrom(100, 101, 150));
    const samples = fc.sample(fc.tuple(value, digits), 600).map(([v, p]) => ({ v, p }));
    // Python takes its digits from the exact value, as glibc does; hexadecimal text loses nothing on the way.
    const program = [
      "import sys, struct",
      "for line in sys.stdin:",
      "  h, p = line.split()",
      "  v = struct.unpack('>d', bytes.fromhex(h))[0]",
      "  print('%.*f %.*g %#.*g' % (int(p), v, int(p), v, int(p), v))",
    ].join("\n");
    const hex = (v: number) => {
      const view = new DataView(new ArrayBuffer(8));
      view.setFloat64(0, v);
      return view.getBigUint64(0).toString(16).padStart(16, "0");
    };
    const input = samples.map(({ v, p }) => `${hex(v)} ${p}`).join("\n");
    const out = spawnSync("python3", ["-c", program], { input, encoding: "utf8", maxBuffer: 1e8 });
    expect(out.status).toBe(0);
    const ours = samples.map(({ v, p }) => {
      const digits = Math.max(p, 1);
      return `${formatFixed(v, p)} ${formatGeneral(v, digits)} ${formatGeneral(v, digits, true)}`;
    });
    expect(ours).toEqual(out.stdout.trimEnd().split("\n"));
  });
});
