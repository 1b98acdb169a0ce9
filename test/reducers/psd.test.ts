import { describe, expect, it } from "vitest";
import { isDasError, OUTCOME } from "../../errors/das-error.js";
import { hannWindow, PowerSpectrum } from "../../reducers/psd/power-spectrum.js";
import { psd } from "../../reducers/psd/psd.js";
import { propertyText } from "../../stream/properties.js";
import { decodeStream, filterStream, packet, TEST_CONTEXT } from "../support/run-stream.js";
import { codeOf } from "../support/thrown.js";

const run = (args: string, input: string | Uint8Array, pieceBytes?: number): Uint8Array =>
  filterStream(psd.open(args.split(" ").filter(Boolean), TEST_CONTEXT), input, pieceBytes);
const spectra = (args: string, input: string | Uint8Array) => decodeStream(run(args, input));

/** T of the examples: 2020-03-01 in us2000. */
const T = 636_336_000e6;

function real4(values: readonly number[], x: number, id = "01"): Buffer {
  const out = Buffer.alloc(4 + 8 + 4 * values.length);
  out.write(`:${id}:`, 0, "latin1");
  out.writeDoubleBE(x, 4);
  values.forEach((value, i) => {
    out.writeFloatBE(value, 12 + 4 * i);
  });
  return out;
}

function header(body = ""): string {
  return packet("00", `<stream version="2.2">${body}</stream>\n`);
}

function waveformHeader(items: number, tags: string, extra = "", id = "01"): string {
  return packet(
    id,
    `<packet><x type="sun_real8" units="us2000"/><yscan name="E" type="sun_real4" nitems="${items}" ${tags} zUnits="V m**-1">${extra}</yscan></packet>\n`,
  );
}

function table(items: number, tags: string, packets: readonly (readonly number[])[], extra = ""): Buffer {
  return Buffer.concat([
    Buffer.from(header() + waveformHeader(items, tags, extra)),
    ...packets.map((values, i) => real4(values, T + i * 1e6)),
  ]);
}

/** Samples of the example of reducers 7.4. */
const tone = (n: number): number[] =>
  Array.from({ length: n }, (_, i) => 3 + 2 * Math.cos((2 * Math.PI * 4 * i) / 16));

const MS_TAGS = 'yTagInterval="1" yUnits="ms"';
const EXPECTED_PSD = [
  3.9805e-7, 1.7519e-6, 1.3344e-5, 5.9845e-3, 2.0e-2, 5.9845e-3, 1.3344e-5, 1.7519e-6, 3.9805e-7,
];

/** Equal to the five digits that the example prints. */
function expectPrinted(values: readonly number[] | undefined, expected: readonly number[]): void {
  expect(values).toHaveLength(expected.length);
  values!.forEach((value, i) => {
    expect(Math.abs(value / expected[i]! - 1)).toBeLessThan(5e-5);
  });
}

