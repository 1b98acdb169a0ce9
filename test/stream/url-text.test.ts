import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodedPath, queryOf, queryWord } from "../../stream/url-text.js";

describe("text in a URL", () => {
  it("stays legible in a query where that is legal", () => {
    expect(queryWord("Cassini/RPWS")).toBe("Cassini/RPWS");
    expect(queryWord("2021-06-30T12:00")).toBe("2021-06-30T12:00");
    expect(queryWord("log,1,10")).toBe("log,1,10");
    expect(queryWord("a&b=c#d+e %")).toBe("a%26b%3Dc%23d%2Be%20%25");
    expect(queryWord("%2F")).toBe("%252F");
  });

  it("makes a query of words that have values, in their order", () => {
    expect(queryOf({ b: "1/2", none: undefined, a: "x y" })).toBe("b=1/2&a=x%20y");
    expect(queryOf({ none: undefined })).toBe("");
  });

  it("keeps the parts of a path apart and encodes each", () => {
    expect(encodedPath("A/B c/d?e#f")).toBe("A/B%20c/d%3Fe%23f");
    expect(encodedPath("/100%/é")).toBe("/100%25/%C3%A9");
    expect(encodedPath("")).toBe("");
  });

  it("is read again as what it was, by whatever reads URLs", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(new URLSearchParams(`a=${queryWord(text)}&b=1`).get("a")).toBe(text);
        expect(encodedPath(text).split("/").map(decodeURIComponent).join("/")).toBe(text);
      }),
      { numRuns: 300 },
    );
  });
});
