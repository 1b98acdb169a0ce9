import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csv } from "../../formats/csv/csv.js";
import { das3Document } from "../../formats/das3/document.js";
import { Das3DocumentDecoder } from "../../formats/das3/document-decoder.js";
import { text, toDas2 } from "../support/das3-streams.js";
import { referenceData } from "../support/reference-data.js";
import { decodeStream, encodeStream, packet, TEST_CONTEXT } from "../support/run-stream.js";
import { codeOf } from "../support/thrown.js";
import { PUMP_STREAM } from "../support/worked-streams.js";

const toDocument = (input: string | Uint8Array, args: readonly string[] = [], pieceBytes?: number): string =>
  Buffer.from(encodeStream(das3Document.open(args, TEST_CONTEXT), input, pieceBytes)).toString("utf8");
const table = (input: string | Uint8Array): string =>
  text(encodeStream(csv.open(["-r", "17", "-s", "9"], TEST_CONTEXT), input));

/** What a parser that is not ours finds: element names, attributes and text, in order. */
const seenByPython = (
  document: string,
): readonly [name: string, attributes: Record<string, string>, text: string][] =>
  JSON.parse(
    execFileSync(
      "python3",
      [
        "-c",
        "import json,sys\nimport xml.etree.ElementTree as E\n" +
          "r=E.fromstring(sys.stdin.buffer.read())\n" +
          "print(json.dumps([[e.tag,e.attrib,(e.text or '').strip()] for e in r.iter()]))",
      ],
      { input: document, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 },
    ),
  );

const DOCUMENT = `<?xml version="1.0" encoding="utf-8"?>
<!-- of an <example> -->
<stream type="das-basic-doc" version="3.0" xmlns="das-basic-doc">
  <properties><p name="title">Pump &amp; 4</p></properties>
  <frame name="lab" body="EARTH"><properties><p name="a">b</p></properties></frame>
  <dataset id="7" name="pump" rank="1" index="*">
    <coord physDim="time"><scalar units="UTC" semantic="datetime" index="*"><packet numItems="1"/></scalar></coord>
    <data physDim="voltage" name="volts"><scalar units="V" semantic="real" index="*"><packet numItems="1"/></scalar></data>
  </dataset>
  <d id="7">2021-06-30T12:00:00   12.25</d>
  <d id='7'><!-- a note --><![CDATA[2021-06-30T12:01:00]]> 13.50</d>
  <d  id = "7" >2021-181T12:02:00&#x20;1&#46;5e1</d>
</stream>
`;

