import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { avgsecOptions } from "../../reducers/bin-avgsec.js";
import { BinAverages } from "../../reducers/binning/bin-averages.js";
import { real4From, real4UpTo } from "../../reducers/binning/kernels/real4-limits.js";
import { slotKernels } from "../../reducers/binning/kernels/slot-kernels.js";
import { filterStream } from "../support/run-stream.js";
import { DAY_US, packetOf, streamHeader } from "./bin-streams.js";

const KERNELS = join(import.meta.dirname, "../../reducers/binning/kernels");

test("the compiled kernels in the tree are those of the text", async () => {
  const { kernelModuleText } = (await import(join(KERNELS, "build-kernel.mjs"))) as {
    kernelModuleText: () => Promise<string>;
  };
  expect(readFileSync(join(KERNELS, "accumulate.wasm.ts"), "utf8")).toBe(await kernelModuleText());
});

test("kernels run here, and a memory that cannot be had is told by undefined", () => {
  const kernels = slotKernels(100_000);
  expect(kernels?.memory.byteLength).toBe(131_072);
  expect(slotKernels(2 ** 40)).toBeUndefined();
});

test("a limit of binary64 has a binary32 that divides all binary32 alike", () => {
  const real4 = fc.oneof(fc.float(), fc.constantFrom(0, -0, 2 ** -149, -(2 ** -149), Infinity, -Infinity));
  const limit = fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(1e-60, -1e-60, 1e39, -1e39, 0, -0));
  const near = fc.tuple(fc.float({ noNaN: true }), fc.integer({ min: -2, max: 2 })).map(([v, steps]) => ({
    v,
    x: v + steps * Math.abs(v) * 2 ** -25,
  }));
  fc.assert(
    fc.property(fc.oneof(fc.record({ v: real4, x: limit }), near), ({ v, x }) => {
      for (const bound of [real4From(x), real4UpTo(x)]) expect(Math.fround(bound)).toBe(bound);
      expect(v >= real4From(x)).toBe(v >= x);
      expect(v <= real4UpTo(x)).toBe(v <= x);
    }),
    { numRuns: 2000 },
  );
});

const TYPES = ["sun_real4", "little_endian_real4", "sun_real8", "little_endian_real8"] as const;

interface Layout {
  readonly items: number;
  readonly type: (typeof TYPES)[number];
  readonly fill: number;
  /** More properties. */
  readonly properties?: string;
}

/** A stream of yscan planes; values are written by the test, not by the code under test. */
function streamOf(
  layout: readonly Layout[],
  packets: readonly { second: number; values: readonly number[] }[],
): Buffer {
  const planes = layout
    .map(
      ({ items, type, fill, properties = "" }, i) =>
        `<yscan name="p${i}" type="${type}" nitems="${items}" yUnits="" zUnits=""><properties double:zFill="${fill}" ${properties}/></yscan>`,
    )
    .join("");
  const width = (type: string) => (type.endsWith("4") ? 4 : 8);
  const stride = 12 + layout.reduce((sum, { items, type }) => sum + items * width(type), 0);
  const bytes = Buffer.alloc(stride * packets.length);
  for (const [n, { second, values }] of packets.entries()) {
    let at = n * stride;
    bytes.write(":01:", at, "latin1");
    bytes.writeDoubleBE(DAY_US + second * 1e6, at + 4);
    at += 12;
    let next = 0;
    for (const { items, type } of layout)
      for (let i = 0; i < items; i++) {
        const value = values[next++ % values.length]!;
        if (type === "sun_real4") bytes.writeFloatBE(value, at);
        else if (type === "little_endian_real4") bytes.writeFloatLE(value, at);
        else if (type === "sun_real8") bytes.writeDoubleBE(value, at);
        else bytes.writeDoubleLE(value, at);
        at += width(type);
      }
  }
  return Buffer.concat([
    Buffer.from(streamHeader() + packetOf(planes, "01", '<x type="sun_real8" units="us2000"/>')),
    bytes,
  ]);
}

