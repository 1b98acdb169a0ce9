import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DasError } from "../../../errors/das-error.js";
import type { Row, RowValue } from "../../../netdrms/database/database.js";
import { bind, param, sql } from "../../../netdrms/database/sql.js";
import { encodeFrame, type Frame, FrameReader, MAX_FRAME_BYTES } from "../../../netdrms/session/frames.js";
import { checkHello, checkRequest, errorOf, errorReply } from "../../../netdrms/session/messages.js";
import { rowsOf, statementOf, wireRows, wireStatement } from "../../../netdrms/session/wire-values.js";
import { codeOf, messageOf } from "../../support/thrown.js";

const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("messages of sessions", () => {
  const frames: readonly Frame[] = [
    { kind: "json", value: { op: "query", text: "é𝄞" } },
    { kind: "bytes", bytes: Uint8Array.of(0, 255, 74) },
    { kind: "bytes", bytes: new Uint8Array(0) },
    { kind: "json", value: [1, null] },
  ];
  const bytes = Buffer.concat(frames.map(encodeFrame));

  it("are a length, a letter and the content", () => {
    expect([...encodeFrame({ kind: "json", value: [1] })]).toEqual([0, 0, 0, 3, 0x4a, ...Buffer.from("[1]")]);
    expect([...encodeFrame({ kind: "bytes", bytes: Uint8Array.of(7) })]).toEqual([0, 0, 0, 1, 0x42, 7]);
  });

  it("are found in pieces of every size", () => {
    for (let size = 1; size <= bytes.length; size++) {
      const reader = new FrameReader();
      const found: Frame[] = [];
      for (let at = 0; at < bytes.length; at += size) {
        reader.push(Uint8Array.from(bytes.subarray(at, at + size)));
        for (let frame = reader.next(); frame !== undefined; frame = reader.next()) found.push(frame);
      }
      expect(found, `pieces of ${size}`).toEqual(frames);
    }
  });

  it("are refused where they claim more than is allowed, before they have come", () => {
    const reader = new FrameReader(10);
    reader.push(Uint8Array.of(0, 0, 0, 11, 0x4a));
    expect(messageOf(() => reader.next())).toBe("A message of 11 bytes, expected 10 at most");
    const huge = { kind: "bytes", bytes: new Uint8Array(MAX_FRAME_BYTES + 1) } as const;
    expect(codeOf(() => encodeFrame(huge))).toBe("ARCHIVE_FAILED");
  });

  it("are refused where they are of another kind, or no JSON", () => {
    for (const text of ["\0\0\0\x01X1", "\0\0\0\x01J{", "GET / HTTP/1.1\r\n"]) {
      const reader = new FrameReader();
      reader.push(Buffer.from(text, "latin1"));
      expect(
        codeOf(() => reader.next()),
        text,
      ).toBe("ARCHIVE_FAILED");
    }
  });
});

describe("statements", () => {
  it("arrive with the same text and the same values", () => {
    const statement = sql`SELECT ${param(-9223372036854775808n, "int8")}, ${param(Number.NaN, "float8")}, ${param("'; --", "text")},
      ${param(null, "int4")}, ${param(true, "bool")}, ${param([1n, -2n], "int8[]")}, ${param(['a"b', "c,d"], "text[]")}`;
    expect(bind(statementOf(throughJson(wireStatement(statement))))).toEqual(bind(statement));
  });

  it.each<[string, unknown]>([
    ["text", "SELECT 1"],
    ["a number", [1]],
    ["a type that is none", [{ type: "regclass", value: "x" }]],
    ["a type of every object", [{ type: "constructor", value: "x" }]],
    ["a value of another form", [{ type: "text", value: 5 }]],
    ["a list of numbers", [{ type: "int8[]", value: [5] }]],
    ["a value without a type", [{ value: "5" }]],
    ["too many pieces", Array<string>(131_072).fill("")],
  ])("are not made of %s", (_, value) => {
    expect(codeOf(() => statementOf(value))).toBe("ARCHIVE_FAILED");
  });
});

describe("rows", () => {
  const value: fc.Arbitrary<RowValue> = fc.oneof(
    fc.double(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.string({ unit: "binary" }),
    fc.boolean(),
    fc.constant(null),
    fc.array(fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))),
    fc.array(fc.option(fc.string())),
  );
  const names = fc.uniqueArray(fc.string(), { maxLength: 5 });

  it("arrive with the same values, whatever those are", () => {
    const rows = names.chain((columns) =>
      fc.array(
        fc
          .tuple(...columns.map(() => value))
          .map((cells): Row => Object.fromEntries(columns.map((c, n) => [c, cells[n]!]))),
        { maxLength: 5 },
      ),
    );
    fc.assert(
      fc.property(rows, (given) => {
        expect(rowsOf(throughJson(wireRows(given)))).toStrictEqual(given);
      }),
      { numRuns: 200 },
    );
  });

  it.each<[string, unknown]>([
    ["nothing", null],
    ["rows of another length", { columns: ["a"], rows: [[1, 2]] }],
    ["rows that are none", { columns: ["a"], rows: [1] }],
    ["columns that are none", { columns: [1], rows: [] }],
    ["a value of no kind", { columns: ["a"], rows: [[{ date: 1 }]] }],
    ["a bad int8", { columns: ["a"], rows: [[{ int8: "1.5" }]] }],
  ])("are not made of %s", (_, wrong) => {
    expect(codeOf(() => rowsOf(wrong))).toBe("ARCHIVE_FAILED");
  });
});

describe("requests", () => {
  it.each<[unknown]>([
    [undefined],
    [null],
    ["query"],
    [{}],
    [{ op: "drop" }],
    [{ op: "query", statement: [] }],
    [{ op: "query", access: "admin", statement: [] }],
    [{ op: "copy" }],
    [{ op: "bye" }],
    [{ op: "bye", status: -1 }],
  ])("are not %j", (value) => {
    expect(codeOf(() => checkRequest(value))).toBe("ARCHIVE_FAILED");
  });

  it("begin with a greeting that is whole", () => {
    const hello = { op: "hello", version: 1, token: "t", program: "p", pid: 5 };
    expect(checkHello({ ...hello, more: 1 })).toEqual(hello);
    for (const part of [
      { op: "query" },
      { version: "1" },
      { token: 5 },
      { pid: -1 },
      { statementTimeoutMs: 0.5 },
    ])
      expect(codeOf(() => checkHello({ ...hello, ...part }))).toBe("ARCHIVE_FAILED");
  });
});

it("failures arrive with code, message and the detail that is for the log", () => {
  const failure = new DasError("BAD_QUERY", "no such value", { detail: "division by zero", secret: 1 });
  const arrived = errorOf(throughJson(errorReply(failure)));
  expect(arrived).toMatchObject({ code: "BAD_QUERY", message: "no such value" });
  expect(arrived.where).toEqual({ detail: "division by zero" });
  expect(errorReply(new TypeError("inside"))).toEqual({
    is: "error",
    code: "INTERNAL",
    message: "The session server failed",
  });
  expect(errorOf({ code: "constructor" }).code).toBe("ARCHIVE_FAILED");
});
