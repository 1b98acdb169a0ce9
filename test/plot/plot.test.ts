import { describe, expect, it } from "vitest";
import { evenColour } from "../../plot/even-map.js";
import { labelLines, labelWithoutUnits, unitsLabel } from "../../plot/label.js";
import { ticks } from "../../plot/ticks.js";
import { timeTicks } from "../../plot/time-ticks.js";

/** CIELAB of an sRGB colour under D65 (CIE 15, IEC 61966-2-1). */
function lab([red, green, blue]: readonly number[]): readonly [number, number, number] {
  const linear = [red!, green!, blue!].map((byte) => {
    const part = byte / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const [r, g, b] = linear as [number, number, number];
  const f = (t: number) => (t > (6 / 29) ** 3 ? Math.cbrt(t) : t / (3 * (6 / 29) ** 2) + 4 / 29);
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
  const y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

describe("the colours of spectrograms", () => {
  it("grow lighter with every step, by about as much everywhere", () => {
    const lightness = Array.from({ length: 17 }, (_, i) => lab(evenColour(i / 16))[0]);
    const steps = lightness.slice(1).map((one, i) => one - lightness[i]!);
    expect(Math.min(...steps)).toBeGreaterThan(0);
    expect(lightness[0]).toBeLessThan(15);
    expect(lightness.at(-1)).toBeGreaterThan(85);
  });

  it("are those of the ends for what lies outside", () => {
    expect(evenColour(-3)).toEqual(evenColour(0));
    expect(evenColour(7)).toEqual(evenColour(1));
  });
});

describe("labels (das2-stream A8.5)", () => {
  it("raise and lower indices and come back to normal", () => {
    expect(labelLines("V m!U-1!N Hz!d2!n")).toEqual([
      [
        { text: "V m", size: 1, rise: 0 },
        { text: "-1", size: 0.62, rise: 0.55 },
        { text: " Hz", size: 1, rise: 0 },
        { text: "2", size: 0.62, rise: -0.3 },
      ],
    ]);
  });

  it("have lines, exclamation marks, and places to come back to", () => {
    expect(labelLines("a!cb!!")).toEqual([
      [{ text: "a", size: 1, rise: 0 }],
      [{ text: "b!", size: 1, rise: 0 }],
    ]);
    expect(labelLines("x!s!u2!n!r!di")[0]?.map(({ backTo, saves }) => backTo ?? saves)).toEqual([
      true,
      undefined,
      "saved",
    ]);
  });

  it("can be told without the units at their end", () => {
    expect(labelWithoutUnits("Field B!dx!n (nT)")).toBe("Field B!dx!n");
    expect(labelWithoutUnits("(nT)")).toBe("(nT)");
  });

  it("raise the powers of units", () => {
    expect(unitsLabel("V**2 m**-2 Hz**-1")).toBe("V!u2!n m!u-2!n Hz!u-1!n");
    expect(unitsLabel("m^2")).toBe("m!u2!n");
    expect(unitsLabel("!u")).toBe("!!u");
    // Who writes escapes of indices into units means them.
    expect(unitsLabel("V!u2!n m!a-2!n")).toBe("V!u2!n m!a-2!n");
  });
});

const labels = (marks: readonly { readonly label?: string }[]) => marks.flatMap(({ label }) => label ?? []);

describe("marks of axes", () => {
  it("stand at round numbers", () => {
    expect(labels(ticks({ low: 0, high: 10, scale: "linear" }, 5))).toEqual(["0", "2", "4", "6", "8", "10"]);
    expect(labels(ticks({ low: -0.3, high: 0.3, scale: "linear" }, 4))).toEqual(["\u22120.2", "0", "0.2"]);
    expect(labels(ticks({ low: 1e-9, high: 1e-5, scale: "log" }, 10))).toEqual(
      [9, 8, 7, 6, 5].map((n) => `10!u\u2212${n}!n`),
    );
  });

  it.each([
    [1, 1000, ["1", "10", "100", "1000"]],
    [0.02, 800, ["0.1", "1", "10", "100"]],
    // One that is long makes powers of all.
    [1, 1e4, [0, 1, 2, 3, 4].map((n) => `10!u${n}!n`)],
    [1e-3, 10, ["\u22123", "\u22122", "\u22121", "0", "1"].map((n) => `10!u${n}!n`)],
    // So many powers are written as there is room for, not fewer for those that begin outside.
    [5e-10, 5e-5, [9, 8, 7, 6, 5].map((n) => `10!u\u2212${n}!n`), 4.9],
    // 10000 itself is not at this axis.
    [1, 9999, ["1", "10", "100", "1000"]],
  ] as const)(
    "are written in one way along a logarithmic axis from %f to %f",
    (low, high, expected, most: number = 10) => {
      expect(labels(ticks({ low, high, scale: "log" }, most))).toEqual(expected);
    },
  );

  it.each([
    // Less than three powers of ten: 2 and 5 of each are written as well.
    [1.5, 16, ["2", "5", "10"]],
    [2, 15, ["2", "5", "10"]],
    [
      3e-11,
      8e-10,
      ["5\u00d710!u\u221211!n", "10!u\u221210!n", "2\u00d710!u\u221210!n", "5\u00d710!u\u221210!n"],
    ],
    // Not even three of those: even steps.
    [0.15, 0.9, ["0.2", "0.4", "0.6", "0.8"]],
    [1, 1.5, ["1.0", "1.1", "1.2", "1.3", "1.4", "1.5"]],
  ])("are several along a short logarithmic axis from %f to %f", (low, high, expected) => {
    expect(labels(ticks({ low, high, scale: "log" }, 6))).toEqual(expected);
  });

  it("of a logarithmic axis are 2 to 9 times each power, small ones between those that are written", () => {
    const marks = ticks({ low: 1, high: 1000, scale: "log" }, 6);
    expect(marks.map(({ value }) => value)).toEqual([
      ...[1, 10, 100].flatMap((power) => [1, 2, 3, 4, 5, 6, 7, 8, 9].map((digit) => digit * power)),
      1000,
    ]);
    expect(labels(marks)).toEqual(["1", "10", "100", "1000"]);
    // Each seventh power written, the others small.
    const wide = ticks({ low: 1e-14, high: 1e14, scale: "log" }, 4);
    expect(wide.length).toBe(29);
    expect(labels(wide)).toEqual(["\u221214", "\u22127", "0", "7", "14"].map((n) => `10!u${n}!n`));
  });

  it("are never many, whatever the range", () => {
    for (const scale of ["linear", "log"] as const)
      for (const [low, high] of [
        [1e-300, 1e300],
        [1, 1 + 1e-12],
        [5e-324, 1e-320],
      ] as const)
        expect(ticks({ low, high, scale }, 6).length).toBeLessThan(1001);
  });

  // 2021-06-30 is day 7851 after 2000-01-01.
  const DAY = 86_400e6;
  const BEGIN = 7851 * DAY;
  it.each([
    [DAY, ["00:00", "06:00", "12:00", "18:00", "00:00"], ["2021-06-30", "2021-07-01"]],
    [10e6, ["00:00:00", "00:00:02", "00:00:04", "00:00:06", "00:00:08", "00:00:10"], ["2021-06-30"]],
    [3 * DAY, ["06-30", "07-01", "07-02", "07-03"], ["2021"]],
    [365 * DAY, ["2021-07", "2021-10", "2022-01", "2022-04"], []],
    [20 * 365 * DAY, ["2025", "2030", "2035", "2040"], []],
    [10, ["00:00:00.000000", "00:00:00.000002", "00:00:00.000004"], ["2021-06-30"]],
  ])("of time stand at round times of %d microseconds", (span, expected, contexts) => {
    const marks = timeTicks(BEGIN, BEGIN + span, 5);
    expect(labels(marks).slice(0, expected.length)).toEqual(expected);
    expect(marks.flatMap(({ context }) => context ?? [])).toEqual(contexts);
  });
});
