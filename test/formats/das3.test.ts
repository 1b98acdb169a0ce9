import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csv } from "../../formats/csv/csv.js";
import { das3FromDas2 } from "../../formats/das3/from-das2.js";
import { das3Comment, das3Exception } from "../../stream/das3-packets.js";
import { PUMP3, packet3, text, toDas2 } from "../support/das3-streams.js";
import { referenceData } from "../support/reference-data.js";
import { decodeStream, encodeStream, packet, TEST_CONTEXT } from "../support/run-stream.js";
import { codeOf } from "../support/thrown.js";
import { PUMP_STREAM } from "../support/worked-streams.js";

const toDas3 = (input: string | Uint8Array, args: readonly string[] = [], pieceBytes?: number): Uint8Array =>
  encodeStream(das3FromDas2.open(args, TEST_CONTEXT), input, pieceBytes);

const table = (input: string | Uint8Array): string =>
  text(encodeStream(csv.open(["-r", "17", "-s", "9"], TEST_CONTEXT), input));

describe("the worked example of das3 (das2-stream C4.4)", () => {
  it("is read, its lengths as they are printed, its narrow numbers in the least width of das2", () => {
    const { stream, packets, rows } = decodeStream(toDas2(PUMP3));
    expect(stream?.properties).toEqual([{ name: "title", type: "String", value: "Pump 4" }]);
    const [x, volts] = packets[0]!.planes;
    expect([x!.type.name, x!.units, x!.name]).toEqual(["time20", "UTC", "time"]);
    expect([volts!.type.name, volts!.units, volts!.name]).toEqual(["ascii9", "V", "volts"]);
    expect(volts!.properties).toEqual([{ name: "yLabel", type: "String", value: "Supply (V)" }]);
    // 2021-06-30T12:00 is day 7851 and a half of 2000.
    expect(rows.map(({ values }) => values)).toEqual([
      [[7851.5 * 86_400e6], [12.25]],
      [[7851.5 * 86_400e6 + 60e6], [13.5]],
    ]);
  });

  it("gives the same however it is cut", () => {
    const whole = text(toDas2(PUMP3));
    for (const size of [1, 2, 7, 100]) expect(text(toDas2(PUMP3, size))).toBe(whole);
  });

  it("has comments and exceptions of the lengths of C5", () => {
    expect(text(das3Comment({ type: "taskSize", source: "demo", value: "2" }))).toBe(
      '|Cx||51|<comment type="taskSize" source="demo">2</comment>\n',
    );
    const message = "Nothing between 2021-06-30 and 2021-07-01";
    expect(text(das3Exception({ type: "NoDataInInterval", message }))).toBe(
      `|Ex||92|\n<exception type="NoMatchingData">\n  ${message}\n</exception>\n`,
    );
  });

  it("reads them back in the terms of das2", () => {
    const { comments, exceptions } = decodeStream(
      toDas2(
        `${packet3("Sx", "", '<stream type="das-basic-stream" version="3.0" />')}|Cx||51|<comment type="taskSize" source="demo">2</comment>\n` +
          packet3("Ex", "", '<exception type="QueryError">no &lt;such&gt; bin</exception>'),
      ),
    );
    expect(comments).toEqual([{ type: "taskSize", source: "demo", value: "2" }]);
    expect(exceptions).toEqual([{ type: "IllegalArgument", message: "no <such> bin" }]);
  });
});