describe("worked example (reducers 7.4)", () => {
  it("gives the printed spectrum at the middle of three half-overlapping segments", () => {
    const { rows, packets } = spectra("16 2", table(32, MS_TAGS, [tone(32)]));
    expect(rows.map((row) => row.values[0]![0]! - T)).toEqual([8000, 16000, 24000]);
    const plane = packets[0]!.planes[1]!;
    expect(plane).toMatchObject({
      role: "yscan",
      name: "E",
      items: 9,
      units: "V**2 m**-2 Hz**-1",
      yUnits: "Hz",
      yTags: { kind: "interval", interval: 62.5, min: 0 },
    });
    expect(plane.type.name).toBe("sun_real4");
  });

  it("prints its digits from double precision", () => {
    const out = new Float64Array(9);
    expect(new PowerSpectrum(16, false).density(Float64Array.from(tone(32)), 8, 0.001, out)).toBe(true);
    expect([...out].map((v) => v.toExponential(4))).toEqual(EXPECTED_PSD.map((v) => v.toExponential(4)));
    // Check of the section: the sum over the frequencies is the mean square of the tone, 2^2 / 2.
    expect(out.reduce((sum, v) => sum + v, 0) * 62.5).toBeCloseTo(2, 9);
    new PowerSpectrum(16, true).density(Float64Array.from(tone(32)), 8, 0.001, out);
    expect(out[0]!.toExponential(4)).toBe("9.0379e-2");
    expect(out[1]!.toExponential(4)).toBe("5.3329e-2");
  });

  it("keeps the mean with -d, and does not overlap with D = 1", () => {
    const kept = spectra("-d 16 2", table(32, MS_TAGS, [tone(32)])).rows[0]!.values[1]!;
    expect(kept[0]).toBeCloseTo(9.0379e-2, 6);
    expect(kept[1]).toBeCloseTo(5.3329e-2, 6);
    const single = spectra("16 1", table(32, MS_TAGS, [tone(32)])).rows;
    expect(single.map((row) => row.values[0]![0]! - T)).toEqual([8000, 24000]);
    expectPrinted(single[0]!.values[1], EXPECTED_PSD);
  });

  it("takes y samples 0.5 s apart: 0.125 Hz, peak 10 nT^2/Hz, first at 3.75 s", () => {
    const input =
      header() +
      packet(
        "04",
        '<packet><x type="time24" units="UTC"/><y name="B" type="ascii24" units="nT"/></packet>\n',
      ) +
      tone(32)
        .map((v, i) => {
          const clock = `2020-03-01T00:00:${String(Math.floor(i / 2)).padStart(2, "0")}.${i % 2 ? "500" : "000"}`;
          return `:04:${clock} ${v.toExponential(15).padStart(23)}\n`;
        })
        .join("");
    const { rows, packets } = spectra("16 2", input);
    const [x, b] = packets[0]!.planes;
    expect(packets).toHaveLength(1);
    expect(packets[0]!.id).toBe(1);
    expect(x!.type.name).toBe("time24");
    expect(b).toMatchObject({
      role: "yscan",
      name: "B",
      units: "nT**2 Hz**-1",
      yTags: { kind: "interval", interval: 0.125, min: 0 },
    });
    expect(b!.type.name).toBe("ascii24");
    expect(rows.map((row) => (row.values[0]![0]! - T) / 1e6)).toEqual([3.75, 7.75, 11.75]);
    expectPrinted(
      rows[0]!.values[1],
      EXPECTED_PSD.map((v) => v * 500),
    );
    expect(rows[0]!.values[1]![4]).toBeCloseTo(10, 12);
  });

  it("gives the same bytes however the input is cut", () => {
    const input = table(32, MS_TAGS, [tone(32), tone(32).map((v) => v * v)]);
    const whole = run("16 2", input);
    for (const size of [1, 2, 3, 7, 64]) expect(run("16 2", input, size)).toEqual(whole);
  });
});

describe("formula", () => {
  it("has the window sums of the symmetric Hann window", () => {
    // Closed forms: sum w = (n - 1)/2, sum w^2 = 3 (n - 1)/8.
    for (const n of [16, 100, 1584]) {
      const w = hannWindow(n);
      expect(w.reduce((s, v) => s + v, 0)).toBeCloseTo((n - 1) / 2, 9);
      expect(w.reduce((s, v) => s + v * v, 0)).toBeCloseTo((3 * (n - 1)) / 8, 9);
      expect([w[0], w[n - 1]]).toEqual([0, expect.closeTo(0, 15)]);
    }
  });

  it.each([16, 18, 22, 50, 100, 256, 514, 1000, 1584, 2018, 4096])(
    "keeps the power of the windowed samples (Parseval) within 1e-6, N = %i",
    (n) => {
      let state = 7;
      const samples = Float64Array.from({ length: n }, () => {
        state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
        return state / 2147483648 + 2;
      });
      const dt = 0.00125;
      const out = new Float64Array(n / 2 + 1);
      new PowerSpectrum(n, false).density(samples, 0, dt, out);
      const window = Array.from({ length: n }, (_, i) => 0.5 * (1 - Math.cos((2 * Math.PI * i) / (n - 1))));
      const mean = samples.reduce((s, v) => s + v, 0) / n;
      const power = window.reduce((s, w, i) => s + (w * (samples[i]! - mean)) ** 2, 0);
      const windowPower = window.reduce((s, w) => s + w * w, 0);
      const sum = out.reduce((s, v) => s + v, 0) / (n * dt);
      expect(Math.abs(sum / (power / windowPower) - 1)).toBeLessThan(1e-6);
    },
  );
});

