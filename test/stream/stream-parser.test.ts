import { describe, expect, test } from "vitest";
import { DasError, type ErrorCode } from "../../errors/das-error.js";
import type { StreamLimits } from "../../stream/limits.js";
import type { StreamItem } from "../../stream/model.js";
import { StreamParser } from "../../stream/stream-parser.js";
import { bytesOf, joined, packetText, parseAll } from "./support.js";

const HEADER = packetText("00", '<stream version="2.2"/>\n');
const PACKET = packetText(
  "01",
  '<packet><x type="sun_real4" units="s"/><y name="a" type="sun_real4" units=""/></packet>\n',
);
const EXCEPTION = packetText("xx", '<exception type="ServerError" message="broken"/>\n');

/** Everything a stream gives until it ends or fails, pushed in pieces of `step` bytes. */
function outcome(
  text: string,
  step: number,
  limits: Partial<StreamLimits> = {},
): { items: StreamItem[]; error?: DasError } {
  const parser = new StreamParser(limits);
  const items: StreamItem[] = [];
  const bytes = bytesOf(text);
  try {
    for (let at = 0; at < bytes.length; at += step) items.push(...parser.push(bytes.slice(at, at + step)));
    items.push(...parser.end());
    return { items: joined(items) };
  } catch (error) {
    if (!(error instanceof DasError)) throw error;
    return { items: joined(items), error };
  }
}

/** The error of a stream, the same for every way to cut it, and what was decoded before. */
function failure(text: string, limits: Partial<StreamLimits> = {}): { items: StreamItem[]; error: DasError } {
  const whole = outcome(text, text.length + 1, limits);
  for (let step = 1; step < Math.min(text.length, 300); step++) {
    const cut = outcome(text, step, limits);
    expect(cut.items).toEqual(whole.items);
    expect(cut.error?.code).toBe(whole.error?.code);
  }
  if (whole.error === undefined) throw new Error("the stream was accepted");
  return { items: whole.items, error: whole.error };
}

function kinds(items: readonly StreamItem[]): string {
  return items.map((item) => (item.kind === "data" ? `data x ${item.batch.count}` : item.kind)).join(", ");
}

function accepted(text: string): StreamItem[] {
  const whole = joined(parseAll(bytesOf(text)));
  for (let step = 1; step < Math.min(text.length, 300); step++)
    expect(joined(parseAll(bytesOf(text), step))).toEqual(whole);
  return whole;
}

describe("what is accepted though it is not quite right", () => {
  test("blanks instead of leading zeros in a length", () => {
    expect(kinds(accepted(`${HEADER}[xx]    51<comment type="taskSize" value="2" source="demo"/>\n`))).toBe(
      "stream, comment",
    );
  });

  test("an info id in upper case", () => {
    expect(kinds(accepted(`${HEADER}${packetText("XX", '<comment type="a" source="" value=""/>')}`))).toBe(
      "stream, comment",
    );
  });

  test("a newline before a prefix, told once", () => {
    const items = accepted(`${HEADER}\n${PACKET}\n:01:xxxxyyyy\n:01:xxxxyyyy\n`);
    expect(kinds(items)).toBe("stream, comment, packet, data x 2");
    expect(items[1]).toEqual({
      kind: "comment",
      comment: {
        type: "log:warning",
        source: "heliostream",
        value: `a stray newline at byte ${HEADER.length}, a length is one too small`,
      },
    });
  });

  test("a second equal stream header", () => {
    expect(kinds(accepted(`${HEADER}${PACKET}${HEADER}:01:xxxxyyyy`))).toBe("stream, packet, data x 1");
    const spelled = packetText("00", '<stream compression="none" ><properties title="other"/></stream>');
    expect(kinds(accepted(`${HEADER}${spelled}`))).toBe("stream");
  });

  test("an exception in place of the stream header", () => {
    const items = accepted(packetText("00", '<exception type="ServerError" message="broken"/>'));
    expect(items).toEqual([
      { kind: "stream", header: { version: "2.2", properties: [] } },
      { kind: "exception", exception: { type: "ServerError", message: "broken" } },
    ]);
  });

  test("anything after an exception", () => {
    expect(kinds(accepted(`${HEADER}${EXCEPTION}${PACKET}:01:xxxxyyyy garbage`))).toBe("stream, exception");
  });

  test("an unknown element in an info packet", () => {
    expect(kinds(accepted(`${HEADER}${packetText("xx", "<extra><x/></extra>")}${PACKET}`))).toBe(
      "stream, packet",
    );
  });

  test("XML declaration and white space around the root", () => {
    const body = `\n <?xml version="1.0" encoding="UTF-8"?>\n<stream version="2.3"/> \n`;
    expect(accepted(packetText("00", body))).toEqual([
      { kind: "stream", header: { version: "2.3", properties: [] } },
    ]);
  });

  test("a stream header and nothing else", () => {
    expect(kinds(accepted(HEADER))).toBe("stream");
  });

  test("an unknown property type, told once, after the header", () => {
    const items = accepted(packetText("00", '<stream><properties odd:a="1" odd:b="2" c="3"/></stream>'));
    expect(kinds(items)).toBe("stream, comment");
    expect(items[0]).toMatchObject({
      header: { properties: [{ name: "a", type: "String" }, { name: "b", type: "String" }, { name: "c" }] },
    });
  });

  test("a flood of oddities gives 20 warnings", () => {
    const odd = Array.from({ length: 50 }, (_, i) => `t${i}:p${i}="1"`).join(" ");
    expect(parseAll(bytesOf(packetText("00", `<stream><properties ${odd}/></stream>`))).length).toBe(21);
  });
});

