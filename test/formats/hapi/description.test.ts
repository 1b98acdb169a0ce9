import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { binRanges } from "../../../formats/hapi/bins.js";
import { describePacket } from "../../../formats/hapi/describe-packet.js";
import { hapi } from "../../../formats/hapi/hapi.js";
import { isoDuration } from "../../../formats/hapi/info.js";
import { parseLayout, printLayout } from "../../../formats/hapi/layout.js";
import type { HapiColumn } from "../../../formats/hapi/parameter.js";
import { shortestOfReal4 } from "../../../formats/hapi/shortest-number.js";
import type { Property } from "../../../stream/model.js";
import {
  type PlaneSpec,
  packetHeader,
  xPlane,
  yPlane,
  yscanPlane,
  zPlane,
} from "../../../stream/packet-header.js";
import { shortestReal4 } from "../../../stream/shortest-real.js";
import { LE_REAL4, LE_REAL8, valueType } from "../../../stream/value-type.js";
import { encodeStream, TEST_CONTEXT } from "../../support/run-stream.js";
import { PUMP_STREAM } from "../../support/worked-streams.js";

const text = (name: string, value: string): Property => ({ name, type: "String", value });
const X = xPlane({ type: LE_REAL8, units: "us2000" });
const describeAll = (planes: readonly PlaneSpec[], properties: readonly Property[] = []) =>
  describePacket({ version: "2.2", properties }, packetHeader({ id: 1, planes }));
const parametersOf = (planes: readonly PlaneSpec[], properties: readonly Property[] = []) =>
  describeAll(planes, properties).map(({ parameter }) => parameter);

describe("parameters from a header", () => {
  it("have units, label, description and axis of their plane, labels without escapes", () => {
    const spectrum = yscanPlane({
      name: "psd",
      type: LE_REAL4,
      units: "V**2 m**-2 Hz**-1",
      yUnits: "Hz",
      yTags: [10, 20, 40],
      properties: [
        text("zLabel", "Power!cdensity (V!a2!n m!a-2!n)"),
        text("zSummary", "What was measured"),
        text("yLabel", "Frequency"),
      ],
    });
    expect(parametersOf([X, spectrum])[1]).toEqual({
      name: "psd",
      type: "double",
      size: [3],
      units: "V**2 m**-2 Hz**-1",
      fill: "NaN",
      description: "What was measured",
      label: "Power density (V2 m-2)",
      bins: [
        {
          name: "frequency",
          units: "Hz",
          label: "Frequency",
          centers: [10, 20, 40],
          ranges: [
            [5, 15],
            [15, 30],
            [30, 50],
          ],
        },
      ],
    });
  });

  it("are null in units and have no axis where the stream has none", () => {
    const counted = {
      ...yscanPlane({ name: "n", type: LE_REAL4, units: "", yUnits: "", yTags: { kind: "index" }, items: 4 }),
    };
    expect(parametersOf([X, counted])[1]).toEqual({
      name: "n",
      type: "double",
      size: [4],
      units: null,
      fill: "NaN",
    });
    const single = yscanPlane({ name: "one", type: LE_REAL4, units: "V", yUnits: "Hz", yTags: [5] });
    expect(parametersOf([X, single])[1]).toEqual({ name: "one", type: "double", units: "V", fill: "NaN" });
  });

  it("are times where the units are an epoch, with a fill as long as the others", () => {
    expect(parametersOf([X, yPlane({ name: "seen", type: LE_REAL8, units: "t1970" })])[1]).toEqual({
      name: "seen",
      type: "isotime",
      length: 24,
      units: "UTC",
      fill: "0001-01-01T00:00:00.000Z",
    });
  });

  it("are texts where a text plane says so, and lead to files where it tells of what kind", () => {
    const file: PlaneSpec = {
      role: "y",
      name: "file",
      type: valueType("ascii80"),
      units: "",
      items: 1,
      properties: [
        text("stringType", "uri"),
        text("mediaType", "image/fits"),
        text("uriBase", "https://x.example.org/a/"),
      ],
    };
    expect(parametersOf([X, file])[1]).toEqual({
      name: "file",
      type: "string",
      length: 80,
      units: null,
      fill: "",
      stringType: { uri: { mediaType: "image/fits", scheme: "https", base: "https://x.example.org/a/" } },
    });
  });

  it("have names of their own, none with a comma, no two that differ in case alone", () => {
    const named = (name: string): PlaneSpec => ({ ...yPlane({ type: LE_REAL8, units: "" }), name });
    const planes = [
      X,
      named(""),
      named("v"),
      named("V"),
      named("a,b"),
      named("time"),
      zPlane({ type: LE_REAL8, units: "" }),
    ];
    const all = describeAll(planes);
    expect(all.map(({ parameter }) => parameter.name)).toEqual([
      "Time",
      "Y_1",
      "v",
      "V_2",
      "a_b",
      "time_2",
      "Z_1",
    ]);
    expect(all.map(({ aliases }) => aliases)).toEqual([["time"], [], ["Y_2"], ["Y_3"], ["Y_4"], ["Y_5"], []]);
  });
});

