import { describe, expect, test } from "vitest";
import { isDasError } from "../../errors/das-error.js";
import { binAvg } from "../../reducers/bin-avg.js";
import { binPeakavgsec } from "../../reducers/bin-peakavgsec.js";
import { PROGRAM_LOADERS } from "../../reducers/index.js";
import { decodeStream, packet, TEST_CONTEXT } from "../support/run-stream.js";
import {
  binary,
  decoded,
  filtered,
  line,
  packetOf,
  streamHeader,
  table,
  textPlane,
  textsOf,
} from "./bin-streams.js";

describe("peakavgsec (reducers 5)", () => {
  const input =
    streamHeader() +
    packetOf(textPlane("v")) +
    (
      [
        [0, -4],
        [2, -2],
        [4, "-1e31"],
        [11, 3],
        [12, 9],
      ] as const
    )
      .map(([second, v]) => line(second, [v]))
      .join("");

  test("worked example: the peak of negative values is negative", () => {
    expect(table(decoded(binPeakavgsec, ["-b", "2020-03-01", "10"], input))).toEqual([
      [1, 5, -3, -2],
      [1, 15, 6, 9],
    ]);
  });

  test("any cut gives the same; fill in, fill out; stream properties as avgsec", () => {
    const whole = filtered(binPeakavgsec, ["10"], input);
    for (const size of [1, 2, 3, 41]) expect(filtered(binPeakavgsec, ["10"], input, size)).toEqual(whole);
    const fill = streamHeader() + packetOf(textPlane("v")) + line(0, ["-1e31"]);
    expect(table(decoded(binPeakavgsec, ["10"], fill))).toEqual([[1, 5, -1e31, -1e31]]);
    expect(textsOf(decodeStream(whole).stream!.properties)).toEqual({
      "Datum:xTagWidth": "10 s",
      "Datum:xCacheResolution": "10 s",
      xCacheResInfo: "(10.0 s Averages)",
      sourceId: "das2_bin_peakavgsec",
    });
  });

  test.each([["-r", "10"], ["0"], ["-1"], []])("arguments %j %j are refused", (...args) => {
    expect(() => binPeakavgsec.open(args, TEST_CONTEXT)).toThrow();
  });
});

describe("avg (reducers 4)", () => {
  const X = '<x type="sun_real8" units="t1970"/>';
  const Y = '<y name="v" type="sun_real4" units="nT"/>';
  const rows = [1, 2, 3.5, 11.5, 13].map((x, i) => [x, i + 1]);
  const pairs = (bytes: Uint8Array) => decodeStream(bytes).rows.map(({ values }) => values.flat());
  const input = Buffer.concat([
    Buffer.from(streamHeader('title="T"') + packetOf(Y, "01", X)),
    binary("01", [8, 4], rows),
  ]);

  test("worked example: 13 belongs to the bin from 13 to 17", () => {
    const out = filtered(binAvg, ["4"], input);
    expect(pairs(out)).toEqual([
      [3, 2],
      [11, 4],
      [15, 5],
    ]);
    const { stream, packets } = decodeStream(out);
    expect(textsOf(stream!.properties)).toEqual({ title: "T", sourceId: "das2_bin_avg" });
    expect(packets[0]!.planes[0]).toMatchObject({ units: "t1970", type: { name: "sun_real8" } });
    for (const size of [1, 3, 16]) expect(filtered(binAvg, ["4"], input, size)).toEqual(out);
  });

  test("nothing of an old definition is left after a new one", () => {
    const again = Buffer.concat([input, Buffer.from(packetOf(Y, "01", X)), binary("01", [8, 4], [[30, 8]])]);
    expect(pairs(filtered(binAvg, ["4"], again))).toEqual([
      [3, 2],
      [11, 4],
      [15, 5],
      [31, 8],
    ]);
  });

  test("x may be anything that is a number; text times are in microseconds", () => {
    const volts = Buffer.concat([
      Buffer.from(streamHeader() + packetOf(Y, "01", '<x type="sun_real8" units="V"/>')),
      binary("01", [8, 4], rows),
    ]);
    expect(pairs(filtered(binAvg, ["4"], volts))).toEqual(pairs(filtered(binAvg, ["4"], input)));
    const times = streamHeader() + packetOf(textPlane("v")) + line(0, [1]) + line(9, [2]) + line(10, [6]);
    expect(table(decoded(binAvg, ["10000000"], times))).toEqual([
      [1, 5, 1.5],
      [1, 15, 6],
    ]);
  });

  test("comments and exceptions are passed on", () => {
    const comment = packet("xx", '<comment type="taskProgress" source="r" value="1"/>\n');
    const exception = packet("xx", '<exception type="ServerError" message="gone"/>\n');
    const out = decodeStream(
      filtered(binAvg, ["4"], Buffer.concat([input, Buffer.from(comment + exception)])),
    );
    expect([out.comments.length, out.exceptions.length, out.rows.length]).toEqual([1, 1, 3]);
  });

  test("a width of 0 is refused", () => {
    for (const args of [["0"], [], ["1", "2"], ["-b", "2020-01-01", "1"]]) {
      let code: string | undefined;
      try {
        binAvg.open(args, TEST_CONTEXT);
      } catch (error) {
        code = isDasError(error) ? error.code : undefined;
      }
      expect(code).toBe("USAGE");
    }
  });
});

test("every reducer is found by its name and says how it is called", async () => {
  for (const [name, load] of Object.entries(PROGRAM_LOADERS)) {
    const program = await load();
    expect(program.name).toBe(name);
    expect(program.kind).toBe("filter");
    expect(program.help).toMatch(new RegExp(`^Usage: ${name} `));
  }
});
