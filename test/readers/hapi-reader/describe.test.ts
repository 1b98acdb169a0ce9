import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DasError } from "../../../errors/das-error.js";
import { parseInfo } from "../../../readers/hapi-reader/info.js";
import { isoSeconds } from "../../../readers/hapi-reader/iso-duration.js";
import { planPackets } from "../../../readers/hapi-reader/packet-plan.js";
import { planeNames } from "../../../readers/hapi-reader/plane-names.js";
import { serverDialect } from "../../../readers/hapi-reader/server-words.js";
import { yTagValues } from "../../../stream/packet-header.js";

const TIME = { name: "t", type: "isotime", length: 24, units: "UTC", fill: null };

function plan(...parameters: readonly object[]) {
  const info = parseInfo({ parameters: [TIME, ...parameters], definitions: DEFINITIONS });
  return planPackets(info.parameters.slice(1), false);
}

const DEFINITIONS = {
  axis: { name: "energy", units: "eV", centers: [1, 10, 100, 1000] },
  centers: [1, 10, 100, 1000],
  unit: "nT",
};

const planes = ({ packets }: ReturnType<typeof plan>) =>
  packets.map(({ header }) => header.planes.slice(1).map(({ name, units }) => [name, units]));

describe("what a parameter becomes", () => {
  it("a plane for each value of a short list, named by components or numbers", () => {
    expect(
      planes(
        plan(
          { name: "B", type: "double", size: [3], units: "nT", vectorComponents: ["x", "y", "z"] },
          { name: "R", type: "double", size: [2], units: ["km", "deg"] },
          { name: "one", type: "double", size: [1], units: null },
        ),
      ),
    ).toEqual([
      [
        ["B_x", "nT"],
        ["B_y", "nT"],
        ["B_z", "nT"],
        ["R_0", "km"],
        ["R_1", "deg"],
        ["one", ""],
      ],
    ]);
  });

  it("a table where there are bins, also by reference, with a logarithmic axis where they are", () => {
    for (const bins of [
      [{ $ref: "#/definitions/axis" }],
      [{ name: "energy", units: "eV", centers: { $ref: "#/definitions/centers" } }],
    ]) {
      const [packet] = plan({
        name: "f",
        type: "double",
        size: [4],
        units: { $ref: "#/definitions/unit" },
        bins,
      }).packets;
      const table = packet!.header.planes[1]!;
      expect(table).toMatchObject({ role: "yscan", units: "nT", yUnits: "eV", items: 4 });
      expect([...yTagValues(table)]).toEqual([1, 10, 100, 1000]);
      expect(table.properties).toContainEqual({ name: "yScaleType", type: "String", value: "log" });
      expect(table.properties).toContainEqual({ name: "yLabel", type: "String", value: "energy (eV)" });
    }
  });

  it("a table for each place on the leading axis, whose places the labels tell", () => {
    const made = plan({
      name: "flux",
      type: "double",
      size: [2, 3],
      units: "1",
      bins: [
        { name: "angle", units: "deg", centers: [45, 135] },
        { name: "energy", units: "eV", centers: null },
      ],
    });
    expect(planes(made)).toEqual([
      [
        ["flux_0", "1"],
        ["flux_1", "1"],
      ],
    ]);
    expect(made.packets[0]!.runs.map(({ from, count }) => [from, count])).toEqual([
      [0, 3],
      [3, 3],
    ]);
    expect(made.packets[0]!.header.planes[2]!.properties).toContainEqual({
      name: "zLabel",
      type: "String",
      value: "flux, angle 135 deg (1)",
    });
  });

  it("one table where there would be too many, and a word of it", () => {
    const made = plan({ name: "cube", type: "integer", size: [40, 5, 2], units: "counts" });
    expect(made.packets[0]!.header.planes[1]).toMatchObject({ items: 400, yTags: { kind: "index" } });
    expect(made.warnings).toEqual(["cube: 200 tables a record, given as one whose tags count"]);
  });

  it("more packets where one has no room, and lines and tables apart", () => {
    const many = Array.from({ length: 120 }, (_, i) => ({ name: `v${i}`, type: "double", units: "V" }));
    const made = plan(...many, { name: "long", type: "double", size: [20], units: "V" });
    expect(
      made.packets.map(({ header }) => [header.id, header.planes.length - 1, header.planes[1]!.role]),
    ).toEqual([
      [1, 99, "y"],
      [2, 21, "y"],
      [3, 1, "yscan"],
    ]);
  });

  it("index tags where bins vary with time, and a word of it", () => {
    const made = plan({
      name: "f",
      type: "double",
      size: [3],
      units: "1",
      bins: [{ name: "e", units: "eV", centers: "e_centers" }],
    });
    expect(made.warnings).toEqual(["f: its bins vary with time, tags count them"]);
  });

  it("nothing where there is only text", () => {
    expect(() => plan({ name: "s", type: "string", length: 5, units: null })).toThrow(
      expect.objectContaining({ code: "PEER_FAILED" }),
    );
  });
});