describe("tags", () => {
  const list = (tags: readonly number[]): string => `yTags="${tags.join(",")}" yUnits="s"`;
  const even = Array.from({ length: 32 }, (_, i) => i / 1000);

  it("takes an evenly spaced list, which older programs refuse", () => {
    const { rows, packets } = spectra("16 2", table(32, list(even), [tone(32)]));
    expect(rows).toHaveLength(3);
    expect(packets[0]!.planes[1]!.yTags).toMatchObject({ kind: "interval" });
    expect((packets[0]!.planes[1]!.yTags as { interval: number }).interval).toBeCloseTo(62.5, 9);
    expectPrinted(rows[0]!.values[1], EXPECTED_PSD);
  });

  it("forgives two uneven intervals, not three", () => {
    const shifted = (n: number): number[] =>
      even.map((t, i) => t + (i > 0 && i < 31 && i % 2 === 1 && i < 2 * n ? 0.00002 : 0));
    expect(spectra("16 2", table(32, list(shifted(1)), [tone(32)])).rows).toHaveLength(3);
    const three = spectra("16 2", table(32, list(shifted(2)), [tone(32)]));
    expect(three.rows).toHaveLength(0);
    expect(three.comments.map((c) => c.type)).toEqual(["log:warning", "log:warning"]);
    expect(three.comments[0]!.value).toContain("tag intervals differ by 1 % or more");
  });

  it("drops planes that are too short, in no unit of time or descending, or fails with -n", () => {
    for (const tags of ['yTagInterval="1" yUnits="km"', 'yTagInterval="-1" yUnits="ms"']) {
      const { rows, exceptions } = spectra("16 2", table(32, tags, [tone(32)]));
      expect(rows).toHaveLength(0);
      expect(exceptions[0]).toMatchObject({
        type: "ServerError",
        message: expect.stringContaining("too short"),
      });
      expect(() => run("-n 16 2", table(32, tags, [tone(32)]))).toThrow(/is left out/);
    }
    expect(spectra("64 2", table(32, MS_TAGS, [tone(32)])).comments[0]!.value).toContain(
      "it has 32 items, fewer than the 64 of a segment",
    );
    try {
      run("-n 64 2", table(32, MS_TAGS, [tone(32)]));
    } catch (error) {
      expect(isDasError(error, "UNSUITED_STREAM")).toBe(true);
    }
  });

  it("gives planes of different sample periods packets of their own", () => {
    const body =
      '<packet><x type="sun_real8" units="us2000"/><y name="gain" type="ascii9" units="dB"/>' +
      `<yscan name="a" type="sun_real4" nitems="16" ${MS_TAGS} zUnits="V"/>` +
      '<yscan name="b" type="sun_real8" nitems="16" yTagInterval="2" yUnits="ms" zUnits="V"/></packet>\n';
    const data = Buffer.alloc(4 + 8 + 9 + 64 + 128);
    data.write(":07:", 0);
    data.writeDoubleBE(T, 4);
    data.write("    12.5 ", 12);
    tone(16).forEach((v, i) => {
      data.writeFloatBE(v, 21 + 4 * i);
      data.writeDoubleBE(v, 85 + 8 * i);
    });
    const input = Buffer.concat([Buffer.from(header() + packet("07", body)), data]);
    const { packets, rows } = spectra("16 1", input);
    expect(packets.map((p) => [p.id, p.planes.map((plane) => plane.name)])).toEqual([
      [1, ["", "gain", "a"]],
      [2, ["", "gain", "b"]],
    ]);
    expect(rows.map((row) => [row.id, row.values[0]![0]! - T, row.values[1]])).toEqual([
      [1, 8000, [12.5]],
      [2, 16000, [12.5]],
    ]);
    expect(packets[1]!.planes[2]!.type.name).toBe("sun_real8");
    expect(rows[1]!.values[2]![4]).toBeCloseTo(0.04, 12);
  });
});

