import { describe, expect, test } from "vitest";
import { binAvgsec } from "../../reducers/bin-avgsec.js";
import { binPeakavgsec } from "../../reducers/bin-peakavgsec.js";
import type { FilterProgram } from "../../stream/program.js";
import { decodeStream } from "../support/run-stream.js";
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

const REAL_X = '<x type="sun_real8" units="us2000"/>';

/** Planes of the output as `[name, source, operation]`. */
function originsOf(program: FilterProgram, args: readonly string[], planes: string): unknown[] {
  const { packets } = decoded(program, [...args, "10"], streamHeader() + packetOf(planes));
  return packets[0]!.planes.slice(1).map(({ name, properties }) => {
    const { source, operation } = textsOf(properties);
    return [name, source, operation];
  });
}

describe("planes that are added (reducers 3.2)", () => {
  const two = textPlane("a", 'yLabel="A"') + textPlane("b");

  test("come after all originals, for each original in order", () => {
    const a = (end: string, operation: string) => [`a${end}`, "a", operation];
    const b = (end: string, operation: string) => [`b${end}`, "b", operation];
    expect(originsOf(binAvgsec, [], two)).toEqual([
      ["a", undefined, undefined],
      ["b", undefined, undefined],
    ]);
    const averages = [a("", "BIN_AVG"), b("", "BIN_AVG")];
    expect(originsOf(binAvgsec, ["-r"], two)).toEqual([
      ...averages,
      a(".min", "BIN_MIN"),
      a(".max", "BIN_MAX"),
      b(".min", "BIN_MIN"),
      b(".max", "BIN_MAX"),
    ]);
    expect(originsOf(binAvgsec, ["-s"], two)).toEqual([
      ...averages,
      a(".stddev", "BIN_STDDEV"),
      b(".stddev", "BIN_STDDEV"),
    ]);
    expect(originsOf(binAvgsec, ["-s", "-r", "-n"], two)).toEqual([
      ...averages,
      ...[a, b].flatMap((of) => [
        of(".min", "BIN_MIN"),
        of(".max", "BIN_MAX"),
        of(".stddev", "BIN_STDDEV"),
        of(".count", "BIN_COUNT"),
      ]),
    ]);
    expect(originsOf(binPeakavgsec, [], two)).toEqual([
      ...averages,
      a(".max", "BIN_MAX"),
      b(".max", "BIN_MAX"),
    ]);
  });

  test("have the properties of their source, but for counts", () => {
    const { packets } = decoded(binAvgsec, ["-r", "-n", "10"], streamHeader() + packetOf(two));
    const min = packets[0]!.planes[3]!;
    expect(textsOf(min.properties)).toEqual({ yLabel: "A", source: "a", operation: "BIN_MIN" });
    const counts = packets[0]!.planes.find(({ name }) => name === "a.count")!;
    expect(textsOf(counts.properties)).toEqual({
      "double:yFill": "-1e31",
      source: "a",
      operation: "BIN_COUNT",
    });
    expect([counts.units, counts.type.name]).toEqual(["", "ascii17"]);
  });

  test("a plane without a name gets one to refer to", () => {
    const unnamed =
      '<y type="ascii9" units="nT"/><y name="y" type="ascii9" units="nT"/>' +
      '<yscan type="ascii9" nitems="2" yUnits="Hz" zUnits="V"/>';
    expect(originsOf(binAvgsec, [], unnamed).map((origin) => (origin as string[])[0])).toEqual(["", "y", ""]);
    expect(originsOf(binPeakavgsec, [], unnamed)).toEqual([
      ["y1", "y1", "BIN_AVG"],
      ["y", "y", "BIN_AVG"],
      ["scan", "scan", "BIN_AVG"],
      ["y1.max", "y1", "BIN_MAX"],
      ["y.max", "y", "BIN_MAX"],
      ["scan.max", "scan", "BIN_MAX"],
    ]);
    const scatter = '<y type="ascii9" units="nT"/><z name="" type="ascii9" units="V"/>';
    expect(originsOf(binAvgsec, ["-s"], scatter).map((origin) => (origin as string[])[0])).toEqual([
      "y",
      "z",
      "y.stddev",
      "z.stddev",
    ]);
  });

  test.each([
    [binAvgsec, [], 99],
    [binAvgsec, ["-r"], 33],
    [binAvgsec, ["-s"], 49],
    [binAvgsec, ["-r", "-s"], 24],
    [binPeakavgsec, [], 47],
  ] as const)("limit of planes: %# %j %i", (program, args, most) => {
    const planes = (count: number) => Array.from({ length: count }, (_, i) => textPlane(`p${i}`)).join("");
    expect(() => originsOf(program, args, planes(most))).not.toThrow();
    if (most < 99)
      expect(() => originsOf(program, args, planes(most + 1))).toThrow(
        `packet 1 has ${most + 1} planes besides x, expected at most ${most}`,
      );
  });
});

describe("types of the output (reducers 1.2, 3.2)", () => {
  test.each([
    ["sun_real4", "sun_real4"],
    ["sun_real8", "sun_real8"],
    ["little_endian_real4", "little_endian_real4"],
    ["little_endian_real8", "little_endian_real8"],
    ["ascii9", "ascii14"],
    ["ascii20", "ascii20"],
    ["ascii30", "ascii24"],
    ["big_endian_int2", "sun_real4"],
    ["little_endian_uint1", "little_endian_real4"],
    ["big_endian_int4", "sun_real8"],
    ["little_endian_int8", "little_endian_real8"],
  ])("a plane of %s becomes %s", (given, written) => {
    const { packets } = decoded(
      binAvgsec,
      ["10"],
      streamHeader() + packetOf(`<y name="v" type="${given}" units="nT"/>`),
    );
    expect(packets[0]!.planes[1]!.type.name).toBe(written);
  });

  test("integers are averaged", () => {
    const head = streamHeader() + packetOf('<y name="v" type="big_endian_int2" units="nT"/>', "01", REAL_X);
    const packets = [1, 2, -4].map((v, i) => {
      const bytes = Buffer.alloc(14);
      bytes.write(":01:", "latin1");
      bytes.writeDoubleBE(DAY_US + i * 1e6, 4);
      bytes.writeInt16BE(v, 12);
      return bytes;
    });
    const out = decodeStream(
      filtered(binAvgsec, [...BEGIN, "10"], Buffer.concat([Buffer.from(head), ...packets])),
    );
    expect(table(out)).toEqual([[1, 5, Math.fround(-1 / 3)]]);
  });
});

