import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isDasError } from "../../errors/das-error.js";
import { ascii } from "../../formats/ascii.js";
import { formatExponential } from "../../stream/number-field.js";
import { referenceData } from "../support/reference-data.js";
import { decodeStream, filterStream, packet, TEST_CONTEXT } from "../support/run-stream.js";

const run = (args: readonly string[], input: string | Uint8Array, pieceBytes?: number): Uint8Array =>
  filterStream(ascii.open(args, TEST_CONTEXT), input, pieceBytes);

/** The data lines of the output. */
const lines = (args: readonly string[], input: string | Uint8Array): string[] =>
  Buffer.from(run(args, input))
    .toString("latin1")
    .split("\n")
    .filter((line) => line.startsWith(":"));

const header = packet(
  "00",
  '<stream version="2.2"><properties String:title="T" String:sourceId="rdr"/></stream>\n',
);

interface Field {
  readonly type: string;
  readonly units: string;
  readonly value: number | bigint;
}

/** A stream of one record: x, then y planes. */
function record(fields: readonly Field[]): Buffer {
  const planes = fields.map(
    ({ type, units }, i) => `<${i ? `y name="p${i}"` : "x"} type="${type}" units="${units}"/>`,
  );
  const data = fields.map(({ type, value }) => {
    const bytes = Buffer.alloc(/8$/.test(type) ? 8 : /4$/.test(type) ? 4 : /2$/.test(type) ? 2 : 1);
    const at = {
      sun_real8: "writeDoubleBE",
      sun_real4: "writeFloatBE",
      little_endian_real8: "writeDoubleLE",
      little_endian_real4: "writeFloatLE",
      little_endian_int8: "writeBigInt64LE",
      big_endian_int8: "writeBigInt64BE",
      big_endian_int4: "writeInt32BE",
      little_endian_uint2: "writeUInt16LE",
      big_endian_int1: "writeInt8",
    }[type]!;
    (bytes as unknown as Record<string, (v: number | bigint) => void>)[at]!(value); // one writer for each type
    return bytes;
  });
  return Buffer.concat([
    Buffer.from(header + packet("01", `<packet>${planes.join("")}</packet>\n`)),
    Buffer.from(":01:"),
    ...data,
  ]);
}

/** One x of the given kind, and a plane that matters less. */
const timeLine = (args: readonly string[], type: string, units: string, value: number | bigint): string =>
  lines(
    args,
    record([
      { type, units, value },
      { type: "sun_real4", units: "", value: 0 },
    ]),
  )[0]!
    .slice(4)
    .split(" ")[0]!;

describe("worked example (reducers 9)", () => {
  const input = Buffer.concat([
    record([
      { type: "sun_real8", units: "t1970", value: 1 },
      { type: "sun_real4", units: "nT", value: 1 },
    ]),
    record([
      { type: "sun_real8", units: "t1970", value: 3.5 },
      { type: "sun_real4", units: "nT", value: 3 },
    ]).subarray(-16),
  ]);

  it.each([
    [[], ":01:1970-01-01T00:00:03.500  3.000000e+00", ["time24", "ascii14"]],
    [["-r", "6", "-s", "1"], ":01:1970-01-01T00:00:03.5  3.00000e+00", ["time22", "ascii13"]],
    [["-s", "0"], ":01:1970-01-01T00:00:04  3.000000e+00", ["time20", "ascii14"]],
  ])("prints with %j", (args, line, types) => {
    expect(lines(args, input)[1]).toBe(line);
    const { stream, packets } = decodeStream(run(args, input));
    expect(packets[0]!.planes.map((plane) => plane.type.name)).toEqual(types);
    expect(packets[0]!.planes[0]!.units).toBe("UTC");
    expect(stream!.properties).toEqual([
      { name: "title", type: "String", value: "T" },
      { name: "sourceId", type: "String", value: "das2_ascii" },
    ]);
  });

  it("prints fill of binary32", () => {
    expect(
      lines(
        [],
        record([
          { type: "sun_real8", units: "us2000", value: 0 },
          { type: "sun_real4", units: "", value: -1e31 },
        ]),
      ),
    ).toEqual([":01:2000-01-01T00:00:00.000 -1.000000e+31"]);
  });

  it("gives the same bytes however the input is cut", () => {
    const whole = run([], input);
    for (const size of [1, 2, 3, 11]) expect(run([], input, size)).toEqual(whole);
  });
});