describe("das2 as das3 (das2-stream C6)", () => {
  it("makes coordinates and data of planes, the letters of axes taken off", () => {
    expect(text(toDas3(PUMP_STREAM))).toBe(
      packet3(
        "Sx",
        "",
        '\n<stream type="das-basic-stream" version="3.0">\n  <properties>\n    <p name="title">Pump 4</p>\n  </properties>\n</stream>\n',
      ) +
        '|Cx||51|<comment type="taskSize" source="demo">2</comment>\n' +
        packet3(
          "Hx",
          "1",
          `
<dataset name="ds_01" rank="1" index="*">
  <coord physDim="time" name="time" axis="x">
    <properties>
      <p name="tagWidth" type="real" units="s">90</p>
    </properties>
    <scalar use="center" units="UTC" semantic="datetime" storage="struct" index="*">
      <packet numItems="1" itemBytes="20" encoding="utf8" fill="0001-01-01"/>
    </scalar>
  </coord>
  <data physDim="voltage" name="volts">
    <properties>
      <p name="range" type="realRange" units="V">0 to 40</p>
    </properties>
    <scalar use="center" units="V" semantic="real" storage="double" index="*">
      <packet numItems="1" itemBytes="9" encoding="utf8" fill="-1e31"/>
    </scalar>
  </data>
  <data physDim="Y" name="amps">
    <properties>
      <p name="range" type="realRange" units="V">0 to 40</p>
      <p name="fill" type="real">-99</p>
    </properties>
    <scalar use="center" units="A" semantic="real" storage="double" index="*">
      <packet numItems="1" itemBytes="9" encoding="utf8" fill="-99"/>
    </scalar>
  </data>
</dataset>
`,
        ) +
        "|Pd|1|38|2021-06-30T12:00:00    12.25     0.75\n" +
        "|Pd|1|38|2021-06-30T12:01:00    13.50      -99\n" +
        '|Cx||55|<comment type="taskProgress" source="demo">2</comment>\n',
    );
  });

  it("is the same however it is cut", () => {
    const whole = text(toDas3(PUMP_STREAM));
    for (const size of [1, 3, 64]) expect(text(toDas3(PUMP_STREAM, [], size))).toBe(whole);
  });

  const table2 = (planes: string, head = "") =>
    packet("00", `<stream version="2.2"><properties ${head}/></stream>\n`) +
    packet("03", `<packet><x type="sun_real8" units="us2000"/>${planes}</packet>\n`);

  it("makes a second index of the tags of a table: a list of values, or a sequence of more than 4096", () => {
    const made = text(
      toDas3(
        table2(
          '<yscan name="psd" type="sun_real4" nitems="3" yTags="10,20,40" yUnits="Hz" zUnits="V**2 m**-2 Hz**-1"/>',
        ),
      ),
    );
    expect(made).toContain('<dataset name="ds_03" rank="2" index="*;3">');
    expect(made).toContain(
      '<scalar use="center" units="us2000" semantic="datetime" storage="double" index="*;-">',
    );
    expect(made).toContain('<coord physDim="frequency" name="frequency" axis="y">');
    expect(made).toMatch(/index="-;3">\s+<values>\s+10 20 40\s+<\/values>/);
    expect(made).toContain('<data physDim="electric" name="psd">');
    expect(made).toContain('<packet numItems="3" itemBytes="4" encoding="BEreal" fill="-1e31"/>');
    const steps = text(
      toDas3(
        table2(
          '<yscan name="e" type="little_endian_real8" nitems="5000" yTagInterval="2.5" yTagMin="1" yUnits="eV" zUnits=""/>',
        ),
      ),
    );
    expect(steps).toContain('<coord physDim="energy" name="energy" axis="y">');
    expect(steps).toContain('<sequence minval="1" interval="-;2.5"/>');
    expect(steps).toContain('encoding="LEreal"');
  });

  it("makes offsets of time of the tags of a waveform", () => {
    const made = text(
      toDas3(
        table2(
          '<yscan name="w" type="sun_real4" nitems="8" yTagInterval="0.5" yTagMin="0" yUnits="ms" zUnits="V"/>',
          'String:renderer="waveform"',
        ),
      ),
    );
    expect(made.match(/<coord/g)).toHaveLength(1);
    expect(made).toContain('<scalar use="reference" units="us2000"');
    expect(made).toContain('<scalar use="offset" units="ms" semantic="real" storage="double" index="-;8">');
    expect(made).toContain('<data physDim="voltage" name="w">');
  });

  it("makes dates of times that are counted in text, for text of a time is read as a date", () => {
    const input =
      packet("00", '<stream version="2.2"/>') +
      packet(
        "01",
        '<packet><x type="ascii18" units="us2000"/><y name="p" type="sun_real4" units="hPa"/></packet>',
      ) +
      ":01:   678326400000000D@\0\0:01:   678326400250000D\x80\0\0";
    for (const args of [[], ["-t"]]) {
      const das3 = toDas3(Buffer.from(input, "latin1"), args);
      expect(text(das3)).toMatch(
        /<scalar use="center" units="UTC" semantic="datetime" [^>]*>\s*<packet [^>]*encoding="utf8"/,
      );
      expect(text(das3)).toContain("2021-06-30T00:00:00.250000000");
      // 2021-06-30 is day 7851 of 2000.
      expect(decodeStream(toDas2(das3)).rows.map(({ values }) => values)).toEqual([
        [[7851 * 86_400e6], [768]],
        [[7851 * 86_400e6 + 250_000], [1024]],
      ]);
    }
  });

  it("puts averages, extremes and deviations in one dimension, wherever they stand in the packet", () => {
    const plane = (name: string, operation: string) =>
      `<y name="${name}" type="sun_real8" units="nT"><properties operation="${operation}" source="b"/></y>`;
    const header = table2(
      `${plane("b", "BIN_AVG")}<y name="q" type="sun_real8" units=""/>${plane("b.max", "BIN_MAX")}${plane("b.stddev", "BIN_STDDEV")}`,
    );
    const record = Buffer.alloc(4 + 40);
    record.write(":03:", "latin1");
    for (const [i, value] of [8.64e10, 1, 2, 3, 4].entries()) record.writeDoubleBE(value, 4 + 8 * i);
    const made = toDas3(Buffer.concat([Buffer.from(header), record]));
    expect(text(made).match(/use="[a-z_]+"/g)).toEqual([
      'use="center"',
      'use="average"',
      'use="max"',
      'use="std_dev"',
      'use="center"',
    ]);
    expect(text(made).match(/<data physDim="[a-zA-Z]+" name="[a-z]+"/g)).toEqual([
      '<data physDim="magnetic" name="b"',
      '<data physDim="Y" name="q"',
    ]);
    // Values follow their variables: 1, 3, 4 of b, then 2.
    const body = Buffer.from(made.subarray(made.length - 40));
    expect([0, 1, 2, 3, 4].map((i) => body.readDoubleBE(8 * i))).toEqual([8.64e10, 1, 3, 4, 2]);
    const { packets, rows } = decodeStream(toDas2(made));
    expect(packets[0]!.planes.map(({ name }) => name)).toEqual(["time", "b", "b.max", "b.stddev", "q"]);
    expect(rows[0]!.values).toEqual([[8.64e10], [1], [3], [4], [2]]);
    expect(packets[0]!.planes[2]!.properties).toEqual([
      { name: "operation", type: "String", value: "BIN_MAX" },
      { name: "source", type: "String", value: "b" },
    ]);
  });

  it("writes text where asked to, with digits as of das2_ascii", () => {
    const record = Buffer.alloc(4 + 12);
    record.write(":03:", "latin1");
    record.writeDoubleBE(8.64e10, 4);
    record.writeFloatBE(0.5, 12);
    const header = table2('<y name="a" type="sun_real4" units="V"/>');
    const made = text(toDas3(Buffer.concat([Buffer.from(header), record]), ["-t", "-s", "0", "-r", "3"]));
    expect(made.endsWith("|Pd|3|30|2000-01-02T00:00:00  5.00e-01\n")).toBe(true);
    expect(made).toContain('<packet numItems="1" itemBytes="20" encoding="utf8" fill="0001-01-01"/>');
  });

  it("refuses arguments that it does not know", () => {
    expect(codeOf(() => das3FromDas2.open(["-r", "99"], TEST_CONTEXT))).toBe("USAGE");
    expect(codeOf(() => das3FromDas2.open(["extra"], TEST_CONTEXT))).toBe("USAGE");
  });
});

