import { describe, expect, it } from "vitest";
import { describeProblem } from "../../config/problem.js";
import { isDasError } from "../../errors/das-error.js";
import { Das1Converter, das1ToDas2 } from "../../formats/das1/from-das1.js";
import { das2Encoder } from "../../stream/stream-writer.js";
import { parseTime } from "../../stream/time.js";
import { decodeStream } from "../support/run-stream.js";

const RANGE = { begin: parseTime("2020-03-02"), end: parseTime("2020-03-03") };
const DAY = 636_422_400e6; // 2020-03-02 in us2000: 7366 days

function convert(keywords: Readonly<Record<string, string>>, bytes: Uint8Array, piece = 1e9): Uint8Array {
  const converter = new Das1Converter(new Map(Object.entries(keywords)), RANGE);
  const out = das2Encoder();
  const parts: Buffer[] = [];
  const write = (made: Uint8Array): void => {
    parts.push(Buffer.from(made));
  };
  for (let at = 0; at < bytes.length; at += piece)
    converter.push(bytes.subarray(at, at + piece), (item) => out.push(item, write));
  converter.end((item) => out.push(item, write));
  out.end(write);
  return Buffer.concat(parts);
}

/** The example of reducers 13. */
const EXAMPLE = {
  form: "x_multi_y",
  items: "2",
  "label(0)": "A",
  "label(1)": "B",
  y_unit: "nT",
  y_parameter: "field",
  y_fill: "1.0e-32",
  x_unit: "s",
  x_sample_width: "120.0",
  description: "Das1 example",
};
const EXAMPLE_BYTES = Buffer.from("3f0000003f80000040000000" + "3fc000004040000040800000", "hex");

describe("worked example (reducers 13)", () => {
  it("gives two records", () => {
    const { rows, packets, stream } = decodeStream(convert(EXAMPLE, EXAMPLE_BYTES));
    expect(rows.map((row) => row.values.flat())).toEqual([
      [DAY + 5e5, 1, 2],
      [DAY + 1.5e6, 3, 4],
    ]);
    expect(packets[0]!.planes.map(({ name, role, units, type }) => [role, name, units, type.name])).toEqual([
      ["x", "", "us2000", "sun_real8"],
      ["y", "A", "nT", "sun_real4"],
      ["y", "B", "nT", "sun_real4"],
    ]);
    expect(packets[0]!.planes[1]!.properties).toEqual([{ name: "yLabel", type: "String", value: "A" }]);
    expect(stream!.properties.map(({ type, name, value }) => `${type}:${name}=${value}`)).toEqual([
      "Time:start=2020-03-02T00:00:00.000",
      "Time:end=2020-03-03T00:00:00.000",
      "String:title=Das1 example",
      "String:xLabel=Time",
      "String:yLabel=Field (nT)",
      "Datum:xTagWidth=120 s",
      "double:yFill=1e-32",
      "String:sourceId=das2_from_das1",
    ]);
  });

  it("gives the same bytes however the input is cut", () => {
    const whole = convert(EXAMPLE, EXAMPLE_BYTES);
    for (let piece = 1; piece < EXAMPLE_BYTES.length; piece++)
      expect(convert(EXAMPLE, EXAMPLE_BYTES, piece)).toEqual(whole);
  });

  it("streams from an async source", async () => {
    async function* source() {
      for (const byte of EXAMPLE_BYTES) yield Uint8Array.of(byte);
    }
    const kinds: string[] = [];
    for await (const items of das1ToDas2(new Map(Object.entries(EXAMPLE)), RANGE, source()))
      kinds.push(...items.map((item) => item.kind));
    expect(kinds).toEqual(["stream", "packet", "data", "data"]);
  });
});

