import { describe, expect, test } from "vitest";
import type { Property } from "../../stream/model.js";
import {
  booleanProperty,
  cascade,
  datumProperty,
  doubleProperty,
  getProperty,
  propertyText,
  realFromText,
  withoutProperties,
  withProperty,
} from "../../stream/properties.js";

function text(name: string, value: string): Property {
  return { name, type: "String", value };
}

const three = [text("a", "1"), text("b", "2"), text("c", "3")];

test("a property is found by its name", () => {
  expect([getProperty(three, "b"), getProperty(three, "z")]).toEqual([three[1], undefined]);
  expect([propertyText(three, "c"), propertyText(three, "C")]).toEqual(["3", undefined]);
});

test("a change keeps the order, what is new comes last; the old list stays", () => {
  expect(withProperty(three, text("b", "9")).map((p) => p.name + p.value)).toEqual(["a1", "b9", "c3"]);
  expect(withProperty(three, text("d", "9")).map((p) => p.name)).toEqual(["a", "b", "c", "d"]);
  expect(withoutProperties(three, ["b", "z"]).map((p) => p.name)).toEqual(["a", "c"]);
  expect(three.map((p) => p.value)).toEqual(["1", "2", "3"]);
});

test.each([
  ["1.5", 1.5],
  [" -2e3 ", -2000],
  [".5", 0.5],
  ["5.", 5],
  ["+1E-2", 0.01],
  ["NaN", Number.NaN],
  ["-inf", -Infinity],
  ["Infinity", Infinity],
  ["", undefined],
  [".", undefined],
  ["1,5", undefined],
  ["0x10", undefined],
  ["1e", undefined],
  ["12 s", undefined],
])("the text %j is the real %s", (given, expected) => {
  expect(realFromText(given)).toEqual(expected);
});

describe("typed values are read from properties of any type", () => {
  test("datum", () => {
    const read = (value: string) => datumProperty([text("p", value)], "p");
    expect(read("90 s")).toEqual({ value: 90, units: "s" });
    expect(read(" 1.5e-3  V**2 m**-2 Hz**-1 ")).toEqual({ value: 0.0015, units: "V**2 m**-2 Hz**-1" });
    expect(read("7")).toEqual({ value: 7, units: "" });
    expect([read("s"), read(""), datumProperty([], "p")]).toEqual([undefined, undefined, undefined]);
  });

  test("double and boolean", () => {
    const values = ["true", "FALSE", "1", "0", "00", "20", "-1", "yes", "", "1.5"];
    expect(values.map((value) => booleanProperty([text("p", value)], "p"))).toEqual([
      true,
      false,
      true,
      false,
      false,
      true,
      true,
      undefined,
      undefined,
      undefined,
    ]);
    expect(doubleProperty([text("p", "-1.000000e+31")], "p")).toBe(-1e31);
    expect(doubleProperty([text("p", "none")], "p")).toBeUndefined();
    expect(booleanProperty([], "p")).toBeUndefined();
  });
});

test("the cascade takes the nearest (das2-stream A8.2)", () => {
  const stream = [text("yFill", "4"), text("volts.yFill", "3")];
  const packet = { properties: [text("yFill", "2")] };
  const plane = { name: "volts", properties: [text("yFill", "1")] };
  const none = { properties: [] };
  expect(cascade("yFill", plane, packet, stream)?.value).toBe("1");
  expect(cascade("yFill", { ...plane, properties: [] }, packet, stream)?.value).toBe("2");
  expect(cascade("yFill", { ...plane, properties: [] }, none, stream)?.value).toBe("3");
  expect(cascade("yFill", { name: "amps", properties: [] }, none, stream)?.value).toBe("4");
  expect(cascade("yFill", { name: "", properties: [] }, none, [text(".yFill", "5")])).toBeUndefined();
  expect(cascade("zFill", plane, packet, stream)).toBeUndefined();
});