describe("a das3 document (das2-stream C7)", () => {
  it("is read: datasets as packet types, records with references, comments and marked text", () => {
    const { stream, packets, rows } = decodeStream(toDas2(DOCUMENT));
    expect(stream?.properties).toEqual([{ name: "title", type: "String", value: "Pump & 4" }]);
    expect(
      packets.map(({ id, planes }) => [id, planes.map(({ name, units }) => `${name} ${units}`)]),
    ).toEqual([[7, ["time UTC", "volts V"]]]);
    expect(rows.map(({ values }) => values)).toEqual(
      [12.25, 13.5, 15].map((volts, minute) => [[7851.5 * 86_400e6 + minute * 60e6], [volts]]),
    );
  });

  it("gives the same however it is cut, with or without a mark before it", () => {
    const whole = text(toDas2(DOCUMENT));
    for (const size of [1, 2, 3, 7, 100]) expect(text(toDas2(DOCUMENT, size))).toBe(whole);
    expect(text(toDas2(`\ufeff${DOCUMENT}`, 5))).toBe(whole);
    expect(text(toDas2(`\n${DOCUMENT}`))).toBe(whole);
  });

  it("is any XML that says the same: marked text in properties, signs in attributes, properties that come late", () => {
    const made = DOCUMENT.replace("Pump &amp; 4", "<![CDATA[a<b&amp;]]> c")
      .replace('<d id="7">', '<d id="7" note="a>b">')
      .replace("</stream>", '<properties><p name="late">x</p></properties></stream>');
    const { stream, rows } = decodeStream(toDas2(made));
    expect(stream?.properties).toEqual([{ name: "title", type: "String", value: "a<b&amp; c" }]);
    expect(rows).toHaveLength(3);
  });

  it("takes what newer writers say: composites, runs of bytes, values that end in a semicolon", () => {
    const made = `<stream type="das-basic-doc" version="3.0"><dataset id="1" name="m" rank="2" index="*;2">
<coord physDim="time"><scalar units="t1970" semantic="real" index="*;-"><packet numItems="1"/></scalar></coord>
<data physDim="B" name="b"><composite intern="3" units="nT" semantic="real" index="*;2">
<formalism type="geovec" refs="lab"><geovec frame="lab"/></formalism><packet numItems="6" valTerm=";"/></composite></data>
<data physDim="note" name="note"><bytes index="*;-"><packet numItems="1" valTerm=";"/></bytes></data></dataset>
<d id="1">1657223019.5;1;2;3;4;5;6;all is well;</d></stream>`;
    const { packets, rows } = decodeStream(toDas2(made));
    expect(packets[0]?.planes.map(({ name, units }) => `${name} ${units}`)).toEqual([
      "time t1970",
      "b_x nT",
      "b_y nT",
      "b_z nT",
    ]);
    // 2022-07-07T19:43:39.5
    expect(rows[0]?.values).toEqual([[1657223019.5], [1, 4], [2, 5], [3, 6]]);
  });

  it("ends with the exception that it holds", () => {
    const cut = DOCUMENT.indexOf("  <d id='7'>");
    const made = `${DOCUMENT.slice(0, cut)}<exception type="NoMatchingData">none</exception></stream>`;
    const { exceptions, rows } = decodeStream(toDas2(made));
    expect(rows).toHaveLength(1);
    expect(exceptions).toEqual([{ type: "NoDataInInterval", message: "none" }]);
  });
});