describe("headers", () => {
  it("sets the properties of reducers 7.3 and drops those of the samples", () => {
    const properties =
      '<properties String:title="Waves" String:yLabel="old" double:zFill="-5" DatumRange:zRange="0 to 1 V" ' +
      'String:renderer="waveform" String:custom="kept" Datum:xTagWidth="1 s"/>';
    const input = Buffer.concat([
      Buffer.from(
        header(properties) +
          waveformHeader(
            16,
            MS_TAGS,
            '<properties zLabel="E (V/m)" double:zValidMin="0" String:antenna="Ey"/>',
            "09",
          ),
      ),
      real4(tone(16), T, "09"),
    ]);
    const { stream, packets } = spectra("16 4", input);
    const text = (name: string) => {
      const found = stream!.properties.find((property) => property.name === name);
      return found === undefined ? undefined : `${found.type}:${found.value}`;
    };
    expect(text("title")).toBe("String:Waves!c%{DFT_length} point DFT, %{xDftOverlapInfo}");
    expect(text("renderer")).toBe("String:spectrum");
    expect(text("yScaleType")).toBe("String:linear");
    expect(text("zScaleType")).toBe("String:log");
    expect(text("DFT_length")).toBe("int:16");
    expect(text("DFT_slide_denominator")).toBe("int:4");
    expect(text("DFT_window")).toBe("String:hann");
    expect(text("xDftOverlapInfo")).toBe("String:3/4 Overlap");
    expect(text("sourceId")).toBe("String:das2_psd");
    expect(text("custom")).toBe("String:kept");
    expect(text("xTagWidth")).toBe("Datum:1 s");
    for (const gone of ["yLabel", "zFill", "zRange"]) expect(text(gone)).toBeUndefined();
    expect(packets[0]!.planes[1]!.properties).toEqual([
      { name: "antenna", type: "String", value: "Ey" },
      { name: "yLabel", type: "String", value: "Frequency (Hz)" },
      { name: "zLabel", type: "String", value: "Spectral Density (V!a2!n m!a-2!n Hz!a-1!n)" },
      { name: "operation", type: "String", value: "DFT" },
      { name: "zFill", type: "double", value: "-1e31" },
    ]);
  });

  it("says No Overlap for D = 1 and takes a cadence", () => {
    const transform = psd.open(["-c", "2.0 s", "16", "1"], TEST_CONTEXT);
    const { stream } = decodeStream(filterStream(transform, table(16, MS_TAGS, [tone(16)])));
    expect(propertyText(stream!.properties, "xDftOverlapInfo")).toBe("No Overlap");
    expect(propertyText(stream!.properties, "title")).toBe("!c%{DFT_length} point DFT, %{xDftOverlapInfo}");
    expect(stream!.properties).toContainEqual({ name: "xTagWidth", type: "Datum", value: "2.0 s" });
  });

  it("shifts and trims the frequencies, minimum included, maximum not", () => {
    const trim =
      '<properties Datum:DFT_freqTagMin="1 kHz" Datum:DFT_freqTrimMin="1125 Hz" Datum:DFT_freqTrimMax="1.375 kHz"/>';
    const { packets, rows } = spectra("16 2", table(32, MS_TAGS, [tone(32)], trim));
    // 1000 + 62.5 k: kept are k = 2 (1125) to 5 (1312.5)
    expect(packets[0]!.planes[1]).toMatchObject({ items: 4, yTags: { interval: 62.5, min: 1125 } });
    expectPrinted(rows[0]!.values[1], EXPECTED_PSD.slice(2, 6));
    expect(packets[0]!.planes[1]!.properties.map((p) => p.name)).not.toContain("DFT_freqTagMin");
    const bad = '<properties Datum:DFT_freqTagMin="1 km"/>';
    expect(() => run("16 2", table(32, MS_TAGS, [tone(32)], bad))).toThrow(/DFT_freqTagMin is "1 km"/);
  });

  it("drops a plane whose frequencies are all trimmed away", () => {
    const { rows, comments } = spectra(
      "16 2",
      table(32, MS_TAGS, [tone(32)], '<properties Datum:DFT_freqTrimMin="1 kHz"/>'),
    );
    expect(rows).toHaveLength(0);
    expect(comments[0]!.value).toContain("the trim of its frequencies leaves none");
  });

  it("keeps text planes text, wide enough for the values and the fill", () => {
    const text =
      header() +
      packet(
        "01",
        '<packet><x type="ascii9" units="s"/><yscan name="E" type="ascii9" nitems="16" yTagInterval="1" yUnits="ms" zUnits="V"/></packet>\n',
      ) +
      `:01: 1.0e+00 ${tone(16)
        .map((v) => `${v.toFixed(4).padStart(8)} `)
        .join("")}`.replace(/ $/, "\n");
    const out = Buffer.from(run("16 1", text)).toString("latin1");
    const line = out.slice(out.indexOf(":01:"));
    expect(line).toMatch(/^:01: 1\.008000000e\+00( {1,2}\d\.\d{6}e[+-]\d\d){9}\n$/);
  });
});

