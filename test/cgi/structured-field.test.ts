import { describe, expect, it } from "vitest";
import { dictionaryField } from "../../cgi/structured-field.js";

// The expected texts are written by hand after RFC 9651: 3.2 (dictionaries), 3.3 (items), 4.1 (serialising).
describe("a dictionary of a structured field", () => {
  it("writes texts, whole numbers, decimals and dates in their order, and leaves out what has no value", () => {
    const members = { a: "x y", n: 60, d: 0.5, none: undefined, at: { seconds: 1_659_578_233.9 } };
    expect(dictionaryField(members)).toBe('a="x y", n=60, d=0.5, at=@1659578233');
  });

  it("escapes quotes and backslashes", () => {
    expect(dictionaryField({ a: 'say "no\\yes"' })).toBe('a="say \\"no\\\\yes\\""');
  });

  it("keeps three decimals", () => {
    expect(dictionaryField({ a: 0.0125, b: 1.0000001, c: 86.4 })).toBe("a=0.013, b=1.0, c=86.4");
  });

  it("writes other text than ASCII as a display string, so that nothing of it ends the line", () => {
    // The example of RFC 9651, 3.3.8.
    expect(dictionaryField({ a: "This is intended for display to üsers." })).toBe(
      'a=%"This is intended for display to %c3%bcsers."',
    );
    expect(dictionaryField({ a: 'ü"%\r\nSet-Cookie: x' })).toBe('a=%"%c3%bc%22%25%0d%0aSet-Cookie: x"');
  });
});
