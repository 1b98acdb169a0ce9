import { describe, expect, it } from "vitest";
import { definitionHash } from "../../../cache/levels/definition-hash.js";
import { sourceOf, TOOLS, toolsWith } from "./support.js";

const HEAD = "das2Stream = 1\nreader = 'rd --level 2'";
const DAS1 = "reader = 'rd'\nform = x_multi_y\nitems = 2\nrequiresInterval = 0\ny_unit(0) = nT";

/** The hash of the level 01 of a definition. */
function hash(text: string, { head = HEAD, tools = TOOLS, level = "60 s | daily" } = {}): string {
  const source = sourceOf(`${text}\ncacheLevel_01 = '${level}'`, head);
  const found =
    source.cacheLevels === "auto" ? undefined : source.cacheLevels.find(({ number }) => number === 1);
  if (found === undefined) throw new Error("the level is declared");
  return definitionHash(source, found, tools);
}

describe("the hash of a definition", () => {
  it("is 16 hexadecimal digits", () => {
    expect(hash("")).toMatch(/^[0-9a-f]{16}$/);
  });

  it.each([
    ["a title", "summary = 'other'"],
    ["another level", "cacheLevel_02 = '600 s | monthly'"],
    ["what makes blocks stale by itself", "dataVersion = 2\nliveDelay = '1 hr'"],
    ["an example", "exampleRange = '2021-01-01 to 2021-01-02'"],
    ["access", "readAccess = 'USER:ann'"],
    ["the reducer of the server, spelled out", "reducer = 'das2_bin_avgsec'"],
  ])("does not change with %s", (_what, text) => {
    expect(hash(text)).toBe(hash(""));
  });

  it("does not change with the spelling of a command, nor with the number of the level", () => {
    expect(hash("", { head: "das2Stream = 1\nreader = '  rd   \"--level\"  2'" })).toBe(hash(""));
    const source = sourceOf("cacheLevel_07 = '1 min | daily'", HEAD);
    const [level] = source.cacheLevels === "auto" ? [] : source.cacheLevels;
    expect(level && definitionHash(source, level, TOOLS)).toBe(hash(""));
  });

  it.each([
    ["the reader", { head: "das2Stream = 1\nreader = 'rd --level 3'" }],
    ["the environment of the reader", { head: "das2Stream = 1\nreader = 'env TZ=UTC rd --level 2'" }],
    ["one word of two", { head: "das2Stream = 1\nreader = \"rd '--level 2'\"" }],
    [
      "a place for values",
      { head: "das2Stream = 1\nreader = 'rd --level 2 #[read.time.min] #[read.time.max]'" },
    ],
    ["the form", { head: `${DAS1}\nreader = 'rd --level 2'` }],
    ["the server's reducer", { tools: toolsWith({ d2sReducer: "das2_bin_peakavgsec" }) }],
    ["the width", { level: "61 s | daily" }],
    ["the period", { level: "60 s | hourly" }],
    ["the parameters", { level: "60 s | daily | a" }],
  ])("changes with %s", (_what, options) => {
    expect(hash("", options)).not.toBe(hash(""));
  });

  it("changes with the order of parameters, which the reader is given as they stand", () => {
    expect(hash("", { level: "60 s | daily | -o x -p a" })).not.toBe(
      hash("", { level: "60 s | daily | -o a -p x" }),
    );
  });

  it("changes with dropParams where there is something to drop", () => {
    expect(hash("dropParams = 1")).toBe(hash(""));
    expect(hash("dropParams = 1", { level: "60 s | daily | a" })).not.toBe(
      hash("", { level: "60 s | daily | a" }),
    );
  });

  it("tells values of a request apart in every field", () => {
    const forms = [
      "#[read.opts]",
      "#[read.opts]*",
      '"#[read.opts]"',
      "#[read.opts # -p @ #]",
      "#[read.opts # -q @ #]",
      "#[read.opts # -p @ # none]",
      "#[read.opts( |dft)# -p @ #]",
      "#[read.opts( |dft|=)# -p @ #]",
      "#[read.opts(,|dft|=)# -p @ #]",
    ];
    const hashes = forms.map((form) => hash("", { head: `das2Stream = 1\nreader = 'rd ${form}'` }));
    expect(new Set(hashes).size).toBe(forms.length);
  });

  it("of an intrinsic level does not know of a reducer, of a das1 source it knows what its records are", () => {
    const intrinsic = { level: "intrinsic | daily" };
    expect(hash("reducer = das2_bin_peakavgsec", intrinsic)).toBe(hash("", intrinsic));
    expect(hash("y_unit(0) = T", { head: DAS1 })).not.toBe(hash("", { head: DAS1 }));
    expect(hash("label(0) = Bx", { head: DAS1 })).not.toBe(hash("", { head: DAS1 }));
    expect(hash("", { head: DAS1, tools: toolsWith({ das1ToDas2: "other" }) })).not.toBe(
      hash("", { head: DAS1 }),
    );
  });

  it("stays the same from one version of the program to the next", () => {
    // Blocks of a site must not become stale by an update: this is what `sha256sum | cut -c1-16` says of
    // [["edition","1"],["form","das2"],["reader","[false,[[[],[[\"rd\"]]]]]"],["reducer","[false,[[[],[[\"das2_bin_avgsec\"]]]]]"],["level","bin-60s","daily"]]
    expect(hash("", { head: "das2Stream = 1\nreader = rd" })).toBe("ca99cdd325d105ff");
  });
});