describe("samples that are left out", () => {
  it("skips the segments of a table that hold fill, by the fill of the input plane", () => {
    const values = tone(64);
    values[20] = -99;
    const input = table(64, MS_TAGS, [values], '<properties double:zFill="-99"/>');
    // Segments begin at 0, 8, 16, 24, 32, 40, 48; those at 8 and 16 hold sample 20.
    const { rows } = spectra("16 2", input);
    expect(rows.map((row) => row.values[0]![0]! - T)).toEqual([0, 24, 32, 40, 48].map((i) => (i + 8) * 1000));
    values[20] = Number.NaN;
    expect(spectra("16 2", table(64, MS_TAGS, [values])).rows).toHaveLength(5);
  });

  it("skips spectra of nothing but zeros", () => {
    const flat = Array.from({ length: 16 }, () => 0.1);
    const { rows } = spectra("16 1", table(32, MS_TAGS, [[...flat, ...tone(16)]]));
    expect(rows.map((row) => row.values[0]![0]! - T)).toEqual([24000]);
  });

  it("writes fill for the plane without a spectrum beside one that has it", () => {
    const body =
      '<packet><x type="sun_real8" units="us2000"/>' +
      ["a", "b"]
        .map((n) => `<yscan name="${n}" type="sun_real4" nitems="16" ${MS_TAGS} zUnits="V"/>`)
        .join("") +
      "</packet>\n";
    const first = tone(16);
    const input = Buffer.concat([
      Buffer.from(header() + packet("01", body)),
      real4([...first, ...first.map((v, i) => (i === 3 ? -1e31 : v))], T),
    ]);
    const { rows } = spectra("16 1", input);
    expect(rows[0]!.values[1]![4]).toBeCloseTo(0.02, 9);
    expect(rows[0]!.values[2]).toEqual(Array.from({ length: 9 }, () => Math.fround(-1e31)));
  });

  const samples = (xs: readonly number[], values: readonly number[]): Buffer =>
    Buffer.concat([
      Buffer.from(
        header() +
          packet(
            "03",
            '<packet><x type="sun_real8" units="t2000"/><y name="B" type="sun_real4" units="nT"/></packet>\n',
          ),
      ),
      ...xs.map((x, i) => real4([values[i]!], x, "03")),
    ]);
  const seconds = (n: number, from = 0, step = 0.5): number[] =>
    Array.from({ length: n }, (_, i) => from + i * step);

  it("begins anew after fill and after a gap in x", () => {
    const values = tone(40);
    values[10] = -1e31;
    expect(spectra("16 1", samples(seconds(40), values)).rows.map((row) => row.values[0]![0]!)).toEqual([
      (11 + 7.5) * 0.5,
    ]);
    const gap = [...seconds(10), ...seconds(30, 100)];
    expect(spectra("16 1", samples(gap, tone(40))).rows.map((row) => row.values[0]![0]!)).toEqual([
      100 + 7.5 * 0.5,
    ]);
  });

  it("allows jitter up to the limit", () => {
    const jittery = seconds(16).map((x, i) => x + (i % 2) * 0.002);
    // Intervals of 0.502 and 0.498 s: |difference| / mean = 0.008; with 0.004 s of shift it is 0.016.
    expect(spectra("16 1", samples(jittery, tone(16))).rows).toHaveLength(1);
    const worse = seconds(16).map((x, i) => x + (i % 2) * 0.004);
    expect(spectra("16 1", samples(worse, tone(16))).rows).toHaveLength(0);
    expect(spectra("-j 0.02 16 1", samples(worse, tone(16))).rows).toHaveLength(1);
  });

  it("skips samples and tables without position, with one warning", () => {
    const xs = seconds(16);
    const input = samples([xs[0]!, Number.NaN, -1e31, ...xs.slice(1)], [3, 9, 9, ...tone(16).slice(1)]);
    const { rows, comments } = spectra("16 1", input);
    expect(rows).toHaveLength(1);
    expect(comments).toEqual([
      {
        type: "log:warning",
        source: "das2_psd",
        value: "packets whose x is not a number are left out (packet 3)",
      },
    ]);
    const tables = Buffer.concat([
      table(16, MS_TAGS, [tone(16)]),
      real4(tone(16), Number.NaN),
      real4(tone(16), -1e31),
      real4(tone(16), Number.NaN),
    ]);
    expect(spectra("16 1", tables).rows).toHaveLength(1);
    expect(spectra("16 1", tables).comments).toHaveLength(1);
  });

  it("gives each sample period an id, the same when it comes back, and those of -m", () => {
    const xs = [...seconds(16), ...seconds(17, 8, 0.25), ...seconds(16, 100)];
    const input = samples(xs, tone(xs.length));
    const summary = (args: readonly string[]) => {
      const { rows, packets } = decodeStream(filterStream(psd.open(args, TEST_CONTEXT), input));
      return [
        packets.map((p) => [p.id, (p.planes[1]!.yTags as { interval: number }).interval]),
        rows.map((row) => row.id),
      ];
    };
    expect(summary(["16", "1"])).toEqual([
      [
        [1, 0.125],
        [2, 0.25],
      ],
      [1, 2, 1],
    ]);
    expect(summary(["-m", "1,250 ms", "--map=33,0.5 s", "16", "1"])).toEqual([
      [
        [33, 0.125],
        [1, 0.25],
      ],
      [33, 1, 33],
    ]);
  });

  it("refuses to keep more samples than there is room for", () => {
    const planes = Array.from({ length: 17 }, (_, i) => `<y name="p${i}" type="sun_real4" units=""/>`).join(
      "",
    );
    const body = `<packet><x type="sun_real8" units="us2000"/>${planes}</packet>\n`;
    expect(() => run("1000000 1", header() + packet("01", body))).toThrow(
      "segments of 1000000 samples of 17 planes are more than can be kept",
    );
    // A definition that replaces another takes its room.
    const nine = body.replace(/<y name="p9".*(?=<\/packet>)/s, "");
    expect(decodeStream(run("1000000 1", header() + packet("01", nine) + packet("01", nine))).rows).toEqual(
      [],
    );
    expect(() => run("1000000 1", header() + packet("01", nine) + packet("02", nine))).toThrow(
      /more than can be kept/,
    );
  });

  it("keeps the fill of y planes that are copied", () => {
    const body =
      '<packet><x type="sun_real8" units="us2000"/><y name="g" type="ascii9" units="dB"/>' +
      `<yscan name="a" type="sun_real4" nitems="16" ${MS_TAGS} zUnits="V"/></packet>\n`;
    const { packets } = spectra("16 1", header('<properties double:fill="-7.5"/>') + packet("01", body));
    expect(packets[0]!.planes[1]!.properties).toEqual([{ name: "yFill", type: "double", value: "-7.5" }]);
    expect(packets[0]!.planes[2]!.properties).toContainEqual({
      name: "zFill",
      type: "double",
      value: "-1e31",
    });
  });

  it("tells sample periods of tables apart that differ by less than a percent", () => {
    const body = `<packet><x type="sun_real8" units="us2000"/>${["1", "1.005"]
      .map(
        (dt) =>
          `<yscan name="p${dt.length}" type="sun_real4" nitems="16" yTagInterval="${dt}" yUnits="ms" zUnits="V"/>`,
      )
      .join("")}</packet>\n`;
    expect(spectra("16 1", header() + packet("01", body)).packets.map((p) => p.id)).toEqual([1, 2]);
  });

  it("refuses scattered z planes and an x that is no time", () => {
    const scatter =
      header() +
      packet(
        "01",
        '<packet><x type="ascii9" units="s"/><y name="y" type="ascii9" units=""/><z name="z" type="ascii9" units=""/></packet>\n',
      );
    expect(decodeStream(run("16 1", scatter)).comments[0]!.value).toContain("scattered z values");
    const length =
      header() + packet("01", '<packet><x type="ascii9" units="km"/><y type="ascii9" units=""/></packet>\n');
    expect(decodeStream(run("16 1", length)).comments[0]!.value).toContain('x has the units "km"');
    expect(() => run("-n 16 1", length)).toThrow(/expected a time or a duration/);
  });
});

