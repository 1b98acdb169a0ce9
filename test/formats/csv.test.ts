import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isDasError, OUTCOME } from "../../errors/das-error.js";
import { csv } from "../../formats/csv/csv.js";
import { referenceData } from "../support/reference-data.js";
import { decodeStream, encodeStream, packet, TEST_CONTEXT } from "../support/run-stream.js";
import { codeOf } from "../support/thrown.js";
import { PUMP_STREAM } from "../support/worked-streams.js";

const run = (args: readonly string[], input: string | Uint8Array, pieceBytes?: number): string =>
  Buffer.from(encodeStream(csv.open(args, TEST_CONTEXT), input, pieceBytes)).toString("utf8");

/** The example of das2-stream E2, its lines ended by CR LF. */
const PUMP_CSV = [
  '1;"header";"coord:time";"data:volts";"data:amps"',
  '1;"header";"(UTC)";"(V)";"(A)"',
  '1;"header";"";"";""',
  '1;"values";2021-06-30T12:00:00Z;1.2250000e+01;7.5000000e-01',
  '1;"values";2021-06-30T12:01:00Z;1.3500000e+01;-9.9000000e+01',
  "",
].join("\r\n");

const stream = (properties = "") => packet("00", `<stream version="2.2">${properties}</stream>\n`);

describe("worked example (das2-stream E2)", () => {
  it("is reproduced byte for byte", () => {
    expect(Buffer.byteLength(PUMP_STREAM)).toBe(553);
    expect(run(["-s", "0"], PUMP_STREAM)).toBe(PUMP_CSV);
  });

  it("gives the same bytes however the input is cut", () => {
    for (const size of [1, 2, 3, 40]) expect(run(["-s", "0"], PUMP_STREAM, size)).toBe(PUMP_CSV);
  });

  it("leaves fill blank where asked to", () => {
    expect(run(["-s", "0", "--fill-blank"], PUMP_STREAM).split("\r\n")[4]).toBe(
      '1;"values";2021-06-30T12:01:00Z;1.3500000e+01;',
    );
  });

  it("drops the columns of id and kind, and the header rows with the kind", () => {
    expect(run(["-i"], PUMP_STREAM).split("\r\n").slice(0, 4)).toEqual([
      '"header";"coord:time";"data:volts";"data:amps"',
      '"header";"(UTC)";"(V)";"(A)"',
      '"header";"";"";""',
      '"values";2021-06-30T12:00:00.000Z;1.2250000e+01;7.5000000e-01',
    ]);
    expect(run(["-n", "-s", "0"], PUMP_STREAM)).toBe(
      "1;2021-06-30T12:00:00Z;1.2250000e+01;7.5000000e-01\r\n1;2021-06-30T12:01:00Z;1.3500000e+01;-9.9000000e+01\r\n",
    );
    expect(run(["-n", "-i", "-p", "-r", "2", "-s", "9"], PUMP_STREAM).split("\r\n")[0]).toBe(
      "2021-06-30T12:00:00.000000000Z;1.2e+01;7.5e-01",
    );
  });

  it("writes properties in rows, units apart from values", () => {
    expect(run(["-p"], PUMP_STREAM).split("\r\n").slice(0, 5)).toEqual([
      '0;"property";"global";"title";"string";"";"Pump 4"',
      '0;"property";"global";"xTagWidth";"real";"s";"90"',
      '0;"property";"global";"yRange";"realRange";"V";"0 to 40"',
      '1;"property";"amps";"yFill";"real";"";"-99"',
      '1;"header";"coord:time";"data:volts";"data:amps"',
    ]);
  });

  it("takes other delimiters and quotes what holds them", () => {
    expect(run(["-d", ",", "-s", "0"], PUMP_STREAM)).toBe(PUMP_CSV.replaceAll(";", ","));
    expect(run(["-d", "\t"], PUMP_STREAM).split("\r\n")[1]).toBe('1\t"header"\t"(UTC)"\t"(V)"\t"(A)"');
    // A colon occurs in times, a point in numbers, a one in the id.
    expect(run(["-d", ":", "-s", "0"], PUMP_STREAM).split("\r\n")[3]).toBe(
      '1:"values":"2021-06-30T12:00:00Z":1.2250000e+01:7.5000000e-01',
    );
    expect(run(["-d", "1", "-s", "0"], PUMP_STREAM).split("\r\n")[3]).toBe(
      '"1"1"values"1"2021-06-30T12:00:00Z"1"1.2250000e+01"1"7.5000000e-01"',
    );
  });
});

