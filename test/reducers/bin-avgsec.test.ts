import { describe, expect, test } from "vitest";
import { isDasError } from "../../errors/das-error.js";
import { binAvgsec } from "../../reducers/bin-avgsec.js";
import { asBytes, TEST_CONTEXT } from "../support/run-stream.js";
import {
  BEGIN,
  binary,
  DAY_US,
  decoded,
  filtered,
  line,
  packetOf,
  streamHeader,
  table,
  textPlane,
  textsOf,
} from "./bin-streams.js";

/** The samples of reducers 3.5. */
const EXAMPLE_SAMPLES: readonly (readonly [number, number | string])[] = [
  [0, 1],
  [2, 3],
  [4, 5],
  [6, 7],
  [8, "-1e31"],
  [10, 11],
  [12, 13],
  [25, 20],
  [27, 22],
  [3, 100],
];
const EXAMPLE =
  streamHeader('Datum:xTagWidth="2 s"') +
  packetOf(textPlane("v")) +
  EXAMPLE_SAMPLES.map(([second, v]) => line(second, [v])).join("");

describe("worked examples of avgsec (reducers 2, 3.5)", () => {
  test("floor bins: samples before the origin go to bins before it", () => {
    const input =
      streamHeader() +
      packetOf(textPlane("v")) +
      [-3, -1, 1, 9, 11, -12].map((second, i) => line(second, [i + 1])).join("");
    expect(table(decoded(binAvgsec, [...BEGIN, "10"], input))).toEqual([
      [1, -5, 1.5],
      [1, 5, 3.5],
      [1, 15, 5],
      [1, -15, 6],
    ]);
    // Without -b the origin is the first sample, at -3 s.
    expect(table(decoded(binAvgsec, ["10"], input))).toEqual([
      [1, 2, 2],
      [1, 12, 4.5],
      [1, -8, 6],
    ]);
  });

  test("mean, least, greatest and deviation, byte for byte", () => {
    const body = [
      "<packet>",
      '  <x type="time24" units="us2000"/>',
      '  <y name="v" type="ascii14" units="nT">',
      '    <properties source="v" operation="BIN_AVG"/>',
      "  </y>",
      ...["MIN", "MAX", "STDDEV"].flatMap((operation) => [
        `  <y name="v.${operation.toLowerCase()}" type="ascii14" units="nT">`,
        `    <properties source="v" operation="BIN_${operation}"/>`,
        "  </y>",
      ]),
      "</packet>\n",
    ].join("\n");
    const head = [
      '<stream version="2.2">',
      '  <properties Datum:xTagWidth="10 s" Datum:xCacheResolution="10 s" xCacheResInfo="(10.0 s Averages)" sourceId="das2_bin_avgsec"/>',
      "</stream>\n",
    ].join("\n");
    const frame = (id: string, text: string) => `[${id}]${String(text.length).padStart(6, "0")}${text}`;
    const expected =
      frame("00", head) +
      frame("01", body) +
      [
        ":01:2020-03-01T00:00:05.000  4.000000e+00  1.000000e+00  7.000000e+00  2.581989e+00",
        ":01:2020-03-01T00:00:15.000  1.200000e+01  1.100000e+01  1.300000e+01  1.414214e+00",
        ":01:2020-03-01T00:00:25.000  2.100000e+01  2.000000e+01  2.200000e+01  1.414214e+00",
        ":01:2020-03-01T00:00:05.000  1.000000e+02  1.000000e+02  1.000000e+02  0.000000e+00",
        "",
      ].join("\n");
    expect(Buffer.from(filtered(binAvgsec, ["-r", "-s", ...BEGIN, "10"], EXAMPLE)).toString()).toBe(expected);
    expect(Buffer.from(filtered(binAvgsec, ["-rs", "10"], EXAMPLE)).toString()).toBe(expected);
  });

  test("any cut of the input gives the same bytes", () => {
    const whole = filtered(binAvgsec, ["-r", "-s", ...BEGIN, "10"], EXAMPLE);
    for (const size of [1, 2, 3, 5, 42])
      expect(filtered(binAvgsec, ["-r", "-s", ...BEGIN, "10"], EXAMPLE, size)).toEqual(whole);
  });

  test("two ids share the origin and are flushed each by its own packets", () => {
    const input =
      streamHeader() +
      packetOf(textPlane("a"), "01") +
      packetOf(textPlane("b"), "02") +
      line(3, [1], "01") +
      line(4, [10], "02") +
      line(7, [3], "01") +
      line(14, [20], "02") +
      line(22, [5], "01");
    expect(table(decoded(binAvgsec, ["10"], input))).toEqual([
      [2, 8, 10],
      [1, 8, 2],
      [1, 18, 5],
      [2, 18, 20],
    ]);
    expect(table(decoded(binAvgsec, [...BEGIN, "10"], input))).toEqual([
      [2, 5, 10],
      [1, 5, 2],
      [1, 25, 5],
      [2, 15, 20],
    ]);
  });

  test.each(["sun_real4", "ascii9"])("a spectrum of %s is averaged item by item", (type) => {
    const scan = `<yscan name="s" type="${type}" nitems="3" yTags="10,20,30" yUnits="Hz" zUnits="V"/>`;
    const rows = [
      [0, 1, 2, -1e31],
      [1, 3, 4, 5],
    ] as const;
    const input =
      type === "ascii9"
        ? asBytes(
            streamHeader() +
              packetOf(scan) +
              rows
                .map(([x, ...v]) =>
                  line(
                    x,
                    v.map((n) => (n < -1e30 ? "-1e31" : n)),
                  ),
                )
                .join(""),
          )
        : Buffer.concat([
            Buffer.from(streamHeader() + packetOf(scan, "01", '<x type="sun_real8" units="us2000"/>')),
            binary(
              "01",
              [8, 4, 4, 4],
              rows.map(([x, ...v]) => [DAY_US + x * 1e6, ...v]),
            ),
          ]);
    const out = decoded(binAvgsec, ["-r", ...BEGIN, "10"], input);
    expect(table(out)).toEqual([[1, 5, 2, 3, 5, 1, 2, 5, 3, 4, 5]]);
    expect(out.packets[0]!.planes.map(({ name, items, yUnits }) => [name, items, yUnits])).toEqual([
      ["", 1, undefined],
      ["s", 3, "Hz"],
      ["s.min", 3, "Hz"],
      ["s.max", 3, "Hz"],
    ]);
    expect([...(out.packets[0]!.planes[2]!.yTags as { values: Float64Array }).values]).toEqual([10, 20, 30]);
  });

  test("a bin of fill alone is written as fill", () => {
    const input =
      streamHeader() +
      packetOf(textPlane("v", 'double:yFill="-99"')) +
      [line(0, [-99]), line(1, [-99]), line(11, [4])].join("");
    const out = decoded(binAvgsec, ["-r", "-s", ...BEGIN, "10"], input);
    expect(table(out)).toEqual([
      [1, 5, -99, -99, -99, -99],
      [1, 15, 4, 4, 4, 0],
    ]);
  });
});