describe("positions", () => {
  /** One packet of 16 samples at 2000-01-01T00:16:40 (1000 s) in text or bytes of `x`. */
  const at1000 = (type: string, units: string, x: Buffer | string) => {
    const body = `<packet><x type="${type}" units="${units}"/><yscan name="E" type="sun_real4" nitems="16" yTagInterval="1" yUnits="s" zUnits="V"/></packet>\n`;
    const values = Buffer.alloc(64);
    tone(16).forEach((v, i) => {
      values.writeFloatBE(v, 4 * i);
    });
    return Buffer.concat([
      Buffer.from(header() + packet("01", body)),
      Buffer.from(":01:"),
      Buffer.from(x),
      values,
    ]);
  };
  const double = (v: number): Buffer => {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleBE(v);
    return bytes;
  };
  const single = (v: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeFloatLE(v);
    return bytes;
  };

  // The middle of the segment lies 8 s later, at 1008 s; types are those of reducers 1.2.
  it.each([
    ["sun_real8", "us2000", double(1e9), "sun_real8", 1008e6],
    ["little_endian_real4", "t2000", single(1000), "little_endian_real8", 1008],
    ["little_endian_real4", "s", single(1000), "little_endian_real8", 1008],
    ["sun_real8", "ms", double(1e6), "sun_real8", 1008e3],
    ["ascii17", "t2000", "           1000.0 ".slice(-17), "ascii17", 1008],
    ["ascii9", "t2000", "  1000.0 ", "ascii17", 1008],
    ["time22", "UTC", "2000-001T00:16:40.000 ", "time24", 1008e6],
    ["time30", "us2000", "2000-01-01T00:16:40.000000000 ", "time30", 1008e6],
    ["time24", "TT2000", "2000-01-01T00:16:40.000 ", "time24", -43_135_816e6 + 1008e9],
    ["sun_real8", "mj1958", double(15_340 + 1000 / 86_400), "sun_real8", 15_340 + 1008 / 86_400],
  ] as const)("of x in %s, %s", (type, units, x, outType, position) => {
    const { rows, packets } = spectra("16 1", at1000(type, units, x));
    expect(packets[0]!.planes[0]!).toMatchObject({ units, type: { name: outType } });
    expect(Math.abs(rows[0]!.values[0]![0]! / position - 1)).toBeLessThan(1e-14);
  });

  it("does not lose seconds of a binary32 x (reducers 1.2)", () => {
    const { rows } = spectra("16 1", at1000("sun_real4", "t2000", Buffer.from("4cbebc20", "hex"))); // 1e8
    expect(rows[0]!.values[0]).toEqual([1e8 + 8]);
  });
});

