import fc from "fast-check";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { describe, expect, it } from "vitest";
import { describeSource } from "../../dsdf/describe.js";
import { dataSource } from "../../dsdf/load.js";

function description(text: string, privatePrefixes?: string[]): string {
  const source = dataSource("X", "/X.dsdf", new TextEncoder().encode(text), { substitutions: new Map() });
  return describeSource(source, privatePrefixes === undefined ? {} : { privatePrefixes });
}

/** The properties as an independent XML parser sees them. */
function properties(packet: string): Record<string, string> {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: "",
    parseAttributeValue: false,
    htmlEntities: true,
  });
  return parser.parse(packet.slice(10)).stream.properties;
}

const REST = "reader = rd\n";

describe("the description of a source (das2-server 2.6)", () => {
  it("is the worked example, 87 bytes", () => {
    expect(description("description = 'Pump 4'\ndas2Stream = 1\nreader = rd\n")).toBe(
      '[00]000087<stream version="2.2">\r\n  <properties description="Pump 4" das2Stream="1" />\r\n</stream>',
    );
  });

  it("sends true flags as 1, which is what Java clients compare with (das2-server 21)", () => {
    const packet = description(
      "description = x\ndas2Stream = true\nrequiresInterval = YES\nhidden = true\nreader = rd\n",
    );
    expect(properties(packet)).toMatchObject({ das2Stream: "1", requiresInterval: "1", hidden: "true" });
    expect(
      properties(description("description = x\nqstream = false\ndas2Stream = 1\nreader = rd\n")),
    ).toMatchObject({
      qstream: "false",
    });
  });

  it("sends every keyword in file order, known or not, without the private ones", () => {
    const names = (
      "reader readerCmd readerTrans_00 reducer reducerCmd compressor readAccess groupAccess hapi subSource_00 exampleQuery_00 " +
      "paramValInfo_00 coverageReducer hasCoverage cacheReader sourceGlob"
    ).split(" ");
    const text = names
      .map((name) => (name === "reader" ? "reader = rd" : name.endsWith("Access") ? "" : `${name} = /secret`))
      .join("\n");
    const all = `zeta = 1\n${text}\nreadAccess = 'USER:secret'\ngroupAccess = secret\ndescription = x\nparamInfo_00 = i\nplane_1.label = P\nmine_7 = m\n`;
    const packet = description(all);
    expect(packet).not.toContain("secret");
    expect(Object.entries(properties(packet))).toEqual([
      ["zeta", "1"],
      ["description", "x"],
      ["paramInfo_00", "i"],
      ["plane_1.label", "P"],
      ["mine_7", "m"],
    ]);
    expect(Object.keys(properties(description(all, ["mine", ""])))).not.toContain("mine_7");
  });

  it("removes parentheses, escapes, and writes what is beyond ASCII as references", () => {
    const packet = description(`description = 'a (b) & "c" <d> ''e'' µ 日 \u{1f600} f\tg'\nreader = rd\n`);
    expect(packet).toContain(
      "a b &amp; &quot;c&quot; &lt;d&gt; &apos;e&apos; &#181; &#26085; &#128512; f&#9;g",
    );
    expect(packet).toMatch(/^[\r\n -~]*$/);
    expect(Buffer.byteLength(packet)).toBe(packet.length);
    expect(Number(packet.slice(4, 10))).toBe(packet.length - 10);
  });

  it("writes label(0) as label_0, once", () => {
    const packet = description(`description = x\nlabel(0) = A\nlabel(1) = B\nlabel_1 = C\n${REST}`);
    expect(XMLValidator.validate(packet.slice(10))).toBe(true);
    expect(properties(packet)).toMatchObject({ label_0: "A", label_1: "B" });
  });

  it("gives older clients exampleRange, exampleParams and exampleInterval where only _00 is there", () => {
    const example =
      "exampleRange_00 = 2021-01-01 to 2021-01-02\nexampleParams_00 = p\nexampleInterval_00 = 5\nexampleRange_01 = 2022-01-01 to 2022-01-02\n";
    expect(properties(description(`description = x\n${example}${REST}`))).toMatchObject({
      exampleRange: "2021-01-01 to 2021-01-02",
      exampleRange_00: "2021-01-01 to 2021-01-02",
      exampleRange_01: "2022-01-01 to 2022-01-02",
      exampleParams: "p",
      exampleInterval: "5",
    });
    const both = properties(
      description(`description = x\nexampleRange = 2020-01-01 to 2020-01-02\n${example}${REST}`),
    );
    expect(both.exampleRange).toBe("2020-01-01 to 2020-01-02");
    expect(properties(description(`description = x\n${REST}`))).toEqual({ description: "x" });
  });

  it("never holds a request parameter", () => {
    expect(properties(description("description = '$(foo,safe)'\nreader = 'rd $(foo,1)'"))).toEqual({
      description: "safe",
    });
  });

  it("stays within 64 KiB: paramInfo goes first, then summary, then the end of description, then other keywords", () => {
    const long = (n: number) => "x".repeat(n);
    const big = (more: string, text = "d") =>
      description(`description = '${text}'\nother = o\n${more}${REST}`);
    const sizes = (packet: string) => {
      expect(packet.length).toBeLessThanOrEqual(10 + 65_536);
      expect(XMLValidator.validate(packet.slice(10))).toBe(true);
      return Object.fromEntries(
        Object.entries(properties(packet)).map(([name, value]) => [name, value.length]),
      );
    };
    expect(sizes(big(`summary = '${long(60_000)}'\n`))).toEqual({
      description: 1,
      other: 1,
      summary: 60_000,
    });
    expect(sizes(big(`summary = '${long(60_000)}'\nparamInfo_00 = '${long(9000)}'\n`))).toEqual({
      description: 1,
      other: 1,
      summary: 60_000,
    });
    expect(sizes(big(`summary = '${long(70_000)}'\nparamInfo_00 = 'i'\n`))).toEqual({
      description: 1,
      other: 1,
    });
    const cut = sizes(big(`summary = 's'\n`, "<".repeat(30_000)));
    expect(cut.other).toBe(1);
    // Each < takes four characters; the rest is markup and the other keyword.
    expect(cut.description).toBe(Math.floor((65_536 - (big("", "d").length - 1) + 10) / 4));
    expect(sizes(big(`a = '${long(70_000)}'\n`))).toEqual({ description: 0, other: 1 });
    expect(sizes(big(`a = '${long(50_000)}'\nb = '${long(50_000)}'\n`))).toEqual({
      description: 0,
      other: 1,
      a: 50_000,
    });
  });

  it("is well-formed ASCII that gives the values back, whatever they hold", () => {
    const keyword = fc.stringMatching(/^[A-Z_][A-Za-z0-9_]{0,8}(\([0-9]\))?$/);
    const value = fc.string({ unit: "grapheme", maxLength: 30 });
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(keyword, value), {
          selector: ([name]) => name.replaceAll("(", "_").replaceAll(")", ""),
        }),
        (pairs) => {
          // Not every character is legal in XML at all; a definition has no control characters.
          const clean = pairs.map(([name, text]): [string, string] => [
            name,
            [...text]
              .filter((character) => character >= " " && !/[\u007f\p{Cn}\p{Surrogate}]/u.test(character))
              .join(""),
          ]);
          const packet = describeSource({ keywords: new Map(clean) });
          expect(Number(packet.slice(4, 10))).toBe(Buffer.byteLength(packet) - 10);
          expect(XMLValidator.validate(packet.slice(10))).toBe(true);
          const found = clean.length === 0 ? {} : properties(packet);
          for (const [name, text] of clean)
            expect((found[name.replaceAll("(", "_").replaceAll(")", "")] ?? "").trim()).toBe(
              text.replaceAll(/[()]/g, "").trim(),
            );
        },
      ),
      { numRuns: 200 },
    );
  });
});