describe("times", () => {
  // das2-stream A10.1: one day after the us2000 zero in each unit.
  it.each([
    ["us2000", 8.64e10],
    ["t2000", 86_400],
    ["us1980", 8.64e10 + 631_152_000e6],
    ["t1970", 946_771_200],
    ["ns1970", 946_771_200e9],
    ["mj1958", 15_341],
    ["mjd", 51_545],
    ["cdfEpoch", 63_113_990_400_000],
    ["TT2000", -43_135_816_000_000 + 86_400e9],
  ])("of the unit %s", (units, value) => {
    expect(timeLine([], "sun_real8", units, value)).toBe("2000-01-02T00:00:00.000");
    expect(timeLine(["-s", "9"], "little_endian_real8", units, value)).toBe("2000-01-02T00:00:00.000000000");
  });

  it("writes nanoseconds of 64-bit counts exactly", () => {
    // 2020-07-14T12:34:56.123456789 is 1594730096.123456789 s of 1970; TT is 69.184 s ahead of UTC.
    const ns1970 = 1_594_730_096_123_456_789n;
    expect(timeLine(["-s", "9"], "big_endian_int8", "ns1970", ns1970)).toBe("2020-07-14T12:34:56.123456789");
    // Days from 2000-01-01 to 2020-07-14: 7500.
    const tt2000 = (7500n * 86_400n + 45_296n - 43_200n) * 1_000_000_000n + 69_184_000_000n + 123_456_789n;
    expect(timeLine(["-s", "9"], "little_endian_int8", "TT2000", tt2000)).toBe(
      "2020-07-14T12:34:56.123456789",
    );
    expect(timeLine(["-s", "6"], "big_endian_int8", "ns1970", -1n)).toBe("1970-01-01T00:00:00.000000");
    expect(timeLine(["-s", "9"], "big_endian_int8", "ns1970", -1n)).toBe("1969-12-31T23:59:59.999999999");
  });

  it("writes a leap second of TT2000", () => {
    // A leap second ended 2016; L was 36 before it. 2016-12-31 is day 6209.
    const tt2000 =
      BigInt(6209 * 86_400 + 86_400 - 43_200) * 1_000_000_000n +
      32_184_000_000n +
      36_000_000_000n +
      500_000_000n;
    expect(timeLine([], "big_endian_int8", "TT2000", tt2000)).toBe("2016-12-31T23:59:60.500");
  });

  it("rounds half up with carry", () => {
    expect(timeLine([], "sun_real8", "us2000", 86_399_999_600)).toBe("2000-01-02T00:00:00.000");
    expect(timeLine([], "sun_real8", "us2000", 86_399_999_499)).toBe("2000-01-01T23:59:59.999");
    expect(timeLine(["-s", "0"], "sun_real8", "us2000", 5e5)).toBe("2000-01-01T00:00:01");
  });

  it("prints no time as the fill time, padded", () => {
    for (const [units, value] of [
      ["us2000", -1e31],
      ["t1970", Number.NaN],
      ["TT2000", -1e31],
    ] as const)
      expect(timeLine([], "sun_real8", units, value)).toBe("0001-01-01T00:00:00");
  });

  it("counts from a base", () => {
    const input =
      packet("00", '<stream version="2.2"/>\n') +
      packet(
        "01",
        '<packet><x type="sun_real8" units="s" base="2010-06-01T00:00"/><y type="ascii9" units=""/></packet>\n',
      );
    const data = Buffer.alloc(4 + 8 + 9, " ");
    data.write(":01:");
    data.writeDoubleBE(90, 4);
    data.write("       1\n", 12);
    const output = run([], Buffer.concat([Buffer.from(input), data]));
    expect(Buffer.from(output).toString("latin1")).toContain(":01:2010-06-01T00:01:30.000        1\n");
    expect(Buffer.from(output).toString("latin1")).not.toContain("base");
  });
});