describe("stream", () => {
  it("redefines the output id when the input id is redefined with the same period", () => {
    const again = waveformHeader(16, MS_TAGS).replace('name="E"', 'name="F"');
    const input = Buffer.concat([
      table(16, MS_TAGS, [tone(16)]),
      Buffer.from(again),
      real4(tone(16), T + 1e6),
    ]);
    const { packets, rows } = spectra("16 1", input);
    expect(packets.map((p) => [p.id, p.planes[1]!.name])).toEqual([
      [1, "E"],
      [1, "F"],
    ]);
    expect(rows.map((row) => row.header.planes[1]!.name)).toEqual(["E", "F"]);
    // The same definition again says nothing new.
    const same = Buffer.concat([
      table(16, MS_TAGS, [tone(16)]),
      Buffer.from(waveformHeader(16, MS_TAGS)),
      real4(tone(16), T + 1e6),
    ]);
    expect(spectra("16 1", same).packets).toHaveLength(1);
  });

  it("forwards comments in place and an exception as the last", () => {
    const input = Buffer.concat([
      table(16, MS_TAGS, [tone(16)]),
      Buffer.from(packet("xx", '<comment type="taskProgress" value="1" source="t"/>\n')),
      Buffer.from(packet("xx", '<exception type="ServerError" message="stop"/>\n')),
    ]);
    const output = run("16 1", input);
    const text = Buffer.from(output).toString("latin1");
    expect(text.indexOf(":01:")).toBeLessThan(text.indexOf("taskProgress"));
    expect(text.indexOf("taskProgress")).toBeLessThan(text.indexOf('message="stop"'));
    expect(decodeStream(output).exceptions).toEqual([{ type: "ServerError", message: "stop" }]);
  });

  it("passes empty streams and says when nothing could be transformed", () => {
    expect(decodeStream(run("16 1", header()))).toMatchObject({ packets: [], rows: [], exceptions: [] });
    expect(decodeStream(run("16 1", table(16, MS_TAGS, [])))).toMatchObject({ rows: [], exceptions: [] });
    const fill = Array.from({ length: 16 }, () => -1e31);
    expect(decodeStream(run("16 1", table(16, MS_TAGS, [fill]))).exceptions).toEqual([
      { type: "ServerError", message: expect.stringContaining("too short") },
    ]);
  });
});

