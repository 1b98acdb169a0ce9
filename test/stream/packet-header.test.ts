import { describe, expect, test } from "vitest";
import { DEFAULT_LIMITS } from "../../stream/limits.js";
import { packetHeader, xPlane, yPlane, yscanPlane, yTagValues, zPlane } from "../../stream/packet-header.js";
import { asciiType, LE_REAL4, REAL4, REAL8, timeType, valueType } from "../../stream/value-type.js";
import { codeOf } from "../support/thrown.js";

const x = xPlane({ type: REAL8, units: "us2000" });
const y = yPlane({ name: "a", type: REAL4, units: "V" });

describe("packetHeader", () => {
  test("computes offsets and stride, the prefix included", () => {
    const table = yscanPlane({ type: LE_REAL4, units: "V", yUnits: "Hz", yTags: [10, 20, 40] });
    const z = zPlane({ name: "c", type: asciiType(9), units: "" });
    const header = packetHeader({ id: 7, group: "g", planes: [x, y, table, z] });
    expect(header.planes.map((plane) => plane.offset)).toEqual([4, 12, 16, 28]);
    expect(header).toMatchObject({ id: 7, group: "g", stride: 37, properties: [] });
    // A plane of another packet gets its new place.
    expect(packetHeader({ id: 1, planes: [x, ...header.planes.slice(2)] }).planes[1]?.offset).toBe(12);
  });

  test.each([
    ["BAD_HEADER", () => packetHeader({ id: 0, planes: [x, y] })],
    ["BAD_HEADER", () => packetHeader({ id: 100, planes: [x, y] })],
    ["BAD_HEADER", () => packetHeader({ id: 1.5, planes: [x, y] })],
    ["BAD_HEADER", () => packetHeader({ id: 1, planes: [] })],
    ["BAD_HEADER", () => packetHeader({ id: 1, planes: [x] })],
    ["BAD_HEADER", () => packetHeader({ id: 1, planes: [y, x] })],
    ["BAD_HEADER", () => packetHeader({ id: 1, planes: [x, x] })],
    ["BAD_HEADER", () => packetHeader({ id: 1, planes: [x, { ...y, items: 2 }] })],
    ["BAD_HEADER", () => packetHeader({ id: 1, planes: [x, { ...y, role: "yscan", items: Number.NaN }] })],
    ["TOO_MANY_PLANES", () => packetHeader({ id: 1, planes: [x, ...Array(100).fill(y)] })],
    ["TOO_MANY_ITEMS", () => packetHeader({ id: 1, planes: [x, { ...y, role: "yscan", items: 1_000_001 }] })],
    [
      "BAD_Y_TAGS",
      () =>
        packetHeader({
          id: 1,
          planes: [x, { ...yscanPlane({ ...y, yUnits: "", yTags: [1, 2] }), items: 3 }],
        }),
    ],
    [
      "RECORD_TOO_LONG",
      () => packetHeader({ id: 1, planes: [x, y] }, { ...DEFAULT_LIMITS, recordBytes: 11 }),
    ],
    ["accepted", () => packetHeader({ id: 1, planes: [x, y] }, { ...DEFAULT_LIMITS, recordBytes: 12 })],
    ["accepted", () => packetHeader({ id: 99, planes: [x, ...Array(99).fill(y)] })],
  ])("%s: %s", (code, run) => {
    expect(codeOf(run)).toBe(code);
  });
});

describe("the makers of planes (das2-stream A20)", () => {
  test.each([
    ["accepted", "ascii9"],
    ["accepted", "ascii24"],
    ["accepted", "time5"],
    ["accepted", "time31"],
    ["accepted", "little_endian_real8"],
    ["BAD_TYPE", "ascii8"],
    ["BAD_TYPE", "ascii25"],
    ["BAD_TYPE", "time32"],
    ["BAD_TYPE", "little_endian_int4"],
    ["BAD_TYPE", "big_endian_uint1"],
  ])("%s: %s", (code, type) => {
    for (const make of [xPlane, yPlane, zPlane])
      expect(codeOf(() => make({ type: valueType(type), units: "" }))).toBe(code);
    expect(codeOf(() => yscanPlane({ type: valueType(type), units: "", yUnits: "", yTags: [1] }))).toBe(code);
  });

  test.each([
    ["accepted", "volts.stddev"],
    ["accepted", "0b"],
    ["accepted", ""],
    ["BAD_HEADER", "two words"],
    ["BAD_HEADER", ".min"],
    ["BAD_HEADER", "a-b"],
  ])("%s: name %j", (code, name) => {
    expect(codeOf(() => yPlane({ name, type: REAL4, units: "" }))).toBe(code);
  });

  test.each(["name", "type", "nitems", "yTags", "yTagInterval", "yTagMin", "yTagMax"])(
    "a property must not be called %s",
    (name) => {
      const properties = [{ name, type: "String", value: "" }] as const;
      expect(codeOf(() => yPlane({ type: REAL4, units: "", properties }))).toBe("BAD_PROPERTY");
    },
  );

  test("a table takes tags as a list or counted", () => {
    const common = { type: timeType(24), units: "", yUnits: "" };
    expect([...yTagValues(yscanPlane({ ...common, yTags: Float64Array.of(5, 6) }))]).toEqual([5, 6]);
    const counted = { kind: "interval", interval: 0.5, min: 1 } as const;
    expect([...yTagValues(yscanPlane({ ...common, yTags: counted, items: 3 }))]).toEqual([1, 1.5, 2]);
    expect(codeOf(() => yscanPlane({ ...common, yTags: counted }))).toBe("BAD_HEADER");
  });
});