describe("numbers", () => {
  const x: Field = { type: "sun_real8", units: "us2000", value: 0 };

  it("has 7 digits of 4-byte, 10 of 8-byte reals, or as many as asked for", () => {
    const fields: Field[] = [
      x,
      { type: "little_endian_real4", units: "", value: 12.25 },
      { type: "little_endian_real8", units: "", value: -12.25 },
      { type: "big_endian_int4", units: "", value: -2_147_483_647 },
      { type: "little_endian_uint2", units: "", value: 65_535 },
      { type: "big_endian_int1", units: "", value: -128 },
    ];
    expect(lines([], record(fields))[0]!.slice(28)).toBe(
      " 1.225000e+01 -1.225000000e+01 -2.147483647e+09  6.553500e+04 -1.280000e+02",
    );
    // 12.25 in three digits is an exact tie, which goes to even.
    expect(lines(["-r", "3"], record(fields))[0]!.slice(28)).toBe(
      " 1.22e+01 -1.22e+01 -2.15e+09  6.55e+04 -1.28e+02",
    );
    expect(decodeStream(run(["-r", "17"], record(fields))).packets[0]!.planes[1]!.type.name).toBe("ascii24");
  });

  it("fits three digits of exponent and what is not finite", () => {
    const fields: Field[] = [
      x,
      ...[-1.5e-300, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN].map((value) => ({
        type: "sun_real8",
        units: "",
        value,
      })),
    ];
    const [line] = lines([], record(fields));
    expect(line!.slice(28)).toBe("-1.50000000e-300              inf             -inf              nan");
    expect(
      decodeStream(run([], record(fields)))
        .rows[0]!.values.slice(1)
        .flat(),
    ).toEqual([-1.5e-300, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]);
  });

  it("gives back binary64 exactly with 17 digits, binary32 with 9 (property)", () => {
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e99, max: 1e99 });
    fc.assert(
      fc.property(finite, fc.float({ noNaN: true, noDefaultInfinity: true }), (d, f) => {
        const fields: Field[] = [
          x,
          { type: "sun_real8", units: "", value: d },
          { type: "sun_real4", units: "", value: f },
        ];
        const back = (args: string[]) =>
          decodeStream(run(args, record(fields)))
            .rows[0]!.values.slice(1)
            .flat();
        const small = Math.abs(d) < 1e-99; // three digits of exponent take one of the fraction
        if (!small) expect(back(["-r", "17"])[0]! + 0).toBe(d + 0);
        expect(Math.fround(back(["-r", "9"])[1]!) + 0).toBe(f + 0);
        // Within the printed digits otherwise: half a unit of the last of seven.
        const seven = back([])[1]!;
        expect(Math.abs(seven - f)).toBeLessThanOrEqual(Math.abs(f) * 5.0000001e-7);
      }),
      { numRuns: 300 },
    );
  });
});

