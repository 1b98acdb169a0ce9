import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findSources, searchWords } from "../../../cgi/browse/find-sources.js";
import { marked } from "../../../cgi/browse/found.js";
import { indexSources, type Quantity } from "../../../cgi/browse/source-index.js";
import type { DataSource } from "../../../dsdf/data-source.js";
import { dataSource } from "../../../dsdf/load.js";

function source(id: string, description: string, more = ""): DataSource {
  const text = `description = '${description}'\ndas2Stream = 1\nreader = none\n${more}`;
  return dataSource(id, "x.dsdf", new TextEncoder().encode(text), { substitutions: new Map() });
}

const SOURCES = [
  source("Cassini/MAG/Survey", "Magnetic field along the orbit", "data_00 = 'B_mag | Magnitude | nT'\n"),
  source("Cassini/RPWS/Survey", "Electric and magnetic fields of waves"),
  source("Juno/Waves/Survey", "Plasma waves at Jupiter", "summary = 'As Cassini RPWS does'\n"),
  source("Voyager/PWS", "Plasma Wave System", "item_00 = 'field_strength | of the electric antenna'\n"),
];
const none = (): readonly Quantity[] => [];
const index = indexSources(SOURCES, none);
const ids = (text: string) => findSources(index, searchWords(text)).map(({ id }) => id);

describe("finding sources", () => {
  it.each([
    ["every word has to be there", "cassini waves", ["Cassini/RPWS/Survey", "Juno/Waves/Survey"]],
    ["in any case of letters", "PLASMA", ["Juno/Waves/Survey", "Voyager/PWS"]],
    [
      "a whole element of an id before a word of a description",
      "waves",
      ["Juno/Waves/Survey", "Cassini/RPWS/Survey"],
    ],
    ["an id before a summary", "rpws", ["Cassini/RPWS/Survey", "Juno/Waves/Survey"]],
    ["parts of words", "agnet", ["Cassini/MAG/Survey", "Cassini/RPWS/Survey"]],
    ["names of quantities", "b_mag", ["Cassini/MAG/Survey"]],
    ["units", "nt", ["Cassini/MAG/Survey", "Voyager/PWS"]],
    ["what is said of a quantity", "antenna", ["Voyager/PWS"]],
    ["parts of a path", "juno/waves", ["Juno/Waves/Survey"]],
    ["nothing for no words", "  ", []],
    ["nothing for a word that nowhere is", "cassini zebra", []],
    ["names of prototypes as any other word", "__proto__ constructor", []],
  ])("%s", (_what, text, expected) => {
    expect(ids(text)).toEqual(expected);
  });

  it("knows the quantities that were measured", () => {
    const measured = indexSources(SOURCES, ({ id }) =>
      id === "Voyager/PWS" ? [{ name: "spectral_density", units: "V**2 m**-2 Hz**-1" }] : [],
    );
    expect(findSources(measured, ["spectral_density"]).map(({ id }) => id)).toEqual(["Voyager/PWS"]);
    expect(findSources(measured, ["hz**-1"])).toEqual([]);
    expect(findSources(measured, ["v**2"])).toEqual([]);
  });

  it("looks for twelve words of eighty letters at most", () => {
    const words = searchWords(
      `${"a ".repeat(50)}${Array.from({ length: 50 }, (_, n) => `w${n}`).join(" ")} ${"x".repeat(9000)}`,
    );
    expect(words.length).toBe(12);
    expect(searchWords("y".repeat(9000))[0]).toHaveLength(80);
  });

  it("marks what was looked for without changing the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1, maxLength: 30 }), (text) => {
        const words = searchWords(text);
        const page = marked(text, words).text;
        const plain = marked(text, []).text;
        expect(page.replaceAll("<mark>", "").replaceAll("</mark>", "")).toBe(plain);
      }),
      { numRuns: 200 },
    );
    expect(marked("A <b> & A", ["a"]).text).toBe("<mark>A</mark> &lt;b&gt; &amp; <mark>A</mark>");
    // Its small form has two characters: no place would be right.
    expect(marked("İstanbul a", ["a"]).text).toBe("İstanbul a");
  });
});