describe("columns", () => {
  const table =
    stream('<properties zLabel="P &quot;x&quot; (W)" xLabel="SCET; UTC"/>') +
    packet(
      "12",
      '<packet><x type="sun_real8" units="t1970"/><y name="gain" type="ascii9" units="dB"/>' +
        '<yscan name="s" type="sun_real4" nitems="3" yTags="10,20,40.50" yUnits="Hz" zUnits="W"/></packet>\n',
    );
  const record = (x: number, gain: string, values: readonly number[]): Buffer => {
    const bytes = Buffer.alloc(4 + 8 + 9 + 12);
    bytes.write(":12:");
    bytes.writeDoubleBE(x, 4);
    bytes.write(gain.padStart(8).padEnd(9), 12);
    values.forEach((v, i) => {
      bytes.writeFloatBE(v, 21 + 4 * i);
    });
    return bytes;
  };

  it("gives a table plane a column for each item, its tags in the third row", () => {
    const input = Buffer.concat([
      Buffer.from(table),
      record(3.5, "1", [1, -2.5, Number.NaN]),
      record(4.0004, "", [Number.POSITIVE_INFINITY, -1e31, 0]),
    ]);
    expect(run(["-r", "3"], input).split("\r\n")).toEqual([
      '12;"header";"coord:time";"data:gain";"data:s";"";""',
      '12;"header";"(UTC)";"(dB)";"(W)";"";""',
      '12;"header";"SCET; UTC";"";"10";"20";"40.5"',
      '12;"values";1970-01-01T00:00:03.500Z;1.00e+00;1.00e+00;-2.50e+00;NaN',
      '12;"values";1970-01-01T00:00:04.000Z;NaN;inf;-1.00e+31;0.00e+00',
      "",
    ]);
    expect(run(["--fill-blank", "-n", "-i", "-r", "3"], input).split("\r\n").slice(0, 2)).toEqual([
      "1970-01-01T00:00:03.500Z;1.00e+00;1.00e+00;-2.50e+00;",
      "1970-01-01T00:00:04.000Z;;inf;;0.00e+00",
    ]);
  });

  it("quotes inf and NaN where the delimiter is one of their letters", () => {
    const input = Buffer.concat([Buffer.from(table), record(0, "nan", [Number.POSITIVE_INFINITY, 1, 2])]);
    expect(run(["-d", "n", "-n", "-i", "-r", "2"], input)).toBe(
      '1970-01-01T00:00:00.000ZnNaNn"inf"n1.0e+00n2.0e+00\r\n',
    );
  });

  it("names roles of derived planes by source and operation", () => {
    const plane = (name: string, operation: string, source = "v") =>
      `<y name="${name}" type="ascii9" units="V"><properties source="${source}" operation="${operation}"/></y>`;
    const input =
      stream() +
      packet(
        "01",
        '<packet><x type="time24" units="UTC"/>' +
          plane("v", "BIN_AVG") +
          plane("v.min", "BIN_MIN") +
          plane("v.max", "BIN_MAX") +
          plane("v.stddev", "BIN_STDDEV") +
          plane("p", "DFT") +
          '<y name="w.max" type="ascii9" units=""><properties operation="BIN_MAX"/></y></packet>\n',
      );
    expect(run([], input).split("\r\n")[0]).toBe(
      '1;"header";"coord:time";"data:v:average";"data:v:min";"data:v:max";"data:v:std_dev";"data:p";"data:w:max"',
    );
  });

  it("names coordinates and planes that have no name", () => {
    const first = (body: string) =>
      run(["-i"], stream() + packet("01", `<packet>${body}</packet>\n`))
        .split("\r\n")
        .slice(0, 3);
    expect(first('<x type="ascii9" units="Hz"/><y type="ascii9" units=""/>')).toEqual([
      '"header";"coord:frequency";"data:y"',
      '"header";"(Hz)";""',
      '"header";"";""',
    ]);
    expect(
      first(
        '<x name="r" type="ascii9" units="Rj"/><y name="lat" type="ascii9" units="deg"/><z name="B" type="ascii9" units="nT"/>',
      )[0],
    ).toBe('"header";"coord:r";"coord:lat";"data:B"');
    expect(
      first('<x type="ascii24" units="us2000"/><yscan type="ascii9" nitems="1" yUnits="s" zUnits="V"/>'),
    ).toEqual(['"header";"coord:time";"data:scan"', '"header";"(UTC)";"(V)"', '"header";"";"0"']);
  });

  it("quotes quotes", () => {
    const input =
      stream() +
      packet(
        "01",
        '<packet><x type="ascii9" units="s"/><y name="v" type="ascii9" units="V"><properties yLabel="a &quot;b&quot;; c"/></y></packet>\n',
      );
    expect(run([], input).split("\r\n")[2]).toBe('1;"header";"";"a ""b""; c"');
  });

  it("prints times of text and of counts exactly, and no time as year 1", () => {
    const input =
      stream() +
      packet(
        "01",
        '<packet><x type="time30" units="UTC"/><y name="t" type="ascii24" units="t2000"/></packet>\n',
      ) +
      ":01:2020-07-14T12:34:56.123456789 " +
      "                   86400 ".slice(-24) +
      `:01:${" ".repeat(30)}${"x".padStart(23)}\n`;
    expect(run(["-s", "9", "-n", "-i"], input)).toBe(
      "2020-07-14T12:34:56.123456789Z;2000-01-02T00:00:00.000000000Z\r\n" +
        "0001-01-01T00:00:00.000000000Z;0001-01-01T00:00:00.000000000Z\r\n",
    );
    expect(run(["-n", "-i", "--fill-blank"], input).split("\r\n")[1]).toBe(";");
    expect(run(["-n", "-i"], input).split("\r\n")[0]).toBe(
      "2020-07-14T12:34:56.123Z;2000-01-02T00:00:00.000Z",
    );
  });
});

