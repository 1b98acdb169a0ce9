import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { normaliseParams, paramsDirectory } from "../../dsdf/normalise-params.js";

describe("parameter normalisation (das2-server 14)", () => {
  it.each([
    ["", "_noparam"],
    ["  \t ", "_noparam"],
    ["10khz Ex=off", "10khz_Ex=off"],
    ["-r no-spikes", "_r_no_spikes"],
    ["b a", "a_b"],
    ["-d out -a", "_a__d_out"],
    ["a\t b\n c", "a_b_c"],
    ["a _ B Z", "B_Z___a"],
    // By code point U+FF5E comes before U+1F600; by UTF-16 unit it would be the other way round.
    ["\u{1f600} \uff5e", "\uff5e_\u{1f600}"],
  ])("%j is %s", (params, normalised) => {
    expect(normaliseParams(params)).toBe(normalised);
    expect(normaliseParams(params.split(/\s+/))).toBe(normalised);
  });

  it("is nothing for nothing", () => {
    expect(normaliseParams()).toBe("_noparam");
    expect(normaliseParams([])).toBe("_noparam");
  });

  it("uses harmless texts as directory names and hashes the others", () => {
    for (const name of ["_noparam", "10khz_Ex=off", "a".repeat(120), "a..b"])
      expect(paramsDirectory(name)).toBe(name);
    for (const text of ["a/b", "..", ".", "a b", "é", "", "x".repeat(121)]) {
      const legal = text.replaceAll(/[^A-Za-z0-9_.=,:+%-]/g, "").slice(0, 40);
      const hash = createHash("sha256").update(text).digest("hex").slice(0, 16);
      expect(paramsDirectory(text)).toBe(`p-${legal}-${hash}`);
    }
  });
});
