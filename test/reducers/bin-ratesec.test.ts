import { describe, expect, test } from "vitest";
import { binRatesec } from "../../reducers/bin-ratesec.js";
import { BinCounts } from "../../reducers/binning/bin-counts.js";
import { BinMarks } from "../../reducers/binning/bin-marks.js";
import { packet, TEST_CONTEXT } from "../support/run-stream.js";
import { codeOf } from "../support/thrown.js";
import {
  BEGIN,
  decoded,
  filtered,
  line,
  packetOf,
  streamHeader,
  table,
  textPlane,
  textsOf,
} from "./bin-streams.js";

const HEAD = streamHeader() + packetOf(textPlane("v"));
const GAP = HEAD + line(0, [1]) + line(45, [2]);

describe("marks of bins", () => {
  test("are those that were made, in order, whatever their order and place", () => {
    const made = [0, 7, 8, 255, 256, -1, -256, -257, 1e9, 1e9 + 1, -1e9, 7];
    const marks = new BinMarks();
    for (const index of made) marks.add(index);
    expect([...marks.used()]).toEqual([...new Set(made)].sort((a, b) => a - b));
  });

  test("are refused beyond what is kept", () => {
    const marks = new BinMarks(512);
    marks.add(0);
    marks.add(300);
    marks.add(511);
    expect(codeOf(() => marks.add(512))).toBe("UNSUITED_STREAM");
    expect([...marks.used()]).toEqual([0, 300, 511]);
  });
});

describe("counts (reducers 6)", () => {
  test("worked example: packets at 0 s and 45 s in bins of 10 s", () => {
    expect(table(decoded(binRatesec, ["-e", ...BEGIN, "10"], GAP))).toEqual([
      [1, 5, 1],
      [1, 45, 1],
    ]);
    const all = [1, 0, 0, 0, 1].map((count, i) => [1, 5 + 10 * i, count]);
    expect(table(decoded(binRatesec, [...BEGIN, "10"], GAP))).toEqual(all);
    expect(table(decoded(binRatesec, ["-m", ...BEGIN, "10"], GAP))).toEqual(all);
    expect(table(decoded(binRatesec, ["-m", "-e", ...BEGIN, "10"], GAP))).toEqual([
      [1, 5, 1],
      [1, 45, 1],
    ]);
  });

  test("packets of all ids count together, in any order, before the origin too", () => {
    const input =
      HEAD +
      packetOf(textPlane("a") + textPlane("b"), "02") +
      line(12, [1]) +
      line(-3, [1, 2], "02") +
      line(15, [1, 2], "02") +
      line(1, [3]) +
      line(2, [3]);
    expect(table(decoded(binRatesec, [...BEGIN, "10"], input))).toEqual([
      [1, -5, 1],
      [1, 5, 2],
      [1, 15, 2],
    ]);
    // 24 + 9 and 24 + 9 + 9 bytes, prefixes left out
    expect(table(decoded(binRatesec, ["-v", "BYTES", ...BEGIN, "10"], input)).map(([, , v]) => v)).toEqual([
      42, 66, 75,
    ]);
    expect(table(decoded(binRatesec, ["-v", "kb", ...BEGIN, "10"], input)).map(([, , v]) => v)).toEqual(
      [42, 66, 75].map((bytes) => Math.fround(bytes / 1024)),
    );
  });

  test("any cut of the input gives the same", () => {
    for (const args of [["10"], ["-e", "10"], ["-m", "10"]]) {
      const whole = filtered(binRatesec, args, GAP);
      for (const size of [1, 2, 3, 40]) expect(filtered(binRatesec, args, GAP, size)).toEqual(whole);
    }
  });

  test("nothing but headers for a stream without data", () => {
    const out = decoded(binRatesec, ["10"], HEAD);
    expect([out.packets.length, out.rows.length]).toEqual([1, 0]);
    expect(decoded(binRatesec, ["10"], streamHeader()).packets).toEqual([]);
  });

  test("an exception is passed on after the counts", () => {
    const out = decoded(
      binRatesec,
      ["10"],
      GAP + packet("xx", '<exception type="ServerError" message="gone"/>\n'),
    );
    expect([out.rows.length, out.exceptions[0]?.message]).toEqual([5, "gone"]);
  });
});

