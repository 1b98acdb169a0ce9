import { describe, expect, test } from "vitest";
import { binAvgsec } from "../../reducers/bin-avgsec.js";
import { decodeStream } from "../support/run-stream.js";
import {
  BEGIN,
  binary,
  DAY_US,
  decoded,
  filtered,
  instant,
  packetOf,
  streamHeader,
  table,
} from "./bin-streams.js";

const PLANE = '<y name="v" type="ascii9" units="nT"/>';
const SECONDS = [0, 4, 8, 10, 18];
const SECONDS_OF_MEANS = [
  [5, 2],
  [15, 4.5],
] as const;

/** A text stream of x fields with the values 1, 2, 3, ... */
function textInput(x: string, fields: readonly string[], plane = PLANE): string {
  return (
    streamHeader() +
    packetOf(plane, "01", x) +
    fields.map((field, i) => `:01:${field}${String(i + 1).padStart(8)}\n`).join("")
  );
}

describe("x keeps its units and gets a type wide enough (reducers 1.2, 2)", () => {
  // Value of 2020-03-01 and units per second, from the table of das2-stream A10.1.
  const days = DAY_US / 86_400e6;
  test.each([
    ["us2000", DAY_US, 1e6],
    ["t2000", DAY_US / 1e6, 1],
    ["t1970", DAY_US / 1e6 + 946_684_800, 1],
    ["us1980", DAY_US + 631_152_000e6, 1e6],
    ["mj1958", days + 15_340, 1 / 86_400],
    ["mjd", days + 51_544, 1 / 86_400],
    ["cdfEpoch", DAY_US / 1e3 + 63_113_904_000_000, 1e3],
    ["seconds since 2020-02-29", 86_400, 1],
  ])("%s as real8", (units, begin, perSecond) => {
    // Away from the edges of bins, which a binary day fraction hits only by chance.
    const rows = SECONDS.map((second, i) => [begin + (second + 0.5) * perSecond, i + 1]);
    const head =
      streamHeader() +
      packetOf('<y name="v" type="sun_real4" units=""/>', "01", `<x type="sun_real8" units="${units}"/>`);
    const out = decodeStream(
      filtered(binAvgsec, [...BEGIN, "10"], Buffer.concat([Buffer.from(head), binary("01", [8, 4], rows)])),
    );
    expect(out.packets[0]!.planes[0]).toMatchObject({ units, type: { name: "sun_real8" } });
    expect(out.rows.length).toBe(2);
    for (const [i, { values }] of out.rows.entries()) {
      const [second, mean] = SECONDS_OF_MEANS[i]!;
      expect((values[0]![0]! - begin) / perSecond).toBeCloseTo(second, 5);
      expect(values[1]).toEqual([mean]);
    }
  });

  test("real4: three samples at 1e8, 1e8+8 and 1e8+16 s in a bin of 20 s", () => {
    const head =
      streamHeader() +
      packetOf('<y name="v" type="sun_real4" units=""/>', "01", '<x type="sun_real4" units="t2000"/>');
    const input = Buffer.concat([
      Buffer.from(head),
      binary(
        "01",
        [4, 4],
        [1, 2, 3].map((v, i) => [1e8 + 8 * i, v]),
      ),
    ]);
    const out = decodeStream(filtered(binAvgsec, ["20"], input));
    expect(out.packets[0]!.planes[0]!.type.name).toBe("sun_real8");
    const seconds = (Date.UTC(2003, 2, 3, 9, 46, 50) - Date.UTC(2000, 0, 1)) / 1000;
    expect(out.rows.map(({ values }) => values.flat())).toEqual([[seconds, 2]]);
  });

  test("ascii17 keeps its width, narrower ones are widened to it", () => {
    for (const width of [12, 17]) {
      const fields = SECONDS.map((second) => `${String(second * 1000).padStart(width - 1)} `);
      const out = Buffer.from(
        filtered(
          binAvgsec,
          [...BEGIN, "10"],
          textInput(`<x type="ascii${width}" units="milliseconds since 2020-03-01"/>`, fields),
        ),
      ).toString();
      expect(out.slice(out.indexOf(":01:"))).toBe(
        ":01: 5.000000000e+03  2.000000e+00\n:01: 1.500000000e+04  4.500000e+00\n",
      );
    }
  });

  test.each([
    ["time22", (s: number) => `2020-061T00:00:${String(s).padStart(2, "0")}.000 `, "time24"],
    ["time20", (s: number) => `${instant(s).slice(0, 19)} `, "time24"],
    ["time27", (s: number) => `${instant(s)}000 `, "time27"],
    ["time40", (s: number) => instant(s).padEnd(40), "time30"],
  ])("%s", (given, field, written) => {
    const out = decoded(
      binAvgsec,
      [...BEGIN, "10"],
      textInput(`<x type="${given}" units="UTC"/>`, SECONDS.map(field)),
    );
    expect(out.packets[0]!.planes[0]).toMatchObject({ units: "UTC", type: { name: written } });
    expect(table(out)).toEqual(SECONDS_OF_MEANS.map(([second, mean]) => [1, second, mean]));
  });

  test("bins of milliseconds and less get more digits of time", () => {
    const fields = [0, 1, 2].map((ms) => `2020-03-01T00:00:00.00${ms} `);
    const at = (width: string) => {
      const text = Buffer.from(
        filtered(binAvgsec, [...BEGIN, width], textInput('<x type="time24" units="us2000"/>', fields)),
      ).toString();
      return [...text.matchAll(/:01:(\S+)/g)].map((match) => match[1]);
    };
    expect(at("0.001")).toEqual([
      "2020-03-01T00:00:00.000500",
      "2020-03-01T00:00:00.001500",
      "2020-03-01T00:00:00.002500",
    ]);
  });

  test("text in TT2000: the leap second is a second of its own day, positions stay UTC", () => {
    const fields = ["2016-12-31T23:59:58.000 ", "2016-12-31T23:59:60.500 ", "2017-01-01T00:00:01.000 "];
    const out = Buffer.from(
      filtered(
        binAvgsec,
        ["-b", "2016-12-31T23:59:50", "10"],
        textInput('<x type="time24" units="TT2000"/>', fields),
      ),
    ).toString();
    expect(out).toContain('<x type="time24" units="TT2000"/>');
    expect([...out.matchAll(/:01:(\S+) +(\S+)/g)].map(([, t, v]) => [t, v])).toEqual([
      ["2016-12-31T23:59:55.000", "1.500000e+00"],
      ["2017-01-01T00:00:05.000", "3.000000e+00"],
    ]);
  });

  test("x with a base comes out as us2000", () => {
    const out = decoded(
      binAvgsec,
      [...BEGIN, "10"],
      textInput(
        '<x type="ascii9" units="s" base="2020-03-01"/>',
        SECONDS.map((s) => `${String(s).padStart(8)} `),
      ),
    );
    expect(out.packets[0]!.planes[0]).toMatchObject({ units: "us2000", type: { name: "ascii17" } });
    expect(out.rows.length).toBe(2);
  });

  test("a plain duration is binned in its own unit, from 0 where a begin is given", () => {
    const x = '<x type="ascii9" units="ms"/>';
    const fields = [2500, 9500, 10_500, 13_000].map((ms) => `${String(ms).padStart(8)} `);
    const pairs = (args: readonly string[]) =>
      decoded(binAvgsec, args, textInput(x, fields)).rows.map(({ values }) => values.flat());
    expect(pairs([...BEGIN, "10"])).toEqual([
      [5000, 1.5],
      [15_000, 3.5],
    ]);
    expect(pairs(["10"])).toEqual([
      [7500, 2],
      [17_500, 4],
    ]);
  });
});