describe("what is refused", () => {
  const packet = (planes: string) => `${HEADER}${packetText("01", `<packet>${planes}</packet>\n`)}`;
  const x = '<x type="sun_real4" units="s"/>';
  const y = '<y type="sun_real4" units="s"/>';
  const scan = (attributes: string) =>
    packet(`${x}<yscan type="sun_real4" yUnits="" zUnits="" ${attributes}/>`);
  const cases: readonly (readonly [ErrorCode, string, string])[] = [
    ["NO_STREAM_HEADER", "no bytes", ""],
    ["NO_STREAM_HEADER", "a file of another kind", "HTTP/1.1 404 Not Found"],
    ["NO_STREAM_HEADER", "less than a prefix of another kind", "ab"],
    ["NO_STREAM_HEADER", "a packet header first", PACKET],
    ["NO_STREAM_HEADER", "an info packet first", EXCEPTION],
    ["NO_STREAM_HEADER", "data first", ":01:xxxxyyyy"],
    ["BAD_PREFIX", "anything between packets", `${HEADER}${PACKET}:01:xxxxyyyyzz:01:xxxxyyyy`],
    ["BAD_PREFIX", "two stray newlines", `${HEADER}\n\n${PACKET}`],
    ["BAD_PREFIX", "an id that is no number", `${HEADER}[1a]000010<packet/>  `],
    ["BAD_PREFIX", "a data id that is no number", `${HEADER}:a1:xxxx`],
    ["BAD_LENGTH", "letters as length", "[00]0000x4<stream/>"],
    ["BAD_LENGTH", "a length of zero", `${HEADER}[01]000000`],
    ["BAD_LENGTH", "a blank length", `${HEADER}[01]      <packet/>`],
    ["BAD_LENGTH", "a blank after a digit", `${HEADER}[01]00001 <packet/>`],
    ["BAD_XML", "a body that is cut short", "[00]000010<stream version"],
    ["BAD_XML", "a length that is too large", `[00]000030<stream version="2.2"/>\n${PACKET}`],
    ["BAD_HEADER", "another root in the stream header", packetText("00", "<html/>")],
    ["BAD_HEADER", "another root in a packet header", `${HEADER}${packetText("01", "<stream/>")}`],
    ["BAD_HEADER", "version 3", packetText("00", '<stream version="3.0"/>')],
    ["BAD_HEADER", "a packet of x alone", packet(x)],
    ["BAD_HEADER", "x that is not first", packet(y + x)],
    ["BAD_HEADER", "two x", packet(x + x)],
    ["BAD_HEADER", "an unknown plane", packet(`${x}<xscan/>`)],
    ["BAD_HEADER", "no units on y", packet(`${x}<y type="sun_real4"/>`)],
    ["BAD_HEADER", "no units on an x that is no text", packet(`<x type="sun_real8"/>${y}`)],
    ["BAD_HEADER", "no nitems", scan("")],
    ["BAD_HEADER", "nitems of zero", scan('nitems="0"')],
    ["BAD_HEADER", "negative nitems", scan('nitems="-3"')],
    ["BAD_HEADER", "two properties elements", packet(`<properties/><properties/>${x}${y}`)],
    ["BAD_TYPE", "an unknown type", packet(`${x}<y type="sun_real16" units=""/>`)],
    ["BAD_TYPE", "text of no width", packet(`${x}<y type="ascii1" units=""/>`)],
    ["BAD_PROPERTY", "a name with two colons", packetText("00", '<stream><properties a:b:c="1"/></stream>')],
    [
      "BAD_PROPERTY",
      "one name with two types",
      packetText("00", '<stream><properties int:a="1" a="2"/></stream>'),
    ],
    [
      "BAD_PROPERTY",
      "a name of 128 bytes",
      packetText("00", `<stream><properties ${"n".repeat(128)}="1"/></stream>`),
    ],
    ["BAD_Y_TAGS", "too few tags", scan('nitems="3" yTags="1,2"')],
    ["BAD_Y_TAGS", "too many tags", scan('nitems="3" yTags="1,2,3,4"')],
    ["BAD_Y_TAGS", "a tag that is no number", scan('nitems="3" yTags="1,two,3"')],
    ["BAD_Y_TAGS", "an interval that is no number", scan('nitems="3" yTagInterval="x"')],
    ["UNDEFINED_ID", "data without a header", `${HEADER}${PACKET}:02:xxxxyyyy`],
    ["UNDEFINED_ID", "data of id 00", `${HEADER}${PACKET}:00:xxxxyyyy`],
    [
      "REPEATED_HEADER",
      "a second header of another version",
      HEADER + packetText("00", '<stream version="2.3"/>'),
    ],
    [
      "REPEATED_HEADER",
      "a second header that compresses",
      HEADER + packetText("00", '<stream compression="deflate"/>'),
    ],
    ["PARTIAL_PACKET", "an end inside the first prefix", "[00"],
    ["PARTIAL_PACKET", "an end inside a prefix", `${HEADER}${PACKET}:0`],
    ["PARTIAL_PACKET", "an end inside a header", HEADER + PACKET.slice(0, -3)],
    ["PARTIAL_PACKET", "an end inside data", `${HEADER}${PACKET}:01:xxxxyyyy:01:xxxx`],
    ["BAD_COMPRESSION", "an unknown compression", packetText("00", '<stream compression="gzip"/>')],
    ["TOO_MANY_PLANES", "100 planes besides x", packet(x + y.repeat(100))],
    ["TOO_MANY_ITEMS", "more than a million items", scan('nitems="1000001"')],
    ["RECORD_TOO_LONG", "a record of more than 64 MiB", packet(x + scanOf(900_000).repeat(20))],
  ];

  function scanOf(items: number): string {
    return `<yscan type="sun_real4" yUnits="" zUnits="" nitems="${items}"/>`;
  }

  test.each(cases)("%s for %s", (code, _, text) => {
    expect(failure(text).error.code).toBe(code);
  });

  test("tells the byte offset and the bytes seen", () => {
    const { error } = failure(`${HEADER}${PACKET}:01:xxxxyyyy\x00\n"\xff`);
    const offset = HEADER.length + PACKET.length + 12;
    expect(error.message).toBe(
      `no packet begins here, expected [01], [xx] or :01: (byte ${offset}: "\\x00\\n\\"\\xff")`,
    );
    expect(error.where).toEqual({ offset });
  });

  test("tells the packet of a bad header", () => {
    const { error } = failure(`${HEADER}${packetText("07", "<packet><x></packet>")}`);
    expect(error.message).toContain(
      `(packet [07] at byte ${HEADER.length}: "[07]000020<packet><x></packet>")`,
    );
  });

  test("keeps what was decoded before the error", () => {
    const { items, error } = failure(`${HEADER}${PACKET}:01:xxxxyyyy:01:zzzzzzzz:01:cut`);
    expect(kinds(items)).toBe("stream, packet, data x 2");
    expect(error.code).toBe("PARTIAL_PACKET");
    expect(kinds(failure(`${HEADER}${PACKET}:01:xxxxyyyy:03:`).items)).toBe("stream, packet, data x 1");
  });

  test("goes on failing in the same way", () => {
    const parser = new StreamParser();
    expect(() => parser.push(bytesOf("nonsense"))).toThrow(DasError);
    expect(() => parser.push(bytesOf(HEADER))).toThrow("the input does not begin with a stream header");
    expect(() => parser.end()).toThrow("the input does not begin with a stream header");
  });

  test("99 planes besides x are accepted", () => {
    expect(kinds(parseAll(bytesOf(packet(x + y.repeat(99)))))).toBe("stream, packet");
  });
});

