import { performance } from "node:perf_hooks";
import { describe, expect, test } from "vitest";
import {
  parseInfo,
  parsePacketHeader,
  parseStreamHeader,
  printComment,
  printException,
  printPacketHeader,
  printStreamHeader,
} from "../../stream/header-xml.js";
import type { Properties } from "../../stream/model.js";
import { yTagValues } from "../../stream/packet-header.js";
import { parseXml } from "../../stream/xml-document.js";
import { codeOf, messageOf } from "../support/thrown.js";
import { packetText } from "./support.js";

function propertiesOf(attributes: string, warnings: string[] = []): Properties {
  return parseStreamHeader(`<stream><properties ${attributes}/></stream>`, undefined, (line) =>
    warnings.push(line),
  ).header.properties;
}

describe("properties (das2-stream A8)", () => {
  test("keep order, type and text", () => {
    expect(
      propertiesOf(
        'String:a="text" b="no prefix" boolean:c="true" int:d="-5" double:e="1.5e3" doubleArray:f="1, 2,3" ' +
          'Datum:g="90 s" DatumRange:h="0 to 40 V" Time:i="2021-06-30T12:00" TimeRange:j="2021-01 to 2021-02 UTC"',
      ),
    ).toEqual([
      { name: "a", type: "String", value: "text" },
      { name: "b", type: "String", value: "no prefix" },
      { name: "c", type: "boolean", value: "true" },
      { name: "d", type: "int", value: "-5" },
      { name: "e", type: "double", value: "1.5e3" },
      { name: "f", type: "doubleArray", value: "1, 2,3" },
      { name: "g", type: "Datum", value: "90 s" },
      { name: "h", type: "DatumRange", value: "0 to 40 V" },
      { name: "i", type: "Time", value: "2021-06-30T12:00" },
      { name: "j", type: "TimeRange", value: "2021-01 to 2021-02 UTC" },
    ]);
  });

  test.each([
    ["bool", "1", "boolean"],
    ["BOOLEAN", "False", "boolean"],
    ["integer", "7", "int"],
    ["real", "7", "double"],
    ["DOUBLE", "nan", "double"],
    ["string", "7", "String"],
    ["stringArray", "a,b", "String"],
    ["datetime", "2021-181", "Time"],
    ["datetimeRange", "2021 to 2022", "TimeRange"],
    ["datum", "5", "Datum"],
    ["Datum", "5 V**2 m**-2 Hz**-1", "Datum"],
    ["Datum", "5 V/m", "Datum"],
    ["Datum", "5 cm**(-3/2) sr**-1", "Datum"],
    ["Datum", "-1e-3 \u00b5s", "Datum"],
    ["datumrange", "1 to 2 keV", "DatumRange"],
  ])("%s:p=%j is read as such, without a warning", (prefix, value, type) => {
    const warnings: string[] = [];
    expect(propertiesOf(`${prefix}:p="${value}"`, warnings)).toEqual([{ name: "p", type, value }]);
    expect(warnings).toEqual([]);
  });

  test.each([
    ["Datum", "5 V**"],
    ["Datum", "5 (V"],
    ["Datum", "five s"],
    ["Datum", ""],
    ["int", "1.5"],
    ["double", "wide"],
    ["boolean", "maybe"],
    ["doubleArray", "1,,2"],
    ["DatumRange", "40"],
    ["Time", "<noon>"],
    ["unheard", "of"],
    ["constructor", "x"],
    ["__proto__", "x"],
    ["toString", "x"],
  ])("%s:p=%j stays a String, with a warning", (prefix, value) => {
    const warnings: string[] = [];
    const escaped = value.replaceAll("<", "&lt;").replaceAll(">", "&gt;");
    expect(propertiesOf(`${prefix}:p="${escaped}"`, warnings)).toEqual([
      { name: "p", type: "String", value },
    ]);
    expect(warnings.length).toBe(1);
  });

  test("xCacheRange is a DatumRange that ends in UTC, however it came", () => {
    const day = "2021-06-30 to 2021-07-01";
    const expected = [{ name: "xCacheRange", type: "DatumRange", value: `${day} UTC` }];
    expect(propertiesOf(`TimeRange:xCacheRange="${day}"`)).toEqual(expected);
    expect(propertiesOf(`TimeRange:xCacheRange="${day} UTC"`)).toEqual(expected);
    expect(propertiesOf(`DatumRange:xCacheRange="${day}"`)).toEqual(expected);
    expect(propertiesOf('DatumRange:xCacheRange="1.5e-3 to 20 km"')[0]?.value).toBe("1.5e-3 to 20 km");
    const properties = [{ name: "xCacheRange", type: "TimeRange", value: day }] as const;
    expect(Buffer.from(printStreamHeader({ version: "2.2", properties })).toString()).toContain(
      `DatumRange:xCacheRange="${day} UTC"`,
    );
  });

  test("names that mean something to JavaScript are names like any other", () => {
    const names = ["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf"];
    const read = propertiesOf(names.map((name, i) => `${name}="${i}"`).join(" "));
    expect(read).toEqual(names.map((name, i) => ({ name, type: "String", value: `${i}` })));
    expect({}).not.toHaveProperty("polluted");
  });
});