describe("arguments", () => {
  it.each([
    [[]],
    [["16"]],
    [["17", "1"]],
    [["14", "1"]],
    [["16", "0"]],
    [["16", "16"]],
    [["16.5", "1"]],
    [["2000000", "1"]],
    [["-q", "16", "1"]],
    [["-j", "x", "16", "1"]],
    [["-c", "soon", "16", "1"]],
    [["-m", "100,1 s", "16", "1"]],
    [["-m", "3", "16", "1"]],
    [["16", "1", "extra"]],
  ])("refuses %j", (args) => {
    expect(codeOf(() => psd.open(args, TEST_CONTEXT))).toBe("USAGE");
  });

  it("tells of them in the stream, -x as a ServerError, all with exit 13", () => {
    expect(psd.usageInStream).toBe(true);
    expect(OUTCOME.USAGE).toMatchObject({ exception: "IllegalArgument", exit: 13 });
    expect(codeOf(() => psd.open(["-x", "16", "1"], TEST_CONTEXT))).toBe("UNSUPPORTED_OPTION");
    expect(OUTCOME.UNSUPPORTED_OPTION).toMatchObject({ exception: "ServerError", exit: 13 });
  });

  it("accepts D up to N - 1", () => {
    expect(codeOf(() => psd.open(["16", "15"], TEST_CONTEXT))).toBe("accepted");
  });
});
