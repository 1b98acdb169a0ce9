import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OUTCOME } from "../../../errors/das-error.js";
import { hapi } from "../../../formats/hapi/hapi.js";
import { BatchBuilder } from "../../../stream/batch-builder.js";
import { writeValue } from "../../../stream/columns.js";
import type { StreamItem } from "../../../stream/model.js";
import { type PlaneSpec, packetHeader, xPlane, yPlane, yscanPlane } from "../../../stream/packet-header.js";
import { das2Encoder } from "../../../stream/stream-writer.js";
import { makeTime, timeToUs2000 } from "../../../stream/time.js";
import { asciiType, LE_REAL4, LE_REAL8, REAL4, REAL8, timeType } from "../../../stream/value-type.js";
import { encodeStream, packet, TEST_CONTEXT } from "../../support/run-stream.js";
import { codeOf } from "../../support/thrown.js";
import { PUMP_STREAM } from "../../support/worked-streams.js";

const bytesOf = (args: readonly string[], input: string | Uint8Array, pieceBytes?: number): Buffer =>
  Buffer.from(encodeStream(hapi.open(args, TEST_CONTEXT), input, pieceBytes));
const textOf = (args: readonly string[], input: string | Uint8Array, pieceBytes?: number): string =>
  bytesOf(args, input, pieceBytes).toString("utf8");

const us = (...fields: Parameters<typeof makeTime>): number => timeToUs2000(makeTime(...fields));

/** A das2 stream of one packet type with these rows, each value in the units of its plane. */
function streamOf(planes: readonly PlaneSpec[], rows: readonly (readonly number[])[], id = 1): Uint8Array {
  const header = packetHeader({ id, planes });
  const out = das2Encoder();
  const parts: Buffer[] = [];
  const write = (bytes: Uint8Array) => void parts.push(Buffer.from(bytes));
  const give = (item: StreamItem) => out.push(item, write);
  give({ kind: "stream", header: { version: "2.2", properties: [] } });
  give({ kind: "packet", header });
  const builder = new BatchBuilder(header);
  for (const row of rows) {
    const at = builder.next();
    let value = 0;
    for (const { offset, items, type, units } of header.planes)
      for (let item = 0; item < items; item++)
        writeValue(
          builder.bytes,
          builder.view,
          at + offset + item * type.width,
          type,
          row[value++] ?? 0,
          units,
        );
    if (builder.full) give({ kind: "data", batch: builder.take()! });
  }
  const rest = builder.take();
  if (rest !== undefined) give({ kind: "data", batch: rest });
  out.end(write);
  return Buffer.concat(parts);
}

const TIME = xPlane({ type: LE_REAL8, units: "us2000" });
const SPECTRUM = yscanPlane({ name: "s", type: LE_REAL4, units: "V", yUnits: "Hz", yTags: [10, 20, 40] });

/** Of the tags 10, 20, 40 Hz: the first digits of the sha256 of "Hz" and three binary64, least byte first, by Python. */
const DIGEST = "2c8778fb406ee528";

/** The example of reducers 11: a plane and a spectrum, two records. */
const WORKED = streamOf(
  [
    xPlane({ type: timeType(24), units: "us2000" }),
    yPlane({ name: "v", type: asciiType(9), units: "V" }),
    SPECTRUM,
  ],
  [
    [us(2020, 3, 1), 1.5, 1, 2, -1e31],
    [us(2020, 3, 1, 0, 0, 1), 2.5, 3, 4, 5],
  ],
);