describe("headers (reducers 6)", () => {
  const given =
    'title="Pump" yLabel="V" double:zFill="0" DatumRange:yRange="0 to 1 V" zValidMax="3" renderer="spectrogram" my="own"';
  const stream = (args: readonly string[], properties = given) =>
    textsOf(
      decoded(binRatesec, args, streamHeader(properties) + packetOf(textPlane("v"))).stream!.properties,
    );

  test("title, label, resolution and renderer; nothing of how the input is shown", () => {
    expect(stream(["-e", "60"])).toEqual({
      title: "Pump (coverage)",
      renderer: "stairSteps",
      my: "own",
      yLabel: "Coverage",
      "Datum:xTagWidth": "60 s",
      "Datum:xCacheResolution": "60 s",
      sourceId: "das2_bin_ratesec",
    });
    expect(stream(["60"], "").title).toBe("Data Coverage");
    expect(stream(["-t", "Mine", "-y", "Label", "60"])).toMatchObject({ title: "Mine", yLabel: "Label" });
  });

  test.each([
    ["1", "packets/s"],
    ["1.0005", "packets/s"],
    ["10", "packets/10 s"],
    ["0.25", "packets/0.25 s"],
    ["1e-4", "packets/0.0001 s"],
    ["59.99", "packets/minute"],
    ["60", "packets/minute"],
    ["90", "packets/1.5 minutes"],
    ["300", "packets/5 minutes"],
    ["3600", "packets/hour"],
    ["86400", "packets/day"],
    ["172800", "packets/2 days"],
  ])("label of bins of %s s", (width, text) =>
    expect(stream([width]).yLabel).toBe(`Stream Volume (${text})`),
  );

  test("label of volumes", () => {
    for (const unit of ["bytes", "kB", "MB", "GB"])
      expect(stream(["-v", unit.toUpperCase(), "10"]).yLabel).toBe(`Stream Volume (${unit}/10 s)`);
  });

  test("one packet type", () => {
    for (const [args, name] of [
      [["-e", "10"], "coverage"],
      [["10"], "rate"],
    ] as const) {
      const [header, ...others] = decoded(binRatesec, args, GAP).packets;
      expect(others).toEqual([]);
      expect(header).toMatchObject({ id: 1, planes: [{ units: "us2000" }, { name, units: "" }] });
      expect(header!.planes.map(({ type }) => type.name)).toEqual(["sun_real8", "sun_real4"]);
    }
  });
});

describe("what is refused", () => {
  test("a step back where order was promised, after what was complete", () => {
    const input = HEAD + line(0, [1]) + line(11, [1]) + line(9, [1]);
    expect(codeOf(() => filtered(binRatesec, ["-m", ...BEGIN, "10"], input))).toBe("UNSUITED_STREAM");
    // Within one bin order does not matter.
    expect(table(decoded(binRatesec, ["-m", ...BEGIN, "10"], HEAD + line(5, [1]) + line(3, [1])))).toEqual([
      [1, 5, 2],
    ]);
  });

  test("more bins than can be kept or written", () => {
    const far = HEAD + line(0, [1]) + line(20_000_000, [1]);
    expect(codeOf(() => filtered(binRatesec, ["1"], far))).toBe("UNSUITED_STREAM");
    expect(codeOf(() => filtered(binRatesec, ["-m", "1"], far))).toBe("UNSUITED_STREAM");
    expect(table(decoded(binRatesec, ["-e", ...BEGIN, "1"], far)).length).toBe(2);
    const few = new BinCounts(1000);
    for (let i = 0; i < 1000; i++) few.add(i, 1);
    expect([...few.all()].length).toBe(1000);
    const scattered = new BinCounts(1000);
    expect(
      codeOf(() => {
        for (let i = 0; i < 10; i++) scattered.add(i * 1e6, 1);
      }),
    ).toBe("UNSUITED_STREAM");
  });

  test("x that is no time, and ids on different axes", () => {
    const volts = packetOf(textPlane("v"), "02", '<x type="ascii9" units="V"/>');
    const duration = packetOf(textPlane("v"), "02", '<x type="ascii9" units="s"/>');
    for (const other of [volts, duration])
      expect(codeOf(() => filtered(binRatesec, ["10"], HEAD + other))).toBe("UNSUITED_STREAM");
    expect(codeOf(() => filtered(binRatesec, ["10"], streamHeader() + duration))).toBe("accepted");
  });

  test.each([[["-v", "bits", "10"]], [["-v", "10"]], [["0"]], [[]], [["-x", "10"]]])("arguments %j", (args) =>
    expect(codeOf(() => binRatesec.open(args, TEST_CONTEXT))).toBe("USAGE"),
  );
});
