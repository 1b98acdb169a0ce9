import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fillTest, planeFill } from "../../stream/fill.js";
import type { PacketHeader, Plane, Properties, StreamHeader } from "../../stream/model.js";
import { REAL4 } from "../../stream/value-type.js";

/** The rule of das2-stream A9 to the letter. */
function isFillByRule(fill: number, v: number): boolean {
  if (Number.isNaN(v)) return true;
  return v === fill || (fill !== 0 && Math.abs((fill - v) / fill) < 1e-5);
}

const view = new DataView(new ArrayBuffer(8));

/** The double that is `steps` doubles farther from zero. */
function farther(v: number, steps: bigint): number {
  view.setFloat64(0, v);
  view.setBigUint64(0, view.getBigUint64(0) + steps);
  return view.getFloat64(0);
}

const edges = [
  -1e31,
  Math.fround(-1e31),
  1,
  -1,
  0.1,
  99999,
  5e-324,
  -1e-310,
  1e-5,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
];

describe("fillTest", () => {
  it("takes what a float of the default fill becomes", () => {
    const { isFill } = fillTest(-1e31);
    expect(isFill(-1e31)).toBe(true);
    expect(isFill(Math.fround(-1e31))).toBe(true);
    expect(isFill(-0.9999e31)).toBe(false);
    expect(isFill(1e31)).toBe(false);
    expect(isFill(0)).toBe(false);
    expect(isFill(Number.NaN)).toBe(true);
    expect(isFill(-Infinity)).toBe(false);
  });

  it("has ends beside which the rule changes", () => {
    for (const fill of edges) {
      const { lo, hi } = fillTest(fill);
      const [inner, outer] = fill > 0 ? [lo, hi] : [hi, lo];
      expect(isFillByRule(fill, inner)).toBe(true);
      expect(isFillByRule(fill, outer)).toBe(true);
      if (inner !== 0) expect(isFillByRule(fill, farther(inner, -1n))).toBe(false);
      if (Math.abs(outer) < Number.MAX_VALUE) expect(isFillByRule(fill, farther(outer, 1n))).toBe(false);
    }
  });

  it("is the rule for every fill and value", () => {
    const anyFill = fc.oneof(fc.double(), fc.constantFrom(...edges));
    fc.assert(
      fc.property(
        anyFill,
        fc.double(),
        fc.double({ min: -1.1e-5, max: 1.1e-5, noNaN: true }),
        fc.bigInt({ min: -20n, max: 20n }),
        (fill, other, offset, steps) => {
          const { lo, hi, isFill } = fillTest(fill);
          const near = fill * (1 + offset);
          const atEnd = Number.isFinite(hi) && hi !== 0 ? farther(hi, steps) : hi;
          const atBegin = Number.isFinite(lo) && lo !== 0 ? farther(lo, steps) : lo;
          for (const v of [fill, other, near, atEnd, atBegin, -fill, 0, Infinity, -Infinity, Number.NaN]) {
            expect(isFill(v)).toBe(isFillByRule(fill, v));
            expect((v >= lo && v <= hi) || Number.isNaN(v)).toBe(isFillByRule(fill, v));
          }
        },
      ),
      { numRuns: 3000 },
    );
  });

  it("takes only zero for a fill of zero, and only NaN for a fill of NaN", () => {
    expect(fillTest(0)).toMatchObject({ lo: 0, hi: 0 });
    expect(fillTest(0).isFill(-0)).toBe(true);
    expect(fillTest(0).isFill(5e-324)).toBe(false);
    expect(fillTest(Number.NaN).isFill(-1e31)).toBe(false);
    expect(fillTest(Number.NaN).isFill(Number.NaN)).toBe(true);
    expect(fillTest(Infinity).isFill(Number.MAX_VALUE)).toBe(false);
    expect(fillTest(-Infinity).isFill(-Infinity)).toBe(true);
  });
});

describe("planeFill", () => {
  const props = (record: Readonly<Record<string, string>>): Properties =>
    Object.entries(record).map(([name, value]) => ({ name, type: "double", value }));
  const plane = (role: Plane["role"], own: Readonly<Record<string, string>> = {}): Plane => ({
    role,
    name: "volts",
    type: REAL4,
    units: "V",
    items: 1,
    offset: 4,
    properties: props(own),
  });
  const packet = (own: Readonly<Record<string, string>> = {}): PacketHeader => ({
    id: 1,
    planes: [],
    properties: props(own),
    stride: 8,
  });
  const stream = (own: Readonly<Record<string, string>> = {}): StreamHeader => ({
    version: "2.2",
    properties: props(own),
  });

  it("is -1e31 where nothing is said", () => {
    expect(planeFill(plane("y"), packet(), stream())).toBe(-1e31);
  });

  it("is found in the plane, the packet, then the stream", () => {
    const own = { yFill: "1" };
    const above = { yFill: "2" };
    const top = { "volts.yFill": "3", yFill: "4" };
    expect(planeFill(plane("y", own), packet(above), stream(top))).toBe(1);
    expect(planeFill(plane("y"), packet(above), stream(top))).toBe(2);
    expect(planeFill(plane("y"), packet(), stream(top))).toBe(3);
    expect(planeFill(plane("y"), packet(), stream({ yFill: "4" }))).toBe(4);
    expect(planeFill(plane("y"), packet(), stream({ fill: "5" }))).toBe(5);
  });

  it("is yFill for y, zFill for z and yscan, before fill", () => {
    const all = { yFill: "1", zFill: "2", fill: "3" };
    expect(planeFill(plane("y", all), packet(), stream())).toBe(1);
    expect(planeFill(plane("z", all), packet(), stream())).toBe(2);
    expect(planeFill(plane("yscan", all), packet(), stream())).toBe(2);
    expect(planeFill(plane("yscan", { yFill: "1", fill: "3" }), packet(), stream())).toBe(3);
    expect(planeFill(plane("x", all), packet(), stream())).toBeNaN();
  });

  it("may be a Datum or NaN; what is no number counts as absent", () => {
    expect(planeFill(plane("y", { yFill: "-99.9 V m**-1" }), packet(), stream())).toBe(-99.9);
    expect(planeFill(plane("y", { yFill: "NaN" }), packet(), stream())).toBeNaN();
    expect(planeFill(plane("y", { yFill: "none" }), packet(), stream({ fill: "7" }))).toBe(7);
    expect(planeFill(plane("y", { yFill: "" }), packet(), stream())).toBe(-1e31);
  });
});
