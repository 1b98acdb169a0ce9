import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { propertyText } from "../../stream/properties.js";
import { packet3, toDas2 } from "../support/das3-streams.js";
import { decodeStream } from "../support/run-stream.js";
import { codeOf } from "../support/thrown.js";

const START = packet3("Sx", "", '<stream type="das-basic-stream" version="3.0"/>');
const scalar = (semantic: string, index: string, content: string, units = "V", use = "center"): string =>
  `<scalar use="${use}" units="${units}" semantic="${semantic}" index="${index}">${content}</scalar>`;
const TIME = scalar(
  "datetime",
  "*;-",
  '<packet numItems="1" itemBytes="8" encoding="BEreal"/>',
  "us2000",
  "reference",
);
const OFFSET = scalar("real", "-;*", '<sequence minval="0" interval="0;250"/>', "us", "offset");
const RUN = scalar("real", "*;*", '<packet numItems="*" itemBytes="4" encoding="LEreal"/>');
const data = (name: string, variable: string): string =>
  `<data physDim="${name}" name="${name}">${variable}</data>`;
const QUALITY = scalar("real", "*;-", '<packet numItems="1" itemBytes="4" encoding="BEreal"/>', "");

const header = (id: string, body: string): string =>
  packet3(
    "Hx",
    id,
    `<dataset name="d" rank="2" index="*;*"><coord physDim="time">${TIME}${OFFSET}</coord>${body}</dataset>`,
  );

const bytes = (...parts: readonly (string | Uint8Array)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : part)));
const record = (id: string, ...parts: readonly (string | Uint8Array)[]): Buffer => {
  const body = bytes(...parts);
  return bytes(`|Pd|${id}|${body.length}|`, body);
};
const double = (value: number): Buffer => {
  const made = Buffer.alloc(8);
  made.writeDoubleBE(value);
  return made;
};
const reals = (values: readonly number[]): Buffer => {
  const made = Buffer.alloc(4 * values.length);
  for (const [n, value] of values.entries()) made.writeFloatLE(value, 4 * n);
  return made;
};
const real = (value: number): Buffer => reals([value]).reverse();

describe("das3 records of varying length (das2-stream C4.3)", () => {
  it("are read as in the example of the format: 25 bytes, values 0.5, 1.0 and quality 9.0", () => {
    const example = Buffer.from("42341dd7600000005b6a7c325d0000003f0000803f41100000", "hex");
    expect(example.length).toBe(25);
    const stream = bytes(START, header("4", data("e", RUN) + data("q", QUALITY)), record("4", example));
    const { packets, rows, stream: start } = decodeStream(toDas2(stream));
    expect(rows).toHaveLength(1);
    expect(rows[0]?.values).toEqual([[example.readDoubleBE(0)], [0.5, 1], [9]]);
    expect(packets[0]?.id).toBe(4);
    expect(packets[0]?.planes[1]).toMatchObject({
      role: "yscan",
      items: 2,
      yUnits: "us",
      yTags: { kind: "interval", interval: 250, min: 0 },
    });
    // Offsets of the time of a record: a waveform.
    expect(propertyText(start?.properties ?? [], "renderer")).toBe("waveform");
  });

  it("define their packet type anew whenever another length comes, in pieces of any size", () => {
    const lengths = [2, 2, 5, 1, 2, 12];
    const values = (n: number): number[] => Array.from({ length: n }, (_, i) => n + i / 4);
    const made = (isTold: boolean): Buffer =>
      bytes(
        START,
        header("1", data("e", RUN)),
        ...lengths.map((n, at) => record("1", double(at), isTold ? `[j|${n}]` : "", reals(values(n)))),
      );
    for (const isTold of [false, true]) {
      const whole = decodeStream(toDas2(made(isTold)));
      expect(whole.rows.map((row) => row.values)).toEqual(lengths.map((n, at) => [[at], values(n)]));
      expect(whole.packets.map(({ planes }) => planes[1]?.items)).toEqual([2, 5, 1, 2, 12]);
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 90 }), (size) => {
          expect(decodeStream(toDas2(made(isTold), size)).rows).toEqual(whole.rows);
        }),
        { numRuns: 40, examples: [[1], [7]] },
      );
    }
  });

  it("hold several runs of one length", () => {
    const stream = bytes(
      START,
      header("1", data("e", RUN) + data("f", RUN)),
      record("1", double(1), "[j|2]", reals([1, 2]), reals([3, 4])),
      record("1", double(2), "[j|2]", reals([5, 6]), "[j|2]", reals([7, 8])),
    );
    expect(decodeStream(toDas2(stream)).rows.map(({ values }) => values)).toEqual([
      [[1], [1, 2], [3, 4]],
      [[2], [5, 6], [7, 8]],
    ]);
  });

  it.each([
    ["no count before a run", data("e", RUN) + data("q", QUALITY), [double(1), reals([1, 2]), real(9)]],
    ["a count of none", data("e", RUN) + data("q", QUALITY), [double(1), "[j|0]", real(9)]],
    [
      "a count beyond the record",
      data("e", RUN) + data("q", QUALITY),
      [double(1), "[j|900]", reals([1]), real(9)],
    ],
    ["a part of a value", data("e", RUN), [double(1), reals([1]), "ab"]],
    ["no value", data("e", RUN), [double(1)]],
    ["less than its time", data("e", RUN), ["abc"]],
    [
      "runs of two lengths",
      data("e", RUN) + data("f", RUN) + data("q", QUALITY),
      [double(1), "[j|2]", reals([1, 2]), "[j|1]", reals([3]), reals([4]), real(9)],
    ],
  ])("are refused that have %s", (_, body, parts) => {
    expect(codeOf(() => toDas2(bytes(START, header("1", body), record("1", ...parts))))).toBe("BAD_LENGTH");
  });

  it("never ask for memory by a count alone", () => {
    const parts = [double(1), "[j|999999999]", reals([1]), real(9)];
    const stream = bytes(START, header("1", data("e", RUN) + data("q", QUALITY)), record("1", ...parts));
    expect(codeOf(() => toDas2(stream))).toMatch(/^(?:BAD_LENGTH|TOO_MANY_ITEMS|RECORD_TOO_LONG)$/);
  });
});

