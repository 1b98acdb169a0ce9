import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodePath, parseQuery } from "../../cgi/query-words.js";
import { isDasError } from "../../errors/das-error.js";

const LIMIT = 4096;

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    return isDasError(error) ? error.code : "not a DasError";
  }
  return undefined;
}

describe("parameters of a request (das2-server 1.2)", () => {
  it("decodes once: %2541 is %41, and + is a space", () => {
    const words = parseQuery("a=%2541&b=x+y%2Bz&c=%20", LIMIT);
    expect(words.get("a")).toBe("%41");
    expect(words.get("b")).toBe("x y+z");
    expect(words.get("c")).toBe(" ");
  });

  it("takes the first of a repeated name and no empty value", () => {
    const words = parseQuery("a=&a=1&a=2&b=&c", LIMIT);
    expect([...words]).toEqual([["a", "1"]]);
  });

  it("keeps the case of names", () => {
    expect(parseQuery("Server=id", LIMIT).get("server")).toBeUndefined();
  });

  it.each([
    ["NUL", "a=%00"],
    ["a line end", "a=b%0d%0aSet-Cookie:x"],
    ["bytes that are not UTF-8", "a=%ff%fe"],
    ["a lone %", "a=50%"],
    ["% with one digit", "a=%4"],
    ["what a bad environment became", "a=%EF%BF%BD"],
    ["a name with a control character", "%01=1"],
    ["a word without = that is not UTF-8", "%ff"],
  ])("refuses %s", (_what, query) => {
    expect(codeOf(() => parseQuery(query, LIMIT))).toBe("BAD_PARAMETER");
  });

  it("refuses a value above the limit in bytes, takes one at it", () => {
    expect(codeOf(() => parseQuery(`a=${"x".repeat(LIMIT + 1)}`, LIMIT))).toBe("BAD_PARAMETER");
    expect(codeOf(() => parseQuery(`a=${"%C3%A9".repeat(LIMIT / 2 + 1)}`, LIMIT))).toBe("BAD_PARAMETER");
    expect(parseQuery(`a=${"x".repeat(LIMIT)}`, LIMIT).get("a")).toHaveLength(LIMIT);
  });

  it("gives back every text that was encoded", () => {
    const text = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 50 })
      .filter((t) => !/[\p{Cc}\uFFFD]/u.test(t));
    fc.assert(
      fc.property(text, (value) => {
        expect(parseQuery(`v=${encodeURIComponent(value)}`, LIMIT).get("v")).toBe(value);
      }),
    );
  });

  it("never throws anything but a DasError", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (query) => {
        expect(codeOf(() => parseQuery(query, LIMIT))).not.toBe("not a DasError");
      }),
    );
  });
});

describe("the path (das2-server 1.2)", () => {
  it("keeps + and decodes once", () => {
    expect(decodePath("/a+b%20c%2541")).toBe("/a+b c%41");
  });

  it.each(["/a/../b", "/%2e%2e/b", "/a..b", "/%00", "/a%0ab", "/%ff"])("refuses %s", (path) => {
    expect(codeOf(() => decodePath(path))).toBe("BAD_PATH");
  });
});