describe("streams", () => {
  const one = packet(
    "01",
    '<packet><x type="ascii9" units="s"/><y name="a" type="ascii9" units="V"/></packet>\n',
  );
  const two = packet(
    "02",
    '<packet><x type="ascii9" units="s"/><y name="b" type="ascii9" units="A"/></packet>\n',
  );
  const again = packet(
    "01",
    '<packet><x type="ascii9" units="s"/><y name="c" type="ascii9" units="T"/></packet>\n',
  );
  const row = (id: string, x: number, v: number) =>
    `:${id}:${String(x).padStart(8)} ${String(v).padStart(8)}\n`;
  const kinds = (text: string) =>
    text
      .split("\r\n")
      .filter(Boolean)
      .map((line) => line.replace(/^(\d+);"(\w+)";.*?;"?(.*?)"?$/, "$1 $2 $3"));

  it("writes a table for each id, its header rows before its first data and again when redefined", () => {
    const input =
      stream() + one + two + row("02", 1, 5) + row("01", 2, 6) + again + row("01", 3, 7) + row("02", 4, 8);
    expect(kinds(run(["-r", "2"], input))).toEqual([
      "2 header data:b",
      "2 header (A)",
      "2 header ",
      "2 values 5.0e+00",
      "1 header data:a",
      "1 header (V)",
      "1 header ",
      "1 values 6.0e+00",
      "1 header data:c",
      "1 header (T)",
      "1 header ",
      "1 values 7.0e+00",
      "2 values 8.0e+00",
    ]);
  });

  it("gives the header rows of a table without rows, nothing for a stream without tables", () => {
    expect(kinds(run([], stream() + one))).toHaveLength(3);
    expect(run([], stream())).toBe("");
    expect(run(["-n"], stream() + one)).toBe("");
  });

  const exception = (type: string) => packet("xx", `<exception type="${type}" message="nothing there"/>\n`);

  it("is empty where there are no data in the interval", () => {
    expect(run(["-p"], stream('<properties title="T"/>') + one + exception("NoDataInInterval"))).toBe("");
    expect(kinds(run([], stream() + one + row("01", 1, 2) + exception("NoDataInInterval")))).toHaveLength(4);
  });

  it("fails with exit 1 for every other exception, after what came before", () => {
    const encoder = csv.open([], TEST_CONTEXT);
    const parts: string[] = [];
    try {
      encodeStream(
        {
          push: (item, write) => {
            encoder.push(item, (bytes) => {
              parts.push(Buffer.from(bytes).toString());
              write(bytes);
            });
          },
          end: (write) => encoder.end(write),
        },
        stream() + one + row("01", 1, 2) + exception("ServerError"),
      );
      expect.unreachable();
    } catch (error) {
      expect(isDasError(error, "DOMAIN")).toBe(true);
      expect((error as Error).message).toBe("ServerError: nothing there");
      expect(OUTCOME.DOMAIN.exit).toBe(1);
    }
    expect(kinds(parts.join(""))).toHaveLength(4);
  });

  it("gives back binary64 exactly with 17 digits (property)", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 20 }),
        (values) => {
          const body =
            '<packet><x type="sun_real8" units="s"/><y name="v" type="sun_real8" units=""/></packet>\n';
          const data = values.map((v) => {
            const bytes = Buffer.alloc(20);
            bytes.write(":01:");
            bytes.writeDoubleBE(0, 4);
            bytes.writeDoubleBE(v, 12);
            return bytes;
          });
          const text = run(
            ["-r", "17", "-n", "-i"],
            Buffer.concat([Buffer.from(stream() + packet("01", body)), ...data]),
          );
          expect(
            text
              .split("\r\n")
              .slice(0, -1)
              .map((line) => Number(line.split(";")[1])),
          ).toEqual(values);
        },
      ),
    );
  });

  it.each([
    [["-d", ""]],
    [["-d", "::"]],
    [["-d", "µ"]],
    [["-d", '"']],
    [["-d", "\n"]],
    [["-r", "1"]],
    [["-r", "19"]],
    [["-s", "10"]],
    [["-q"]],
    [["x"]],
  ])("refuses %j", (args) => {
    expect(codeOf(() => csv.open(args, TEST_CONTEXT))).toBe("USAGE");
  });
});

const real = referenceData("das2/x_multi_y.d2s");

describe.skipIf(real === undefined)("a real stream of many y planes (reference data)", () => {
  it("has a line for each record and the values of the stream", () => {
    const input = readFileSync(real!);
    const decoded = decodeStream(input);
    const lines = run(["-r", "9"], input).split("\r\n").slice(0, -1);
    const values = lines.filter((line) => /^\d+;"values";/.test(line)).map((line) => line.split(";"));
    expect(values).toHaveLength(decoded.rows.length);
    expect(values.length).toBeGreaterThan(100);
    decoded.rows.forEach((row, i) => {
      const fields = values[i]!;
      expect(fields).toHaveLength(2 + row.values.length);
      row.values.slice(1).forEach((plane, p) => {
        const expected = plane[0]!;
        expect(Math.abs(Number(fields[3 + p]) - expected)).toBeLessThanOrEqual(1e-8 * Math.abs(expected));
      });
    });
  });
});