describe("limits", () => {
  const wide = `${HEADER}${packetText("01", '<packet><x type="sun_real8" units="s"/><yscan type="sun_real8" nitems="100" yUnits="" zUnits=""/></packet>')}`;

  test("of a record", () => {
    expect(kinds(outcome(wide, 99, { recordBytes: 808 }).items)).toBe("stream, packet");
    expect(failure(wide, { recordBytes: 807 }).error.code).toBe("RECORD_TOO_LONG");
  });

  test("of items, planes, header and property name", () => {
    expect(failure(wide, { items: 99 }).error.code).toBe("TOO_MANY_ITEMS");
    expect(failure(wide, { planes: 0 }).error.code).toBe("TOO_MANY_PLANES");
    expect(failure(wide, { headerBytes: 50 }).error.code).toBe("BAD_LENGTH");
    const named = packetText("00", '<stream><properties title=""/></stream>');
    expect(failure(named, { propertyNameBytes: 4 }).error.code).toBe("BAD_PROPERTY");
  });

  test("a record announced at 64 MiB takes no memory before its bytes come", () => {
    const big = packetText(
      "01",
      `<packet><x type="sun_real8" units="s"/>${'<yscan type="sun_real8" nitems="1000000" yUnits="" zUnits=""/>'.repeat(8)}</packet>`,
    );
    const before = process.memoryUsage().arrayBuffers;
    const parsers = Array.from({ length: 50 }, () => {
      const parser = new StreamParser();
      parser.push(bytesOf(`${HEADER}${big}:01:some bytes`));
      return parser;
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8e6);
    for (const parser of parsers) expect(() => parser.end()).toThrow("inside a packet");
  });
});

describe("batches", () => {
  const body = (count: number) => ":01:xxxxyyyy".repeat(count);

  test("packets of one id side by side are one view of the piece pushed", () => {
    const parser = new StreamParser();
    const piece = bytesOf(`${HEADER}${PACKET}${body(5000)}`);
    const batches = parser.push(piece).flatMap((item) => (item.kind === "data" ? [item.batch] : []));
    expect(batches.reduce((sum, batch) => sum + batch.count, 0)).toBe(5000);
    // Only the packet in which the first look ended is put together elsewhere.
    expect(batches.filter((batch) => batch.bytes.buffer !== piece.buffer).length).toBeLessThanOrEqual(1);
    const next = bytesOf(body(5000));
    const [item, ...others] = parser.push(next);
    expect(others).toEqual([]);
    if (item?.kind !== "data") throw new Error("no data");
    expect([item.batch.count, item.batch.bytes.buffer === next.buffer, item.batch.bytes.byteOffset]).toEqual([
      5000,
      true,
      0,
    ]);
  });

  test("a packet across pieces costs one packet of its own", () => {
    const parser = new StreamParser();
    parser.push(bytesOf(`${HEADER}${PACKET}`));
    const counts = (piece: string) =>
      parser.push(bytesOf(piece)).map((item) => (item.kind === "data" ? item.batch.count : item.kind));
    expect(counts(":01:xxxxyyyy:01:xx")).toEqual([1]);
    expect(counts("xxyyyy:01:xxxxyyyy:01:xxxxyyyy:")).toEqual([1, 2]);
    expect(counts("01:xxxx")).toEqual([]);
    expect(counts("yyyy")).toEqual([1]);
    expect(parser.end()).toEqual([]);
  });

  test("bytes that look like a prefix inside a value do not mislead", () => {
    const text = `${HEADER}${PACKET}:01::01::01::01::02:[00]:01:[xx]:01:`;
    const items = accepted(text);
    expect(kinds(items)).toBe("stream, packet, data x 3");
  });

  test("ids in turn keep their order", () => {
    const second = packetText(
      "02",
      '<packet><x type="sun_real4" units="s"/><y name="b" type="sun_real8" units=""/></packet>',
    );
    const items = accepted(
      `${HEADER}${PACKET}${second}:01:xxxxyyyy:02:xxxxyyyyyyyy:02:xxxxyyyyyyyy:01:xxxxyyyy`,
    );
    expect(kinds(items)).toBe("stream, packet, packet, data x 1, data x 2, data x 1");
  });
});