it("names of planes are legal and none is given twice", () => {
  const name = planeNames(["time"]);
  expect(["B field", "b-field", "1st", "", "Time", "a.b", "Größe", "__proto__"].map(name)).toEqual([
    "B_field",
    "b_field_2",
    "_1st",
    "_",
    "Time_2",
    "a_b",
    "Gr_e",
    "__proto__",
  ]);
});

it.each<[string | undefined, number | undefined]>([
  ["PT1M", 60],
  ["PT0.5S", 0.5],
  ["P1DT2H3M4S", 93_784],
  ["P1Y", 31_557_600],
  ["P2W", 1_209_600],
  ["P", undefined],
  ["PT0S", undefined],
  ["1 minute", undefined],
  [undefined, undefined],
])("the duration %s is %s s", (text, expected) => {
  expect(isoSeconds(text)).toBe(expected);
});

it("the version says the words, and the forms which records are asked for", () => {
  const outputFormats = ["csv", "binary", "json"];
  expect(serverDialect({ HAPI: "3.0", outputFormats })).toMatchObject({
    dataset: "dataset",
    stop: "stop",
    format: "binary",
  });
  expect(serverDialect({ HAPI: "2.1.1", outputFormats: ["csv"] })).toMatchObject({
    dataset: "id",
    stop: "time.max",
    format: "csv",
  });
  expect(serverDialect({})).toMatchObject({ dataset: "id", format: "csv" });
  expect(serverDialect({ HAPI: "3.3", outputFormats }, "csv")).toMatchObject({ format: "csv" });
});

describe("any description", () => {
  const value = fc.oneof(
    fc.constantFrom<unknown>(
      null,
      "",
      "double",
      "isotime",
      "string",
      3,
      24,
      -1,
      1e9,
      [3],
      [0],
      [2, 2],
      "NaN",
      { $ref: "#/definitions/a" },
    ),
    fc.constantFrom<unknown>(
      { $ref: "#/definitions/__proto__" },
      [{ centers: [1, 2, 3], units: "V" }],
      [{}],
      [[1]],
      true,
    ),
    fc.jsonValue({ maxDepth: 3 }),
  );
  const members = [
    "name",
    "type",
    "length",
    "size",
    "units",
    "fill",
    "label",
    "bins",
    "description",
    "vectorComponents",
    "__proto__",
  ];
  const parameter = fc
    .array(fc.tuple(fc.constantFrom(...members), value), { maxLength: 8 })
    .map((pairs) => ({ name: "p", type: "double", ...Object.fromEntries(pairs) }));

  it("gives packets that may be written, or an error of the house", () => {
    let planned = 0;
    fc.assert(
      fc.property(fc.array(fc.oneof(parameter, value), { maxLength: 3 }), value, (more, a) => {
        const document: unknown = JSON.parse(
          JSON.stringify({ parameters: [TIME, ...more], definitions: { a } }),
        );
        try {
          const info = parseInfo(document as Record<string, unknown>); // an object, as made above
          for (const { header, runs } of planPackets(info.parameters.slice(1), true).packets) {
            expect(runs).toHaveLength(header.planes.length - 1);
            planned++;
          }
        } catch (error) {
          if (!(error instanceof DasError)) throw error;
          expect(error.code).not.toBe("INTERNAL");
        }
      }),
      { numRuns: 1000 },
    );
    // About 45 of a thousand documents made at random are descriptions.
    expect(planned).toBeGreaterThan(10);
  });
});