describe("stream properties (reducers 3.1)", () => {
  const propertiesOf = (given: string, width: string) =>
    textsOf(decoded(binAvgsec, [width], streamHeader(given) + packetOf(textPlane("v"))).stream!.properties);

  test.each([
    ["", "10", "10 s", "10 s", "(10.0 s Averages)"],
    ['Datum:xTagWidth="2 s"', "10", "10 s", "10 s", "(10.0 s Averages)"],
    ['Datum:xTagWidth="1 min"', "10", "60 s", "10 s", "(10.0 s Averages)"],
    ['Datum:xTagWidth="250 ms"', "1e-2", "0.25 s", "0.01 s", "(10 ms Averages)"],
    ['Datum:xTagWidth="3 nT"', "600", "600 s", "600 s", "(10.0 minute Averages)"],
    ['Datum:xCacheResolution="120 s"', "60", "60 s", "120 s", "(2.0 minute Averages)"],
    ['Datum:xCacheResolution="1 hr"', "60", "60 s", "3600 s", "(1.0 hour Averages)"],
    ["", "86400", "86400 s", "86400 s", "(1 day Averages)"],
    ["", "129600", "129600 s", "129600 s", "(1.5 day Averages)"],
    ["", "86400000", "86400000 s", "86400000 s", "(1e+03 day Averages)"],
    // printf rounds an exact tie to the even digit
    ["", "0.0125", "0.0125 s", "0.0125 s", "(12 ms Averages)"],
    ["", "1.25", "1.25 s", "1.25 s", "(1.2 s Averages)"],
    ["", "59.99", "59.99 s", "59.99 s", "(60.0 s Averages)"],
  ])("%s in bins of %s s", (given, width, tagWidth, resolution, info) => {
    expect(propertiesOf(given, width)).toMatchObject({
      "Datum:xTagWidth": tagWidth,
      "Datum:xCacheResolution": resolution,
      xCacheResInfo: info,
      sourceId: "das2_bin_avgsec",
    });
  });

  test("others are kept in their order, Data_type is set where it was", () => {
    const given =
      'title="T" Data_type="X" sourceId="reader" DatumRange:xCacheRange="2020-03-01 to 2020-03-02 UTC" my="own"';
    const { stream } = decoded(binAvgsec, ["10"], streamHeader(given));
    expect(stream!.properties.map(({ name, value }) => [name, value])).toEqual([
      ["title", "T"],
      ["Data_type", "K0>Key Parameter"],
      ["sourceId", "das2_bin_avgsec"],
      ["xCacheRange", "2020-03-01 to 2020-03-02 UTC"],
      ["my", "own"],
      ["xTagWidth", "10 s"],
      ["xCacheResolution", "10 s"],
      ["xCacheResInfo", "(10.0 s Averages)"],
    ]);
    expect(propertiesOf("", "10")).not.toHaveProperty("Data_type");
  });
});

describe("arguments (reducers 3)", () => {
  const refusal = (args: readonly string[]): string => {
    try {
      binAvgsec.open(args, TEST_CONTEXT);
    } catch (error) {
      if (isDasError(error, "USAGE")) return error.message;
    }
    throw new Error("accepted, or another error");
  };

  test.each(["0", "-5", "nan", "inf", "ten", "", "1e999"])("a width of %j is refused", (width) =>
    expect(refusal([width])).toContain("BIN_SECONDS"),
  );

  test("what is missing, too much or unknown is refused", () => {
    expect(refusal([])).toContain("BIN_SECONDS");
    expect(refusal(["10", "20"])).toContain("2 positional arguments");
    expect(refusal(["-x", "10"])).toContain("-x");
    expect(refusal(["-b", "yesterday", "10"])).toContain("yesterday");
  });

  test("a begin may be any time string", () => {
    const input = streamHeader() + packetOf(textPlane("v")) + line(4, [1]);
    for (const begin of ["2020-061T00:00:03", "Mar 1 2020 00:00:03", "2020-03-01T00:00:03Z"])
      expect(table(decoded(binAvgsec, ["-b", begin, "10"], input))).toEqual([[1, 8, 1]]);
    expect(table(decoded(binAvgsec, ["--begin=2020", "10"], input))).toEqual([[1, 5, 1]]);
  });
});