describe("what is no document", () => {
  const broken = (from: string | RegExp, to: string): string => {
    const made = DOCUMENT.replace(from, to);
    expect(made).not.toBe(DOCUMENT);
    return made;
  };

  it.each([
    ["another root", broken("<stream type", "<html type"), "BAD_HEADER"],
    ["another type", broken("das-basic-doc", "das-basic-stream"), "BAD_HEADER"],
    ["a version to come", broken('version="3.0"', 'version="4.0"'), "BAD_HEADER"],
    ["an end that is missing", broken("</stream>\n", ""), "PARTIAL_PACKET"],
    ["a record that breaks off", DOCUMENT.slice(0, DOCUMENT.indexOf("12.25") + 2), "PARTIAL_PACKET"],
    ["a record of no dataset", broken('<d id="7">', '<d id="8">'), "UNDEFINED_ID"],
    ["a record without id", broken('<d id="7">', "<d>"), "BAD_HEADER"],
    ["a dataset without id", broken('dataset id="7"', "dataset"), "BAD_HEADER"],
    ["a value too few", broken("   12.25", ""), "BAD_LENGTH"],
    ["a value too many", broken("12.25", "12.25 3"), "BAD_LENGTH"],
    ["an element in a record", broken("12.25", "12.25<b/>"), "BAD_XML"],
    ["a closing tag of another name", broken("</d>", "</q>"), "BAD_XML"],
    ["a root that another closes", broken("</stream>", "</strean>"), "BAD_XML"],
    ["text between its elements", broken('<d id="7">', 'free <d id="7">'), "BAD_XML"],
    ["control characters", broken("12.25", "12.25\u0001"), "BAD_XML"],
    ["another encoding", broken('encoding="utf-8"', 'encoding="ISO-8859-1"'), "BAD_XML"],
    ["a comment without end behind it", `${DOCUMENT}<!-- a`, "PARTIAL_PACKET"],
    ["binary values", broken('numItems="1"', 'numItems="1" encoding="BEreal"'), "BAD_HEADER"],
    ["a document type", broken("<stream", '<!DOCTYPE a [<!ENTITY x "y">]><stream'), "BAD_XML"],
    ["an unknown reference", broken("12.25", "&x;"), "BAD_XML"],
    ["text behind its end", `${DOCUMENT}abc`, "BAD_XML"],
    ["a second root", `${DOCUMENT}<stream/>`, "BAD_XML"],
    ["a closing tag too many", broken("</stream>", "</stream></stream>"), "BAD_XML"],
    ["nothing", "", "NO_STREAM_HEADER"],
    ["blanks", " \n ", "NO_STREAM_HEADER"],
    ["only a comment", "<!-- a -->", "NO_STREAM_HEADER"],
    ["elements without end", `<stream type="das-basic-doc" version="3.0">${"<a>".repeat(40)}`, "BAD_XML"],
  ])("is told: %s", (_, made, code) => {
    expect(codeOf(() => toDas2(made))).toBe(code);
    expect(codeOf(() => toDas2(made, 3))).toBe(code);
  });

  it("may be as long as its limits say, not longer: an element, a record, a comment", () => {
    const limits = { headerBytes: 2000, recordBytes: 300 };
    const tried = (made: string) =>
      codeOf(() => {
        const decoder = new Das3DocumentDecoder(limits);
        for (let at = 0; at < made.length; at += 100)
          for (const items of decoder.portions(Buffer.from(made.slice(at, at + 100))))
            expect(items).toBeDefined();
        decoder.end();
      });
    expect(tried(DOCUMENT)).toBe("accepted");
    expect(tried(broken("12.25", `12.25${" ".repeat(500)}`))).toBe("BAD_LENGTH");
    expect(tried(broken("of an", "a".repeat(5000)))).toBe("BAD_LENGTH");
    expect(tried(broken("Pump", "a".repeat(5000)))).toBe("BAD_LENGTH");
  });

  it("never fails otherwise than with an error of its own", () => {
    const piece = fc.constantFrom(
      ...[
        "<",
        ">",
        "</",
        "/>",
        "<d id='7'>",
        "</d>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<?",
        "?>",
        "&amp;",
        "&#0;",
      ],
      ...[
        "<stream>",
        "</stream>",
        "<dataset id='7'/>",
        "<properties>",
        '"',
        "'",
        "2021-01-01",
        " 1",
        "\0",
        "é",
      ],
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: DOCUMENT.length }),
        fc.integer({ min: 0, max: 40 }),
        fc.array(piece, { maxLength: 8 }),
        fc.integer({ min: 1, max: 400 }),
        (at, cut, parts, size) => {
          const made = DOCUMENT.slice(0, at) + parts.join("") + DOCUMENT.slice(at + cut);
          expect(codeOf(() => toDas2(made, size))).toMatch(
            /^(?:accepted|BAD_XML|BAD_HEADER|BAD_PROPERTY|BAD_LENGTH|PARTIAL_PACKET|NO_STREAM_HEADER|UNDEFINED_ID|NOT_IMPLEMENTED|TOO_MANY_ITEMS)$/,
          );
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("a das2 stream as a document", () => {
  it("is one XML text: the pump of the specification, every value that was in it", () => {
    const seen = seenByPython(toDocument(PUMP_STREAM));
    expect(seen[0]).toEqual(["{das-basic-doc}stream", { type: "das-basic-doc", version: "3.0" }, ""]);
    const records = seen.filter(([name]) => name === "{das-basic-doc}d");
    expect(records).toEqual([
      ["{das-basic-doc}d", { id: "1" }, "2021-06-30T12:00:00;12.25;0.75"],
      ["{das-basic-doc}d", { id: "1" }, "2021-06-30T12:01:00;13.50;-99"],
    ]);
    const properties = seen
      .filter(([name]) => name === "{das-basic-doc}p")
      .map(([, { name }, value]) => [name, value]);
    expect(properties).toContainEqual(["title", "Pump 4"]);
    expect(properties).toContainEqual(["fill", "-99"]);
    const dataset = seen.find(([name]) => name === "{das-basic-doc}dataset");
    expect(dataset?.[1]).toMatchObject({ id: "1", rank: "1", index: "*" });
  });

  for (const name of ["ex06_yscan_multispec_2.2.2.d2t", "x_multi_y.d2s", "galileo_pws_sample.d2t"]) {
    const path = referenceData(`das2/${name}`);
    it.skipIf(path === undefined)(`and back is the same table: ${name}`, () => {
      const input = readFileSync(path ?? "");
      const document = toDocument(input, ["-r", "17", "-s", "9"]);
      expect(seenByPython(document).length).toBeGreaterThan(10);
      const back = decodeStream(toDas2(document));
      const before = decodeStream(input);
      expect(back.rows.length).toBe(before.rows.length);
      expect(back.rows.length).toBeGreaterThan(0);
      for (const [at, { values }] of before.rows.entries()) {
        // A plane of y and one of a table may change places.
        const sorted = (all: readonly (readonly number[])[]) => all.map((one) => one.join()).sort();
        expect(sorted(back.rows[at]!.values)).toEqual(sorted(values));
      }
      expect(table(toDas2(document)).split("\r\n").length).toBe(table(input).split("\r\n").length);
    });
  }

  it("has text in it that would break it only in disguise", () => {
    const hostile = '</d><d id="1">&"\u0001';
    const header = `<stream version="2.2"><properties String:title="${'</d>&"'.replace(/[&<"]/g, (c) => `&#${c.charCodeAt(0)};`)}"/></stream>`;
    const made =
      packet("00", header) +
      packet(
        "01",
        '<packet><x type="time20" units="us2000"/><y name="a" type="ascii15" units="&lt;"/></packet>',
      ) +
      `:01:2021-06-30T12:00:00 ${hostile.padEnd(15).slice(0, 15)}`;
    const seen = seenByPython(toDocument(made));
    expect(seen.filter(([name]) => name === "{das-basic-doc}d")).toHaveLength(1);
    expect(seen.some(([, , value]) => value === '</d>&"')).toBe(true);
  });

  it("is read again where das2 has names that are one in das3", () => {
    const made =
      packet("00", '<stream version="2.2"><properties String:a.b="1" String:a-b="2"/></stream>') +
      packet(
        "01",
        '<packet><x type="time20" units="us2000"/><y name="v" type="ascii9" units=""><properties String:label="q" String:yLabel="z"/></y></packet>',
      ) +
      ":01:2021-06-30T12:00:00         7\n";
    const back = decodeStream(toDas2(toDocument(made)));
    expect(back.stream?.properties.map(({ value }) => value).slice(0, 2)).toEqual(["1", "2"]);
    expect(back.packets[0]?.planes[1]?.properties.map(({ value }) => value)).toEqual(
      expect.arrayContaining(["q", "z"]),
    );
  });

  it("gives what is blank as fill, so that no value takes the place of another", () => {
    const made =
      packet("00", '<stream version="2.2"/>') +
      packet(
        "01",
        '<packet><x type="time20" units="us2000"/><y name="a" type="ascii9" units=""/><y name="b" type="ascii9" units=""/></packet>',
      ) +
      ":01:2021-06-30T12:00:00                  7\n";
    expect(toDocument(made)).toContain('<d id="1">2021-06-30T12:00:00;-1e31;7</d>');
  });

  it("is nothing where there is no dataset, and breaks off where the stream fails", () => {
    const none = packet("00", '<stream version="2.2"/>');
    const ended = (type: string) => packet("xx", `<exception type="${type}" message="m"/>`);
    expect(toDocument(none + ended("NoDataInInterval"))).toBe("");
    const rows = PUMP_STREAM.slice(0, PUMP_STREAM.lastIndexOf("[xx]"));
    expect(toDocument(rows + ended("NoDataInInterval"))).toMatch(/<\/stream>\n$/);
    expect(codeOf(() => toDocument(rows + ended("ServerError")))).toBe("DOMAIN");
  });
});
