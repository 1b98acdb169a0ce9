import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonPieces, jsonString, jsonText } from "../../../cgi/jsoc/json.js";

const ASCII = /^[\x20-\x7e]*$/;

describe("JSON of the JSOC web interface (export B1)", () => {
  it("is ASCII without markup, and reads back as what it was", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const json = jsonString(text);
        expect(JSON.parse(json)).toBe(text);
        expect(json).toMatch(ASCII);
        expect(json).not.toMatch(/[<>&]/);
      }),
    );
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: "binary" }), (value) => {
        const json = jsonText(value as Parameters<typeof jsonText>[0]); // a value of JSON, as the arbitrary says
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(json).toMatch(ASCII);
      }),
    );
  });

  it("escapes as the standard says, half of a pair too", () => {
    expect(jsonString('a"\\\n\u0000\u007f\u00e9\u{1f31e}\ud800</script>')).toBe(
      '"a\\"\\\\\\n\\u0000\\u007f\\u00e9\\ud83c\\udf1e\\ud800\\u003c/script\\u003e"',
    );
  });

  it("has all digits of 64 bits, null for no number, and leaves out what is not there", () => {
    expect(
      jsonText({
        sunum: 5_188_146_770_730_811_492n,
        rate: Number.NaN,
        far: Infinity,
        none: undefined,
        some: [null, true],
      }),
    ).toBe('{"sunum":5188146770730811492,"rate":null,"far":null,"some":[null,true]}');
  });

  it("gathers small parts and passes bytes on in their place", async () => {
    const parts = ["a".repeat(40_000), "b".repeat(40_000), Buffer.from("c"), "d"];
    const pieces: string[] = [];
    for await (const piece of jsonPieces(parts)) pieces.push(Buffer.from(piece).toString("latin1"));
    expect(pieces.map(({ length }) => length)).toEqual([80_000, 1, 1]);
    expect(pieces.join("")).toBe(`${parts[0]}${parts[1]}cd`);
  });
});