describe("columns of binary reals", () => {
  /** Text of the values of one y plane, as the filter writes it with its default digits. */
  const fields = (type: string, values: readonly number[]): string[] => {
    const wide = type.endsWith("8");
    const little = type.startsWith("little");
    const data = values.map((value) => {
      const bytes = Buffer.alloc(8 + (wide ? 8 : 4));
      bytes.write(":01:");
      if (wide && little) bytes.writeDoubleLE(value, 8);
      else if (wide) bytes.writeDoubleBE(value, 8);
      else if (little) bytes.writeFloatLE(value, 8);
      else bytes.writeFloatBE(value, 8);
      return bytes;
    });
    const body = `<packet><x type="sun_real4" units="km"/><y name="v" type="${type}" units=""/></packet>\n`;
    return lines([], Buffer.concat([Buffer.from(header + packet("01", body)), ...data])).map((line) =>
      line.slice(18),
    );
  };
  const expected = (value: number, digits: number): string =>
    formatExponential(value, digits - 1).padStart(digits + 6);

  // Exact ties of seven and ten digits, carries, ends of decades and of the range.
  const special = [
    ...[
      0, -0, 1, 9.9999994e-1, 9.9999995, 99999995, 1.0000005e6, 12345675, 12345665, 8388607.5, 0.5, 1e-38,
      1e-45, 3.4028234e38,
    ],
    ...[
      1e22, 1e23, 9.9999999995, 99999999995, 12345678905, 12345678915, 1e99, 9.99999999999e99, 1e-99,
      9.9e-100, 1e100, 5e-324, 1.7e308,
    ],
    ...Array.from({ length: 199 }, (_, i) => Number(`1e${i - 99}`)),
  ];

  it.each(["sun_real8", "little_endian_real8"])("print exactly ten digits of %s", (type) => {
    const random = fc.sample(fc.double({ noNaN: true, noDefaultInfinity: true }), { numRuns: 3000, seed: 1 });
    const usual = fc.sample(fc.double({ min: -1e12, max: 1e12, noNaN: true }), { numRuns: 1500, seed: 2 });
    const decimal = Array.from({ length: 500 }, (_, i) => (i * 7919 + 0.5) / 1000);
    const values = [...special, ...random, ...usual, ...decimal].flatMap((v) => [v, -v]);
    const shorter = (v: number) =>
      expected(v, 10).length > 16 ? formatExponential(v, 8).padStart(16) : expected(v, 10);
    expect(fields(type, values)).toEqual(values.map(shorter));
  });

  it.each(["sun_real4", "little_endian_real4"])("print exactly seven digits of %s", (type) => {
    const random = fc.sample(fc.float({ noNaN: true, noDefaultInfinity: true }), { numRuns: 3000, seed: 3 });
    const halves = Array.from({ length: 1000 }, (_, i) => 1_000_000.5 + i * 3 + (i % 2 ? 8_000_000 : 0));
    const values = [...special.filter((v) => v < 3.4e38), ...random, ...halves].flatMap((v) => [
      Math.fround(v),
      -Math.fround(v),
    ]);
    expect(fields(type, values)).toEqual(values.map((v) => expected(v, 7)));
  });
});