describe("das2_hapi: records", () => {
  it("gives the example of the specification, however the input is cut", () => {
    const expected = "2020-03-01T00:00:00.000Z,1.5,1,2,NaN\r\n2020-03-01T00:00:01.000Z,2.5,3,4,5\r\n";
    expect(textOf([], WORKED)).toBe(expected);
    for (const size of [1, 2, 7, 100]) expect(textOf([], WORKED, size)).toBe(expected);
  });

  it("writes fill of a plane as NaN, and times of short text planes with milliseconds", () => {
    expect(textOf([], PUMP_STREAM)).toBe(
      "2021-06-30T12:00:00.000Z,12.25,0.75\r\n2021-06-30T12:01:00.000Z,13.5,NaN\r\n",
    );
  });

  it("writes JSON records as arrays, fill as null", () => {
    const { data, parameters, format, status } = JSON.parse(textOf(["-F", "json"], WORKED));
    expect(data).toEqual([
      ["2020-03-01T00:00:00.000Z", 1.5, [1, 2, null]],
      ["2020-03-01T00:00:01.000Z", 2.5, [3, 4, 5]],
    ]);
    expect(format).toBe("json");
    expect(status).toEqual({ code: 1200, message: "OK" });
    expect(parameters.map(({ name }: { name: string }) => name)).toEqual(["Time", "v", "s"]);
    expect(textOf(["-F", "json", "-r"], WORKED)).toBe(
      '["2020-03-01T00:00:00.000Z",1.5,[1,2,null]],\n["2020-03-01T00:00:01.000Z",2.5,[3,4,5]]',
    );
  });

  it("writes binary records: text of the time, then binary64 with the least byte first", () => {
    const record = (time: string, values: readonly number[]): Buffer => {
      const numbers = Buffer.alloc(8 * values.length);
      for (const [i, value] of values.entries()) numbers.writeDoubleLE(value, 8 * i);
      return Buffer.concat([Buffer.from(time, "latin1"), numbers]);
    };
    const expected = Buffer.concat([
      record("2020-03-01T00:00:00.000Z", [1.5, 1, 2, Number.NaN]),
      record("2020-03-01T00:00:01.000Z", [2.5, 3, 4, 5]),
    ]);
    expect(bytesOf(["-F", "binary"], WORKED)).toEqual(expected);
    expect(bytesOf(["-F", "binary"], WORKED, 3)).toEqual(expected);
  });

  it("keeps records with begin <= time < end", () => {
    const rows = [0, 1, 2, 3].map((s) => [us(2020, 1, 1, 0, 0, s), s]);
    const input = streamOf([TIME, yPlane({ name: "v", type: REAL8, units: "" })], rows);
    expect(textOf(["-b", "2020-01-01T00:00:01", "-e", "2020-01-01T00:00:03"], input)).toBe(
      "2020-01-01T00:00:01.000Z,1\r\n2020-01-01T00:00:02.000Z,2\r\n",
    );
  });

  it("writes numbers as the shortest decimals that read back as the same", () => {
    const values = [0.1, -0, 1e21, 5e-324, 1 / 3, -123456789, 1.7976931348623157e308, 1e-7];
    const input = streamOf(
      [TIME, yPlane({ name: "v", type: REAL8, units: "" })],
      values.map((value, i) => [us(2020, 1, 1, 0, 0, i), value]),
    );
    const written = textOf([], input)
      .trimEnd()
      .split("\r\n")
      .map((line) => line.split(",")[1]);
    expect(written).toEqual([
      "0.1",
      "-0",
      "1e+21",
      "5e-324",
      "0.3333333333333333",
      "-123456789",
      "1.7976931348623157e+308",
      "1e-7",
    ]);
  });

  it("writes values of four bytes by their own precision, and exactly in binary", () => {
    const input = streamOf([TIME, yPlane({ name: "v", type: REAL4, units: "" })], [[0, Math.fround(0.1)]]);
    expect(textOf([], input)).toBe("2000-01-01T00:00:00.000Z,0.1\r\n");
    expect(bytesOf(["-F", "binary"], input).readDoubleLE(24)).toBe(0.10000000149011612);
  });

  it("writes infinities so that every form has them", () => {
    const input = streamOf(
      [TIME, yPlane({ name: "v", type: REAL8, units: "" })],
      [
        [0, Infinity],
        [1e6, -Infinity],
      ],
    );
    expect(textOf([], input)).toBe(
      "2000-01-01T00:00:00.000Z,Infinity\r\n2000-01-01T00:00:01.000Z,-Infinity\r\n",
    );
    expect(JSON.parse(textOf(["-F", "json"], input)).data.map((row: readonly unknown[]) => row[1])).toEqual([
      Infinity,
      -Infinity,
    ]);
  });
});

