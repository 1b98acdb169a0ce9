import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csvRecords } from "../../../readers/hapi-reader/csv-records.js";
import { parseInfo } from "../../../readers/hapi-reader/info.js";
import { recordLayout } from "../../../readers/hapi-reader/record-layout.js";

const { parameters } = parseInfo({
  parameters: [
    { name: "t", type: "isotime", length: 20 },
    { name: "v", type: "double", fill: "-1e31" },
    { name: "n", type: "integer", fill: "-1" },
    { name: "s", type: "string", length: 12, fill: "none" },
  ],
});

/** The records of a text that arrives in pieces: time, numbers, text. */
function records(text: string, pieceBytes = text.length): unknown[] {
  const reader = csvRecords(recordLayout(parameters));
  const { record } = reader;
  const found: unknown[] = [];
  const note = (): void => {
    const time = Buffer.from(record.time.subarray(record.timeFrom, record.timeTo)).toString();
    found.push([time, record.numbers[0], record.numbers[1], Buffer.from(record.texts[2] ?? []).toString()]);
  };
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    reader.feed(bytes.subarray(at, at + pieceBytes));
    while (reader.next()) note();
  }
  found.push(reader.end());
  return found;
}

const T = "2021-06-30T00:00:00Z";
const FILL = -1e31;

describe("a line of values", () => {
  it.each<[string, string, readonly unknown[]]>([
    ["plain", `${T},1.5,-2,abc\n`, [T, 1.5, -2, "abc"]],
    ["with a carriage return", `${T},1.5,-2,abc\r\n`, [T, 1.5, -2, "abc"]],
    ["with blanks", `  ${T} , 1.5,  -2 , abc \n`, [T, 1.5, -2, "abc"]],
    ["with quotes", `"${T}","1.5","-2","a ""b"", c"\n`, [T, 1.5, -2, 'a "b", c']],
    ["with a text over two lines", `${T},1,2,"a\nb"\n`, [T, 1, 2, "a\nb"]],
    ["with an empty text", `${T},1,2,\n`, [T, 1, 2, ""]],
    ["with fills", `${T},-1E+31,-1,none\n`, [T, FILL, FILL, ""]],
    ["with a fill from 32 bits", `${T},-9.9999998E30,0,x\n`, [T, FILL, 0, "x"]],
    ["with what is no number", `${T},NaN,,x\n`, [T, FILL, FILL, "x"]],
    ["with infinity", `${T},inf,-Infinity,x\n`, [T, FILL, FILL, "x"]],
  ])("%s is read", (_what, text, expected) => {
    expect(records(text)).toEqual([expected, "whole"]);
  });

  it("is the same in pieces of any size, comments and empty lines between", () => {
    const line = fc.tuple(fc.integer({ min: -9999, max: 9999 }), fc.stringMatching(/^[ab", \n]{0,6}$/));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), fc.integer({ min: 1, max: 40 }), (lines, size) => {
        const text = lines
          .map(([n, s]) => `# no, record\n\n${T},${n},7,"${s.replaceAll('"', '""')}"\n`)
          .join("");
        // What stands in quotes is as it is.
        expect(records(text, size)).toEqual([...lines.map(([n, s]) => [T, n, 7, s]), "whole"]);
      }),
      { numRuns: 300 },
    );
  });

  it("without an end is not a record before it came twice", () => {
    const reader = csvRecords(recordLayout(parameters));
    const rest = Buffer.from(`${T},1,2,x`);
    for (const expected of ["torn", "record"]) {
      reader.restart();
      reader.feed(rest);
      expect(reader.next()).toBe(false);
      expect(reader.end()).toBe(expected);
    }
    expect(reader.record.numbers[0]).toBe(1);
  });
});