describe("stream", () => {
  it("copies text, tags and units, and ends records with a newline", () => {
    const body =
      '<packet group="g">\n  <x type="time22" units="us2000"/>\n  <yscan name="s" type="sun_real4" nitems="2" yUnits="Hz" zUnits="V/m" yTags=" 10.0, 20.50"/>\n' +
      '  <y name="t" type="ascii9" units="A"/>\n</packet>\n';
    const data = Buffer.concat([
      Buffer.from(":07:2021-181T12:00:00.125 "),
      Buffer.from("3f800000c0000000", "hex"),
      Buffer.from("   12.25 "),
    ]);
    const output = Buffer.from(
      run([], Buffer.concat([Buffer.from(header + packet("07", body)), data])),
    ).toString();
    expect(output).toContain(":07:2021-181T12:00:00.125  1.000000e+00 -2.000000e+00    12.25\n");
    const { packets } = decodeStream(output);
    expect(packets[0]).toMatchObject({ id: 7, group: "g" });
    expect(packets[0]!.planes[0]!.units).toBe("us2000");
    expect(packets[0]!.planes[1]).toMatchObject({
      units: "V/m",
      yTags: { kind: "list", text: " 10.0, 20.50" },
    });
  });

  it("converts tables of many rows and rows of many items alike", () => {
    for (const [rows, items] of [
      [100, 3],
      [3, 100],
    ] as const) {
      const body = `<packet><x type="sun_real8" units="us2000"/><yscan name="s" type="little_endian_real8" nitems="${items}" yUnits="" zUnits=""/></packet>\n`;
      const data = Array.from({ length: rows }, (_, row) => {
        const bytes = Buffer.alloc(12 + 8 * items);
        bytes.write(":01:");
        bytes.writeDoubleBE(row * 1e6, 4);
        for (let i = 0; i < items; i++) bytes.writeDoubleLE(row * 1000 + i, 12 + 8 * i);
        return bytes;
      });
      const input = Buffer.concat([Buffer.from(header + packet("01", body)), ...data]);
      const decoded = decodeStream(run([], input)).rows;
      expect(decoded).toHaveLength(rows);
      decoded.forEach((r, row) => {
        expect(r.values).toEqual([[row * 1e6], Array.from({ length: items }, (_, i) => row * 1000 + i)]);
      });
    }
  });

  it("keeps a value that reaches the last byte of the record", () => {
    const input = `${header}${packet("01", '<packet><x type="ascii9" units="s"/><y type="ascii9" units=""/></packet>\n')}:01:   1.000     12345`;
    expect(decodeStream(run([], input)).rows[0]!.values).toEqual([[1], [12345]]);
  });

  it("drops comments with -c, forwards them and exceptions without", () => {
    const input =
      header +
      packet("xx", '<comment type="log:info" source="r" value="hi"/>\n') +
      packet("xx", '<exception type="NoDataInInterval" message="none"/>\n');
    expect(decodeStream(run([], input))).toMatchObject({
      comments: [{ type: "log:info" }],
      exceptions: [{ type: "NoDataInInterval", message: "none" }],
    });
    expect(decodeStream(run(["-c"], input))).toMatchObject({ comments: [], exceptions: [{}] });
  });

  it("redefines as the input does", () => {
    const one = record([
      { type: "sun_real8", units: "us2000", value: 0 },
      { type: "sun_real4", units: "", value: 1 },
    ]);
    const two = record([
      { type: "sun_real8", units: "us2000", value: 0 },
      { type: "sun_real8", units: "", value: 2 },
    ]);
    const rest = two.subarray(header.length);
    expect(lines([], Buffer.concat([one, rest])).map((line) => line.slice(28))).toEqual(
      ["  1.000000e+00", "  2.000000000e+00"].map((text) => text.slice(1)),
    );
  });

  it.each([[["-r", "1"]], [["-r", "18"]], [["-s", "10"]], [["-s", "-1"]], [["-r", "x"]], [["-q"]], [["7"]]])(
    "refuses %j",
    (args) => {
      try {
        ascii.open(args, TEST_CONTEXT);
        expect.unreachable();
      } catch (error) {
        expect(isDasError(error, "USAGE")).toBe(true);
      }
    },
  );
});

const real = ["das2/das2_ascii_input1.d2s", "das2/das2_ascii_output1.d2t"].map(referenceData);

describe.skipIf(real.includes(undefined))("Voyager 1 PWS (reference data)", () => {
  it("agrees with an older program, -r 4 -s 3", () => {
    const [input, output] = real.map((path) => readFileSync(path!));
    const ours = run(["-r", "4", "-s", "3"], input!);
    const a = decodeStream(ours);
    const b = decodeStream(output!);
    expect(a.rows).toHaveLength(b.rows.length);
    // The records are the same, byte for byte.
    const dataLines = (bytes: Uint8Array) =>
      Buffer.from(bytes)
        .toString("latin1")
        .split("\n")
        .filter((line) => /^(.*\/>)?:01:/.test(line))
        .map((line) => line.slice(line.indexOf(":01:")));
    expect(dataLines(ours)).toEqual(dataLines(output!));
    expect(a.comments).toEqual(b.comments);
    // Accepted differences: sourceId names the filter (das2-stream A16), units are kept as received (A10.3), where the
    // older program re-spells V/m as V m**-1; times are of the same text.
    const named = (properties: readonly { name: string; value: string }[]) =>
      properties.filter(({ name }) => name !== "sourceId").map(({ name, value }) => [name, value]);
    expect(named(a.stream!.properties)).toEqual(named(b.stream!.properties));
    const planes = (decoded: typeof a) =>
      decoded.packets.map((p) => p.planes.map(({ name, type, items }) => [name, type.name, items]));
    expect(planes(a)).toEqual(planes(b));
    expect(a.packets[0]!.planes[1]!.units).toBe("V/m");
    expect(a.packets[0]!.planes[1]!.yTags).toMatchObject({
      kind: "list",
      values: (b.packets[0]!.planes[1]!.yTags as { values: Float64Array }).values,
    });
  });
});