describe("ragged records of any bytes", () => {
  it("never fail otherwise than with an error of their own", () => {
    const piece = fc.oneof(
      fc.constantFrom("[j|", "[j|2]", "[k|1]", "]", "[j|99999999]", "|", "\0\0\0\0\0\0\0\0"),
      fc.string({ maxLength: 9 }),
    );
    const bodies = [data("e", RUN), data("e", RUN) + data("q", QUALITY), data("e", RUN) + data("f", RUN)];
    fc.assert(
      fc.property(fc.constantFrom(...bodies), fc.array(piece, { maxLength: 6 }), (body, parts) => {
        const code = codeOf(() => toDas2(bytes(START, header("1", body), record("1", ...parts))));
        expect(code).toMatch(/^(?:accepted|BAD_LENGTH|TOO_MANY_ITEMS|RECORD_TOO_LONG)$/);
      }),
      { numRuns: 300 },
    );
  });
});

describe("what is neither number nor time", () => {
  const coord = `<coord physDim="time">${scalar("datetime", "*", '<packet numItems="1" itemBytes="24" encoding="utf8"/>', "UTC")}</coord>`;
  const volts = data("v", scalar("real", "*", '<packet numItems="1" itemBytes="8" encoding="utf8"/>'));
  const text = (items: string): string =>
    data(
      "mode",
      scalar("string", "*", `<packet numItems="1" itemBytes="${items}" encoding="utf8" valTerm=";"/>`, ""),
    );
  const blob = data(
    "picture",
    scalar("blob", "*", '<packet numItems="1" itemBytes="*" encoding="blob"/>', ""),
  );
  const stream = (body: string, rest: readonly string[]): Buffer =>
    bytes(
      START,
      packet3("Hx", "1", `<dataset name="d" rank="1" index="*">${coord}${body}</dataset>`),
      ...rest.map((one) => record("1", one)),
    );

  it("is left out where it stands before numbers, and told of", () => {
    const das2 = decodeStream(toDas2(stream(text("6") + volts, ["2021-06-30T12:00:00.000 SURVEY   12.25"])));
    expect(das2.packets[0]?.planes.map(({ name }) => name)).toEqual(["time", "v"]);
    expect(das2.rows[0]?.values[1]).toEqual([12.25]);
    expect(Buffer.from(toDas2(stream(text("6") + volts, []))).toString("latin1")).toMatch(/mode: left out/);
  });

  it("is left out behind numbers whatever its length", () => {
    const made = stream(volts + text("*") + blob, [
      "2021-06-30T12:00:00.000    12.25burst;{3}abc",
      "2021-06-30T12:00:01.000    13.50survey mode;{1}a",
    ]);
    expect(decodeStream(toDas2(made)).rows.map(({ values }) => values[1])).toEqual([[12.25], [13.5]]);
    expect(codeOf(() => toDas2(stream(volts + blob, ["2021-06-30T12:00:00.000 12"])))).toBe("BAD_LENGTH");
  });
});