describe("bins", () => {
  it("meet in the middle of their centres, on a logarithmic axis the geometric one", () => {
    expect(binRanges([1, 2, 4])).toEqual([
      [0.5, 1.5],
      [1.5, 3],
      [3, 5],
    ]);
    expect(binRanges([4, 2, 1])).toEqual([
      [3, 5],
      [1.5, 3],
      [0.5, 1.5],
    ]);
    for (const [i, [low, high]] of (binRanges([1, 10, 100], true) ?? []).entries()) {
      expect(low).toBeCloseTo(10 ** (i - 0.5), 12);
      expect(high).toBeCloseTo(10 ** (i + 0.5), 12);
    }
  });

  it("are none where the centres are in no order or alone", () => {
    expect(binRanges([1])).toBeUndefined();
    expect(binRanges([1, 1])).toBeUndefined();
    expect(binRanges([1, 3, 2])).toBeUndefined();
  });
});

describe("durations", () => {
  it.each([
    [1, "PT1S"],
    [0.06, "PT0.06S"],
    [2.048, "PT2.048S"],
    [90, "PT1M30S"],
    [3600, "PT1H"],
    [86_400, "P1D"],
    [518_400, "P6D"],
    [90_061.5, "P1DT1H1M1.5S"],
    [100, "PT1M40S"],
    [10, "PT10S"],
  ])("%d s are %s", (seconds, expected) => {
    expect(isoDuration(seconds)).toBe(expected);
  });
});

describe("layouts", () => {
  const column = fc
    .record({
      name: fc.string({ minLength: 1, maxLength: 20 }),
      kind: fc.constantFrom("time", "number", "text"),
      items: fc.integer({ min: 1, max: 1000 }),
      length: fc.integer({ min: 20, max: 30 }),
      tags: fc.constantFrom("", "0123456789abcdef"),
    })
    .map(
      ({ length, tags, ...one }): HapiColumn => ({
        ...one,
        kind: one.kind as HapiColumn["kind"],
        ...(one.kind === "number" ? {} : { length }),
        ...(tags === "" ? {} : { tags }),
      }),
    );

  it("are read as they were written", () => {
    fc.assert(
      fc.property(fc.array(column, { maxLength: 5 }), (rest) => {
        const columns: HapiColumn[] = [{ name: "Time", kind: "time", items: 1, length: 24 }, ...rest];
        expect(parseLayout(printLayout(columns))).toEqual(columns);
      }),
    );
  });
});

describe("shortest decimals of four-byte reals", () => {
  it("read back as the same, and are as short as by the slow way", () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const real4 = Math.fround(value);
        const found = shortestOfReal4(real4);
        expect(Math.fround(found)).toBe(real4);
        if (Math.abs(real4) >= 1e-12 && Math.abs(real4) < 1e12)
          expect(String(found)).toBe(shortestReal4(real4).replace("e", found >= 1e21 ? "e+" : "e"));
      }),
      { numRuns: 3000 },
    );
  });
});

describe("das2_hapi -i", () => {
  const run = (args: readonly string[]) =>
    Buffer.from(encodeStream(hapi.open(args, TEST_CONTEXT), PUMP_STREAM)).toString("utf8");

  it("writes the description before the rows, or alone", () => {
    const lines = run(["-i"]).split("\n");
    expect(lines[0]?.slice(0, 3)).toBe("# {");
    const header = JSON.parse(lines[0]?.slice(2) ?? "");
    expect(header.parameters.map(({ name }: { name: string }) => name)).toEqual(["Time", "volts", "amps"]);
    expect(lines[1]).toBe("2021-06-30T12:00:00.000Z,12.25,0.75\r");
    expect(JSON.parse(run(["-i", "-n"]))).toEqual(header);
    expect(JSON.parse(run(["-i", "-n", "amps"])).parameters).toHaveLength(2);
  });

  it("takes range, contact and example from a definition", () => {
    const folder = mkdtempSync(join(tmpdir(), "heliostream-hapi-"));
    try {
      const file = join(folder, "Pump.dsdf");
      writeFileSync(
        file,
        [
          "description = 'Pump'",
          "das2Stream = 1",
          "reader = '$(DATA_ROOT)/pump'",
          "techContact = 'Ada'",
          "validRange = '2021-01-01 to 2022-01-01'",
          "exampleRange_00 = '2021-06-30 to 2021-07-01'",
          "",
        ].join("\n"),
      );
      expect(JSON.parse(run(["-i", "-n", "-d", file]))).toMatchObject({
        startDate: "2021-01-01T00:00:00.000Z",
        stopDate: "2022-01-01T00:00:00.000Z",
        sampleStartDate: "2021-06-30T00:00:00.000Z",
        contact: "Ada",
        description: "Pump.",
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