describe("forms", () => {
  const floats = (...values: number[]): Buffer => {
    const bytes = Buffer.alloc(4 * values.length);
    values.forEach((v, i) => {
      bytes.writeFloatBE(v, 4 * i);
    });
    return bytes;
  };

  it("makes a table of a tagged scan, with IDL numbers as coordinates", () => {
    const keywords = {
      form: "x_tagged_y_scan",
      y_coordinate: "[10.0, 17.8,\n 3.11d1, 56L]",
      y_parameter: "frequency",
      y_unit: "Hz",
      z_parameter: "E",
      z_unit: "V/m",
      z_fill: "-1e31",
    };
    const { packets, rows, stream } = decodeStream(convert(keywords, floats(60, 1, 2, 3, 4)));
    expect(packets[0]!.planes[1]).toMatchObject({
      role: "yscan",
      name: "E",
      units: "V/m",
      yUnits: "Hz",
      items: 4,
    });
    expect([...(packets[0]!.planes[1]!.yTags as { values: Float64Array }).values]).toEqual([
      10, 17.8, 31.1, 56,
    ]);
    expect(rows[0]!.values).toEqual([[DAY + 60e6], [1, 2, 3, 4]]);
    expect(stream!.properties).toContainEqual({ name: "zFill", type: "double", value: "-1e31" });
    expect(stream!.properties).toContainEqual({ name: "zLabel", type: "String", value: "E (V/m)" });
  });

  it("makes scattered planes", () => {
    const { packets, rows } = decodeStream(
      convert({ form: "x_y_z", y_unit: "deg", z_unit: "nT" }, floats(1, 2, 3)),
    );
    expect(packets[0]!.planes.map(({ role, name, units }) => [role, name, units])).toEqual([
      ["x", "", "us2000"],
      ["y", "y", "deg"],
      ["z", "z", "nT"],
    ]);
    expect(rows[0]!.values).toEqual([[DAY + 1e6], [2], [3]]);
  });

  it("names planes by labels without escapes, by number where there is none", () => {
    const keywords = {
      form: "x_multi_y",
      ny: "4",
      "label(0)": "R!DJ!N",
      "label(1)": "Lon (deg)",
      "label(2)": "R!DJ!N",
      y_unit: "",
      "y_unit(1)": "deg",
    };
    const { packets } = decodeStream(convert(keywords, floats(0, 1, 2, 3, 4)));
    expect(packets[0]!.planes.slice(1).map(({ name, units }) => [name, units])).toEqual([
      ["RJ", ""],
      ["Lon_deg", "deg"],
      ["RJ1", ""],
      ["plane_3", ""],
    ]);
    const one = decodeStream(convert({ form: "x_multi_y", ny: "1", y_parameter: "Rj" }, floats(0, 1)));
    expect(one.packets[0]!.planes[1]!.name).toBe("Rj");
  });

  it("leaves out records without position", () => {
    const bytes = floats(Number.NaN, 1, 2, -1e31, 3, 4, 5, 6, 7);
    expect(decodeStream(convert(EXAMPLE, bytes)).rows.map((row) => row.values.flat())).toEqual([
      [DAY + 5e6, 6, 7],
    ]);
  });

  it("says that there are no data, and refuses a cut record", () => {
    const { packets, exceptions } = decodeStream(convert(EXAMPLE, new Uint8Array(0)));
    expect(packets).toHaveLength(1);
    expect(exceptions).toEqual([
      {
        type: "NoDataInInterval",
        message: "No data in the interval 2020-03-02T00:00:00.000 to 2020-03-03T00:00:00.000",
      },
    ]);
    try {
      convert(EXAMPLE, EXAMPLE_BYTES.subarray(0, 20));
      expect.unreachable();
    } catch (error) {
      expect(isDasError(error, "PARTIAL_PACKET")).toBe(true);
    }
  });

  it.each([
    [{}, /form: value "" \(expected x_multi_y/],
    [{ form: "x_multi_y" }, /ny: value ""/],
    [{ form: "x_multi_y", items: "100" }, /items: value "100" \(expected a whole number from 1 to 99/],
    [{ form: "x_tagged_y_scan" }, /y_coordinate: value ""/],
    [{ form: "x_tagged_y_scan", y_coordinate: "findgen(10)" }, /expected an array of numbers/],
    [{ form: "x_tagged_y_scan", y_coordinate: "[1, two]" }, /y_coordinate: value "two"/],
    [{ form: "x_multi_y", ny: "1", y_fill: "none" }, /y_fill: value "none" \(expected a number/],
  ])("refuses the definition %j", (keywords, message) => {
    try {
      new Das1Converter(new Map(Object.entries(keywords)), RANGE);
      expect.unreachable();
    } catch (error) {
      if (!isDasError(error, "BAD_DEFINITION")) throw error;
      expect(describeProblem(error)).toMatch(message);
    }
  });
});