describe("references and white space in values", () => {
  test("are replaced as XML says", () => {
    const [a, b, c] = propertiesOf(
      'a="&lt;&gt;&amp;&quot;&apos;&#65;&#x1F600;" b="x&#13;&#10;y" c="l1\r\nl2\tl3\nl4"',
    );
    expect(a?.value).toBe("<>&\"'A\u{1F600}");
    expect(b?.value).toBe("x\r\ny");
    expect(c?.value).toBe("l1 l2 l3 l4");
  });

  test("survive being printed and read again", () => {
    const value = "a<b>&\"c\"'d'\n\r\n\te\u00b5\u{1F600}!U2";
    const bytes = printStreamHeader({ version: "2.2", properties: [{ name: "p", type: "String", value }] });
    expect(parseStreamHeader(bytes.subarray(10)).header.properties[0]?.value).toBe(value);
    expect(Number(Buffer.from(bytes.subarray(4, 10)).toString())).toBe(bytes.length - 10);
  });

  test("what XML cannot hold is replaced when printed", () => {
    const bytes = printException({ type: "ServerError", message: "\0bell\x07 half \ud83d pair \uffff" });
    const info = parseInfo(bytes.subarray(10));
    expect(info).toMatchObject({ exception: { message: "\ufffdbell\ufffd half \ufffd pair \ufffd" } });
  });
});

describe("y tags (das2-stream A7)", () => {
  const tags = (attributes: string) =>
    parsePacketHeader(
      1,
      `<packet><x type="time20"/><yscan type="ascii9" yUnits="Hz" zUnits="" ${attributes}/></packet>`,
    ).planes[1]!;

  test.each([
    ['nitems="4" yTagInterval="2.5" yTagMax="10"', [2.5, 5, 7.5, 10]],
    ['nitems="3" yTags="1, 2.5e1 ,\n-3"', [1, 25, -3]],
    ['nitems="1" yTags="7"', [7]],
    ['nitems="3" yTagInterval="2"', [0, 2, 4]],
    ['nitems="3" yTagInterval="2" yTagMin="10"', [10, 12, 14]],
    ['nitems="3" yTagInterval="2" yTagMin="10" yTagMax="99"', [10, 12, 14]],
    ['nitems="3"', [0, 1, 2]],
    ['nitems="3" yTagMin="5"', [0, 1, 2]],
    ['nitems="3" yTags="5,6,7" yTagInterval="2"', [5, 6, 7]],
    ['nitems="3" yOffsets="5,6,7"', [5, 6, 7]],
    ['nitems="3" yOffsetInterval="2" yOffsetMin="1"', [1, 3, 5]],
  ])("%s", (attributes, expected) => {
    expect([...yTagValues(tags(attributes))]).toEqual(expected);
  });

  test("print as received, and never as yTagMax alone", () => {
    const printed = (attributes: string) =>
      /nitems.*?\/>/.exec(
        Buffer.from(
          printPacketHeader(
            parsePacketHeader(
              1,
              `<packet><x type="time20"/><yscan type="ascii9" yUnits="Hz" zUnits="V" ${attributes}/></packet>`,
            ),
          ),
        ).toString(),
      )?.[0];
    const common = 'yUnits="Hz" zUnits="V"';
    expect(printed('nitems="3" yTags=" 1.0, 2.50,3"')).toBe(`nitems="3" ${common} yTags=" 1.0, 2.50,3"/>`);
    expect(printed('nitems="3"')).toBe(`nitems="3" ${common}/>`);
    expect(printed('nitems="3" yTagMin="1.50" yTagInterval="1e2"')).toBe(
      `nitems="3" ${common} yTagInterval="100" yTagMin="1.5"/>`,
    );
    expect(printed('nitems="4" yTagInterval="2.5" yTagMax="10"')).toBe(
      `nitems="4" ${common} yTagInterval="2.5" yTagMin="2.5"/>`,
    );
    // Counted up from the first, these are not the values counted down from the last: only a list gives them.
    expect(printed('nitems="4" yTagInterval="0.1" yTagMax="0.7"')).toBe(
      `nitems="4" ${common} yTags="${[3, 2, 1, 0].map((n) => 0.7 - n * 0.1).join(",")}"/>`,
    );
  });
});