describe("there and back", () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/);
  const type = fc.constantFrom("sun_real8", "sun_real4", "little_endian_real4", "little_endian_real8");
  const value = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e30, max: 1e30 });
  const size = (of: string) => (of.endsWith("8") ? 8 : 4);

  it("leaves values, names, units and labels of lines as they are", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.record({ name, type, units: fc.constantFrom("V", "nT", "", "m/s") }), {
          selector: (plane) => plane.name,
          minLength: 1,
          maxLength: 6,
        }),
        fc.string({ maxLength: 20 }).filter((label) => label.trim() === label && label !== ""),
        fc.array(fc.array(value, { minLength: 7, maxLength: 7 }), { maxLength: 5 }),
        fc.integer({ min: 1, max: 50 }),
        (planes, label, records, pieceBytes) => {
          const escaped = label.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
          fc.pre(!/[\p{C}\ufffe\uffff]/u.test(label) && !planes.some((plane) => plane.name === "time"));
          const body = planes
            .map(
              (plane) =>
                `<y name="${plane.name}" type="${plane.type}" units="${plane.units}"><properties yLabel="${escaped}"/></y>`,
            )
            .join("");
          const header =
            packet("00", '<stream version="2.2"/>\n') +
            packet("42", `<packet><x name="time" type="sun_real8" units="us2000"/>${body}</packet>\n`);
          const stride = 12 + planes.reduce((sum, plane) => sum + size(plane.type), 0);
          const data = records.map((values) => {
            const record = Buffer.alloc(stride);
            record.write(":42:", "latin1");
            record.writeDoubleBE(values[6]!, 4);
            let at = 12;
            for (const [i, plane] of planes.entries()) {
              const view = new DataView(record.buffer, record.byteOffset);
              const little = plane.type.startsWith("little");
              if (size(plane.type) === 8) view.setFloat64(at, values[i]!, little);
              else view.setFloat32(at, values[i]!, little);
              at += size(plane.type);
            }
            return record;
          });
          const das2 = Buffer.concat([Buffer.from(header), ...data]);
          const before = decodeStream(das2);
          const after = decodeStream(toDas2(toDas3(das2, [], pieceBytes), pieceBytes));
          expect(after.rows.map(({ values, id }) => [id, values])).toEqual(
            before.rows.map(({ values, id }) => [id, values]),
          );
          const shape = ({ packets }: typeof before) =>
            packets[0]!.planes.map(({ name, type, units, role, properties }) => [
              name,
              type.name,
              units,
              role,
              properties,
            ]);
          expect(shape(after)).toEqual(shape(before));
        },
      ),
      { numRuns: 150 },
    );
  });

  const files = [
    "das2_ascii_output1.d2t",
    "das2_bin_peakavgsec_output1.d2t",
    "das2_histo_output1.d2t",
    "ex06_yscan_multispec_2.2.2.d2t",
    "galileo_pws_sample.d2t",
    "x_multi_y.d2s",
  ];
  for (const file of files) {
    const path = referenceData(`das2/${file}`);
    it.skipIf(path === undefined)(`gives the same table of ${file}`, () => {
      const das2 = readFileSync(path ?? "");
      expect(table(toDas2(toDas3(das2)))).toBe(table(das2));
    });
  }
});