describe("das2_hapi: times", () => {
  const lines = (units: string, values: readonly number[], args: readonly string[] = []): readonly string[] =>
    textOf(
      args,
      streamOf(
        [xPlane({ type: LE_REAL8, units }), yPlane({ name: "v", type: REAL8, units: "" })],
        values.map((x) => [x, 1]),
      ),
    )
      .trimEnd()
      .split("\r\n")
      .map((line) => line.split(",")[0] ?? "");

  it("have as many digits as the first records need, all the same", () => {
    expect(lines("us2000", [0, 1000, 2000])).toEqual([0, 1, 2].map((ms) => `2000-01-01T00:00:00.00${ms}Z`));
    expect(lines("us2000", [0, 250])).toEqual(["2000-01-01T00:00:00.000000Z", "2000-01-01T00:00:00.000250Z"]);
  });

  it("come from any epoch", () => {
    expect(lines("t1970", [86_400, 86_400.1])).toEqual([
      "1970-01-02T00:00:00.000Z",
      "1970-01-02T00:00:00.100Z",
    ]);
    expect(lines("mj1958", [0.5])).toEqual(["1958-01-01T12:00:00.000Z"]);
    // 2017-01-01T00:00:00 UTC as CDF counts it: 37 leap seconds and 32.184 s later than noon of 2000-01-01.
    expect(lines("TT2000", [536_500_869_184_000_000])).toEqual(["2017-01-01T00:00:00.000000000Z"]);
    expect(lines("TT2000", [536_500_868_184_000_000])).toEqual(["2016-12-31T23:59:60.000000000Z"]);
    expect(lines("seconds since 2010-01-01", [1.5])).toEqual(["2010-01-01T00:00:01.500Z"]);
  });

  it("are cut where a layout leaves no room for their digits, so that none comes after the end of its range", () => {
    const layout = '[["Time","t",1,24],["v","n"]]';
    expect(lines("us2000", [999_999], ["-l", layout])).toEqual(["2000-01-01T00:00:00.999Z"]);
  });

  it("are never fill: such records are left out", () => {
    expect(lines("us2000", [Number.NaN, 5_000_000, Infinity])).toEqual(["2000-01-01T00:00:05.000Z"]);
  });

  it("agree with the clock of the machine where binary64 counts microseconds", () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(1715, 0), max: Date.UTC(2285, 0) }), (ms) => {
        const x = (ms - Date.UTC(2000, 0, 1)) * 1000;
        expect(lines("us2000", [x])).toEqual([new Date(ms).toISOString()]);
      }),
      { numRuns: 300 },
    );
  });
});