describe("packet headers", () => {
  test("offsets and stride follow the order of the elements", () => {
    const header = parsePacketHeader(
      42,
      '<packet group="g"><properties title="t"/><x type="sun_real8" units="us2000" name="time"/>' +
        '<y type="float" units="V" name="0a.min"/><yscan type="ascii10" nitems="3" yUnits="Hz" zUnits="V"/>' +
        '<y type="little_endian_int2" units=""/></packet>',
    );
    expect(header).toMatchObject({ id: 42, group: "g", stride: 4 + 8 + 4 + 30 + 2 });
    expect(
      header.planes.map((plane) => [plane.role, plane.name, plane.type.name, plane.items, plane.offset]),
    ).toEqual([
      ["x", "time", "sun_real8", 1, 4],
      ["y", "0a.min", "sun_real4", 1, 12],
      ["yscan", "", "ascii10", 3, 16],
      ["y", "", "little_endian_int2", 1, 46],
    ]);
    expect(header.properties).toEqual([{ name: "title", type: "String", value: "t" }]);
  });

  test("a scatter of x, y and z, and a text time without units", () => {
    const header = parsePacketHeader(
      1,
      '<packet><x type="time24"/><y type="float" units="R"/><z type="float" units="nT" name="1z"/></packet>',
    );
    expect(header.planes.map((plane) => [plane.role, plane.units])).toEqual([
      ["x", "UTC"],
      ["y", "R"],
      ["z", "nT"],
    ]);
  });

  test("print in canonical form", () => {
    const body =
      '<packet group="a &amp; b">\n  <properties title="t"/>\n' +
      '  <x name="time" type="sun_real8" units="us2000"/>\n' +
      '  <yscan name="psd" type="little_endian_real4" nitems="2" yUnits="Hz" zUnits="V**2 m**-2" yTags="1,2">\n' +
      '    <properties double:zFill="0"/>\n  </yscan>\n  <y type="ascii9" units=""/>\n</packet>\n';
    const printed = Buffer.from(printPacketHeader(parsePacketHeader(7, body))).toString();
    expect(printed).toBe(packetText("07", body));
  });

  test("a header too long to print is an error", () => {
    const properties = [{ name: "p", type: "String", value: "x".repeat(1_000_000) }] as const;
    expect(codeOf(() => printStreamHeader({ version: "2.2", properties }))).toBe("BAD_HEADER");
  });
});

describe("comments and exceptions", () => {
  test("the types of progress are read in any case", () => {
    expect(parseInfo('<comment type="taskprogress" source="a" value="1"/>')).toEqual({
      kind: "comment",
      comment: { type: "taskProgress", source: "a", value: "1" },
    });
    expect(parseInfo('<comment type="TASKSIZE"/>')).toEqual({
      kind: "comment",
      comment: { type: "taskSize", source: "", value: "" },
    });
  });

  test("a text too long for a packet is cut, however it is escaped", () => {
    for (const character of ["&", '"', "\n", "\u20ac", "\u{1F600}", "x"]) {
      const bytes = printComment({
        type: character.repeat(2e6),
        source: character.repeat(2e6),
        value: character.repeat(2e6),
      });
      expect(bytes.length).toBeLessThanOrEqual(999_999 + 10);
      expect(parseInfo(bytes.subarray(10))?.kind).toBe("comment");
    }
  });
});