/** With kernels from the first packet on, with plain loops alone, and with a change in the middle. */
const everyWay = (args: readonly string[], input: Uint8Array, changeAt = 150) =>
  [0, Number.POSITIVE_INFINITY, changeAt].map((kernelsAfterBytes) =>
    filterStream(new BinAverages({ ...avgsecOptions(args), kernelsAfterBytes }), input, 97),
  );

describe("kernels and plain loops give the same bytes", () => {
  const awkward = [
    0,
    -0,
    Number.NaN,
    Infinity,
    -Infinity,
    1e-45,
    5e-324,
    3.4e38,
    -99,
    -99.0001,
    -1e31,
    1e30,
    0.1,
    0.100001,
  ];
  const value = fc.oneof(
    fc.constantFrom(...awkward),
    fc.float(),
    fc.double(),
    fc.integer({ min: -120, max: 120 }),
  );
  const layout = fc.array(
    fc.record({
      items: fc.integer({ min: 1, max: 11 }),
      type: fc.constantFrom(...TYPES),
      fill: fc.constantFrom(-1e31, -99, 0, 7, 0.1, 1e-42, 1e300),
    }),
    { minLength: 1, maxLength: 4 },
  );
  const packets = fc.array(
    fc.record({
      second: fc.integer({ min: 0, max: 30 }),
      values: fc.array(value, { minLength: 1, maxLength: 44 }),
    }),
    { minLength: 1, maxLength: 40 },
  );
  const args = fc.constantFrom(["5"], ["-r", "5"], ["-s", "5"], ["-r", "-s", "-n", "7"]);

  test("for any values, types, fills and bins", () => {
    fc.assert(
      fc.property(layout, packets, args, (planes, some, words) => {
        const [compiled, plain, changed] = everyWay(words, streamOf(planes, some));
        expect(compiled).toEqual(plain);
        expect(changed).toEqual(plain);
      }),
      { numRuns: 150 },
    );
  });

  test("for averages with the numbers of their samples", () => {
    const means = fc.record({
      items: fc.integer({ min: 1, max: 11 }),
      type: fc.constantFrom(...TYPES),
      fill: fc.constantFrom(-1e31, -99, 0, 7),
    });
    const counts = fc.record({
      type: fc.constantFrom("sun_real8", "little_endian_real8", "sun_real4"),
      fill: fc.constantFrom(-1e31, -1, 0, 7),
    });
    fc.assert(
      fc.property(means, counts, packets, (mean, count, some) => {
        const planes = [
          { ...mean, properties: 'operation="BIN_AVG" source="p0"' },
          { ...count, items: mean.items, properties: 'operation="BIN_COUNT" source="p0"' },
        ] as const;
        const [compiled, plain, changed] = everyWay(["5"], streamOf(planes, some));
        expect(compiled).toEqual(plain);
        expect(changed).toEqual(plain);
      }),
      { numRuns: 300 },
    );
  });

  test("for packets longer than a slice, and for many of them in one bin", () => {
    const random = (i: number) => Math.fround(Math.sin(i * 12.9898) * 43_758.5453);
    const values = Array.from({ length: 30_001 }, (_, i) => random(i));
    const long = [0, 1, 2, 6].map((second) => ({ second, values: values.slice(second * 7) }));
    const wide = [{ items: 30_001, type: "sun_real4", fill: -99 }] as const;
    const many = Array.from({ length: 9000 }, (_, i) => ({
      second: i % 3,
      values: [random(i), random(2 * i)],
    }));
    const narrow = [
      { items: 1, type: "sun_real4", fill: -99 },
      { items: 1, type: "sun_real4", fill: 0 },
    ] as const;
    for (const input of [streamOf(wide, long), streamOf(narrow, many)]) {
      const [compiled, plain, changed] = everyWay(["-r", "-s", "-b", "2020-03-01", "5"], input, 50_000);
      expect(Buffer.compare(compiled!, plain!)).toBe(0);
      expect(Buffer.compare(changed!, plain!)).toBe(0);
    }
  });
});