describe("das2_hapi: choice of records", () => {
  const two = Buffer.concat([
    streamOf([TIME, yPlane({ name: "a", type: REAL8, units: "" })], [[0, 1]]),
    streamOf([TIME, yPlane({ name: "b", type: REAL8, units: "" })], [[1e6, 2]], 2).subarray(
      Buffer.byteLength(packet("00", '<stream version="2.2"/>\n')),
    ),
  ]);

  it("takes the first packet type, or the one of -p", () => {
    expect(textOf([], two)).toBe("2000-01-01T00:00:00.000Z,1\r\n");
    expect(textOf(["-p", "2"], two)).toBe("2000-01-01T00:00:01.000Z,2\r\n");
    expect(textOf(["-p", "3"], two)).toBe("");
  });

  it("gives chosen parameters in the order of the stream, the time first, by their names and by their numbers", () => {
    expect(textOf(["s,v"], WORKED).split("\r\n")[1]).toBe("2020-03-01T00:00:01.000Z,2.5,3,4,5");
    expect(textOf(["v"], WORKED).split("\r\n")[1]).toBe("2020-03-01T00:00:01.000Z,2.5");
    expect(textOf(["YSCAN_1"], WORKED).split("\r\n")[1]).toBe("2020-03-01T00:00:01.000Z,3,4,5");
    expect(textOf(["time"], WORKED).split("\r\n")[1]).toBe("2020-03-01T00:00:01.000Z");
  });

  it("refuses a parameter that is only a part of a name", () => {
    expect(codeOf(() => textOf(["vo"], PUMP_STREAM))).toBe("DOMAIN");
    expect(OUTCOME.DOMAIN.exit).toBe(1);
  });

  it("gives with a layout the records of all packet types that have its planes, and of no other", () => {
    const both = Buffer.concat([
      streamOf([TIME, SPECTRUM], [[0, 1, 2, 3]]),
      ...[
        streamOf([TIME, SPECTRUM], [[1e6, 4, 5, 6]], 2),
        streamOf(
          [TIME, yscanPlane({ name: "s", type: LE_REAL4, units: "V", yUnits: "Hz", yTags: [1, 2, 3] })],
          [[2e6, 7, 8, 9]],
          3,
        ),
      ].map((bytes) => bytes.subarray(Buffer.byteLength(packet("00", '<stream version="2.2"/>\n')))),
    ]);
    expect(textOf(["-l", `[["Time","t",1,24],["s","n",3,0,"${DIGEST}"]]`], both)).toBe(
      "2000-01-01T00:00:00.000Z,1,2,3\r\n2000-01-01T00:00:01.000Z,4,5,6\r\n",
    );
  });

  it("fails where the first packet type does not fit the layout", () => {
    const layout = '[["Time","t",1,24],["w","n"]]';
    expect(codeOf(() => textOf(["-l", layout], WORKED))).toBe("UNSUITED_STREAM");
    expect(codeOf(() => textOf(["-l", '[["Time","t",1,24],["s","n",4]]'], WORKED))).toBe("UNSUITED_STREAM");
  });
});

describe("das2_hapi: ends", () => {
  const header = packet("00", '<stream version="2.2"/>\n');

  it("gives nothing where there are no data in the interval", () => {
    const none = header + packet("xx", '<exception type="NoDataInInterval" message="none"/>\n');
    expect(textOf([], none)).toBe("");
    expect(textOf(["-F", "binary"], none)).toBe("");
    expect(JSON.parse(textOf(["-F", "json"], none))).toMatchObject({ status: { code: 1201 }, data: [] });
  });

  it("fails on any other exception", () => {
    const failed = header + packet("xx", '<exception type="ServerError" message="broken"/>\n');
    expect(codeOf(() => textOf([], failed))).toBe("DOMAIN");
  });

  it("refuses a stream whose x is no time", () => {
    const input = streamOf(
      [xPlane({ type: REAL8, units: "km" }), yPlane({ name: "v", type: REAL8, units: "" })],
      [[1, 2]],
    );
    expect(codeOf(() => textOf([], input))).toBe("NOT_TIME_SERIES");
    expect(OUTCOME.NOT_TIME_SERIES.exit).toBe(101);
  });

  it.each([
    [["-F", "xml"]],
    [["-p", "0"]],
    [["-b", "soon"]],
    [["-l", "[]"]],
    [["-l", '[["Time","n"]]']],
    [["-l", '[["Time","t",1,24],["a","n",0]]']],
    [["-l", '[["Time","t",1,24],["a","__proto__"]]']],
    [["a", "b"]],
  ])("refuses the arguments %j", (args) => {
    expect(codeOf(() => hapi.open(args, TEST_CONTEXT))).toBe("USAGE");
  });
});