describe("hostile XML", () => {
  test.each([
    ["a document type", '<!DOCTYPE stream><stream version="2.2"/>'],
    ["a document type with entities", '<!DOCTYPE s [<!ENTITY a "b">]><stream><properties a="&a;"/></stream>'],
    [
      "a billion laughs",
      `<!DOCTYPE s [<!ENTITY a "ha">${Array.from({ length: 9 }, (_, i) => `<!ENTITY a${i} "${`&a${i};`.repeat(10)}">`).join("")}]><stream/>`,
    ],
    ["an external entity", '<!DOCTYPE s [<!ENTITY a SYSTEM "file:///etc/passwd">]><stream>&a;</stream>'],
    ["an unknown entity", '<stream><properties a="&unknown;"/></stream>'],
    ["a bare ampersand", '<stream><properties a="b & c"/></stream>'],
    ["a reference to a character that is not allowed", '<stream><properties a="&#0;"/></stream>'],
    ["a reference to half a pair", '<stream><properties a="&#xd800;"/></stream>'],
    ["a reference beyond Unicode", '<stream><properties a="&#x110000;"/></stream>'],
    ["a less-than sign in a value", '<stream><properties a="a < b"/></stream>'],
    ["two roots", "<stream/><stream/>"],
    ["text after the root", "<stream/>x"],
    ["text and a comment after the root", "<stream/>x<!-- y -->"],
    ["text before the root", "x<stream/>"],
    ["no element", "   \n"],
    ["a declaration alone", '<?xml version="1.0"?>'],
    ["an open element", "<stream>"],
    ["elements that cross", "<stream><a><b></a></b></stream>"],
    ["an attribute twice", '<stream version="2.2" version="2.2"/>'],
    ["an attribute without quotes", "<stream version=2.2/>"],
    ["an attribute without value", "<stream version/>"],
    ["a NUL", "<stream/>\0"],
    ["a control character", '<stream><properties a="\x1b"/></stream>'],
    ["an element named __proto__", "<__proto__/>"],
    ["elements nested 100000 deep", "<a>".repeat(100_000) + "</a>".repeat(100_000)],
  ])("%s", (_, text) => {
    expect(codeOf(() => parseStreamHeader(text))).toBe("BAD_XML");
  });

  test.each([
    ["elements left open", "<stream>\n<a>\n<b>", "line 1: Elements without their closing tags: stream, a, b"],
    [
      "elements that cross, their names long and with a line separator",
      `<stream><a\u2028${"b".repeat(400)}></stream>`,
      undefined,
    ],
    ["a name with a control character of Unicode", "<stream><a\u0085></stream>", undefined],
    ["300 open elements", "<stream><abc>".padEnd(1500, "<abc>"), undefined],
  ])("are told in one short line: %s", (_, text, told) => {
    const message = messageOf(() => parseStreamHeader(text));
    expect(message).toMatch(/^line \d+: [^\p{C}\u2028\u2029]{10,200}$/u);
    if (told !== undefined) expect(message).toBe(told);
  });

  const attributes = (count: number) => Array.from({ length: count }, (_, i) => `p${i} =\n"${i}"`).join(" ");
  test.each([
    ["attributes", (count: number) => `<stream><properties ${attributes(count)}/></stream>`],
    ["elements", (count: number) => `<stream>${"<properties/>".repeat(count - 1)}</stream>`],
  ])("more than 4096 %s are refused, before they are parsed", (what, header) => {
    expect(codeOf(() => parseXml(header(4096)))).toBe("accepted");
    expect(messageOf(() => parseXml(header(4097)))).toContain(`more than 4096 ${what}`);
  });

  test("signs in values are no attributes", () => {
    expect(propertiesOf(`a="${"=, <".replaceAll("<", "&lt;").repeat(5000)}"`)).toHaveLength(1);
  });

  test("bytes that are not UTF-8", () => {
    const bytes = Buffer.from('<stream><properties a="caf\xe9"/></stream>', "latin1");
    expect(codeOf(() => parseStreamHeader(bytes))).toBe("BAD_XML");
    expect(codeOf(() => parseStreamHeader(Buffer.from([0xff, 0xfe, 0x3c, 0])))).toBe("BAD_XML");
  });

  test("headers of the greatest length are read or refused within seconds", () => {
    const begin = performance.now();
    const filled = (open: string, unit: string, close: string) =>
      open + unit.repeat(Math.floor((999_990 - open.length - close.length) / unit.length)) + close;
    const bodies = [
      filled("<stream>", " ", "</stream>"),
      filled("<stream>", "<a/>", "</stream>"),
      filled("<stream", " ", "/>"),
      filled('<stream a="', "&amp;", '"/>'),
      filled('<stream a="', "&", '"/>'),
      filled("<stream><!--", "-", "--></stream>"),
      filled("<stream/>", "<!---->", ""),
      filled("", "<", ""),
      filled("<stream/>", ">", ""),
      `<stream ${Array.from({ length: 60_000 }, (_, i) => `p${i}="${i}"`).join(" ")}/>`,
      `<stream><properties ${Array.from({ length: 60_000 }, (_, i) => `p${i}="${i}"`).join(" ")}/></stream>`,
    ];
    for (const body of bodies) codeOf(() => parseStreamHeader(body));
    expect(performance.now() - begin).toBeLessThan(20_000);
  });

  test("comments, CDATA and instructions carry nothing", () => {
    const text =
      "<?xml version='1.0'?><!-- a --><?pi?><stream><!-- <x> --><![CDATA[<y>]]>t<properties a='1'/></stream><!-- b -->";
    expect(parseXml(text).children.map((child) => child.name)).toEqual(["properties"]);
    expect(parseStreamHeader(text).header.properties).toEqual([{ name: "a", type: "String", value: "1" }]);
  });
});