describe("planes of an earlier reduction (reducers 3.2)", () => {
  const plane = (name: string, operation: string) => textPlane(name, `source="v" operation="${operation}"`);
  const all =
    plane("v", "BIN_AVG") +
    plane("v.min", "BIN_MIN") +
    plane("v.max", "BIN_MAX") +
    plane("v.stddev", "BIN_STDDEV") +
    plane("v.count", "BIN_COUNT");

  test("are reduced in kind, means weighted by their counts", () => {
    const input =
      streamHeader() +
      packetOf(all) +
      line(1, [2, -1, 5, 3, 10]) +
      line(2, [8, 1, 9, 4, 30]) +
      line(3, ["-1e31", "-1e31", "-1e31", "-1e31", 0]);
    const [row] = table(decoded(binAvgsec, [...BEGIN, "10"], input));
    expect(row!.slice(0, 5)).toEqual([1, 5, (2 * 10 + 8 * 30) / 40, -1, 9]);
    expect(row![5]).toBeCloseTo(Math.sqrt((9 + 16) / 2), 6);
    expect(row![6]).toBe(40);
  });

  test("get no further planes", () => {
    expect(originsOf(binAvgsec, ["-r", "-s", "-n"], all)).toEqual([
      ["v", "v", "BIN_AVG"],
      ["v.min", "v", "BIN_MIN"],
      ["v.max", "v", "BIN_MAX"],
      ["v.stddev", "v", "BIN_STDDEV"],
      ["v.count", "v", "BIN_COUNT"],
    ]);
  });

  test("maxima of maxima survive, in binary planes too", () => {
    const planes = ["BIN_AVG", "BIN_MIN", "BIN_MAX"]
      .map(
        (operation, i) =>
          `<y name="p${i}" type="sun_real4" units="nT"><properties source="p0" operation="${operation}"/></y>`,
      )
      .join("");
    const rows = [
      [DAY_US, 1, -7, 3],
      [DAY_US + 1e6, 3, -2, 11],
      [DAY_US + 2e6, 5, -1e31, -1e31],
    ];
    const input = Buffer.concat([
      Buffer.from(streamHeader() + packetOf(planes, "01", REAL_X)),
      binary("01", [8, 4, 4, 4], rows),
    ]);
    expect(table(decodeStream(filtered(binAvgsec, [...BEGIN, "10"], input)))).toEqual([[1, 5, 3, -7, 11]]);
  });

  test("two steps with counts give the mean, the bounds and the number of one step", () => {
    // 1 s samples with gaps, so that the 10 s bins hold different numbers of them.
    const seconds = Array.from({ length: 600 }, (_, i) => i).filter((i) => i % 7 !== 3 && i % 31 > 4);
    const value = (second: number) => Math.sin(second * 0.37) * 40 + second / 9;
    const head = streamHeader() + packetOf('<y name="v" type="sun_real8" units="nT"/>', "01", REAL_X);
    const input = Buffer.concat([
      Buffer.from(head),
      binary(
        "01",
        [8, 8],
        seconds.map((second) => [DAY_US + second * 1e6, value(second)]),
      ),
    ]);
    const fine = filtered(binAvgsec, ["-r", "-n", ...BEGIN, "10"], input);
    const twice = table(decodeStream(filtered(binAvgsec, [...BEGIN, "60"], fine)));
    const once = table(decodeStream(filtered(binAvgsec, ["-r", "-n", ...BEGIN, "60"], input)));
    expect(twice.length).toBe(10);
    for (const [i, [id, x, mean, ...rest]] of twice.entries()) {
      const [, onceX, onceMean, ...onceRest] = once[i]!;
      expect([id, x, ...rest]).toEqual([1, onceX, ...onceRest]);
      expect(Math.abs(mean! - onceMean!)).toBeLessThanOrEqual(1e-14 * 110);
    }
  });
});

test("10 s then 60 s equals 60 s at once on complete 1 s data (reducers 15.3)", () => {
  const value = (second: number) => 5e4 + 3e4 * Math.sin(second * 0.01) + ((second * 7919) % 1013);
  const rows = Array.from({ length: 3600 }, (_, second) => [DAY_US + second * 1e6, value(second)]);
  const head = streamHeader() + packetOf('<y name="v" type="sun_real8" units="nT"/>', "01", REAL_X);
  const input = Buffer.concat([Buffer.from(head), binary("01", [8, 8], rows)]);
  const run = (width: string, bytes: Uint8Array) => filtered(binAvgsec, [...BEGIN, width], bytes);
  const once = table(decodeStream(run("60", input)));
  const twice = table(decodeStream(run("60", run("10", input))));
  expect(once.length).toBe(60);
  for (const [i, [, x, mean]] of once.entries()) {
    expect(twice[i]![1]).toBe(x);
    expect(Math.abs(twice[i]![2]! - mean!)).toBeLessThanOrEqual(1e-14 * 8.2e4);
  }
});
