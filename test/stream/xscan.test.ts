import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { yTagValues } from "../../stream/packet-header.js";
import { propertyText } from "../../stream/properties.js";
import { codeOf } from "../support/thrown.js";
import { bytesOf, packetText, parseAll } from "./support.js";

/** A stream of version 2.3 whose tables go along x (das2-stream B). */
const START = packetText("00", '<stream version="2.3"><properties title="Snapshots"/></stream>');
const COMMENT = packetText("xx", '<comment type="log:info" source="rdr" value="begins"/>');
const TIME = '<x name="time" type="time24" units="UTC"/>';
const scan = (attributes: string): string =>
  `<xscan name="E" nitems="3" type="ascii9" xUnits="us" yUnits="V/m" ${attributes}><properties yLabel="E (V/m)" double:yFill="-1.0"/></xscan>`;
const yscan = '<yscan name="s" nitems="3" type="ascii9" yUnits="Hz" zUnits="V" yTags="1,2,3"/>';
const record = (id: string): string =>
  `:${id}:2021-06-30T12:00:00.000 ${"1.5".padStart(9)}${"2.5".padStart(9)}${"-1.0".padStart(8)}\n`;
const packet = (id: string, planes: string): string => packetText(id, `<packet>${planes}</packet>`);

const read = (text: string, step?: number) => parseAll(bytesOf(text), step);

describe("tables along x (das2-stream B)", () => {
  it("are tables of a stream of waveforms, whatever comes before the first of them", () => {
    const text = `${START}${COMMENT}${packet("01", TIME + scan('xOffsetInterval="250" xOffsetMin="-250"'))}${record("01")}`;
    const [start, comment, type, data] = read(text);
    expect(start).toMatchObject({ kind: "stream", header: { version: "2.2" } });
    const properties = start?.kind === "stream" ? start.header.properties : [];
    expect([propertyText(properties, "title"), propertyText(properties, "renderer")]).toEqual([
      "Snapshots",
      "waveform",
    ]);
    expect(comment).toMatchObject({ kind: "comment", comment: { value: "begins" } });
    if (type?.kind !== "packet") throw new Error("no packet type");
    const [, plane] = type.header.planes;
    expect(plane).toMatchObject({ role: "yscan", name: "E", units: "V/m", yUnits: "us", items: 3 });
    expect(plane?.properties.map(({ name }) => name)).toEqual(["zLabel", "zFill"]);
    expect([...yTagValues(plane!)]).toEqual([-250, 0, 250]);
    expect(data).toMatchObject({ kind: "data", batch: { count: 1 } });
  });

  it.each([
    ['xOffsets="0, 10,25"', [0, 10, 25]],
    ['xOffsetInterval="2"', [0, 2, 4]],
    ["", [0, 1, 2]],
  ])("have their offsets by %j", (attributes, offsets) => {
    const type = read(`${START}${packet("01", TIME + scan(attributes))}`)[1];
    if (type?.kind !== "packet") throw new Error("no packet type");
    expect([...yTagValues(type.header.planes[1]!)]).toEqual(offsets);
  });

  it("are read the same from pieces of any size", () => {
    const text = `${START}${COMMENT}${packet("01", TIME + scan(""))}${record("01")}${record("01")}`;
    const count = (step: number) => read(text, step).filter(({ kind }) => kind !== "data");
    const whole = count(text.length);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), (step) => {
        expect(count(step)).toEqual(whole);
      }),
      { numRuns: 60, examples: [[1], [2]] },
    );
  });

  it("leave streams of version 2.3 without them as they are", () => {
    const [start, type] = read(`${START}${packet("01", TIME + yscan)}`);
    expect(start).toMatchObject({ kind: "stream", header: { version: "2.3" } });
    expect(type?.kind === "packet" && type.header.planes[1]?.yUnits).toBe("Hz");
    // A header alone comes out too.
    expect(read(START)).toMatchObject([{ kind: "stream", header: { version: "2.3" } }]);
    const exception = packetText("xx", '<exception type="NoDataInInterval" message="none"/>');
    expect(read(`${START}${exception}`).map(({ kind }) => kind)).toEqual(["stream", "exception"]);
  });

  it.each([
    ["in one packet type", packet("01", TIME + scan("") + yscan)],
    ["in a later packet type", packet("01", TIME + yscan) + packet("02", TIME + scan(""))],
    ["in an earlier packet type", packet("01", TIME + scan("")) + packet("02", TIME + yscan)],
  ])("beside tables along y %s have no form", (_, text) => {
    expect(codeOf(() => read(`${START}${text}`))).toBe("NOT_IMPLEMENTED");
  });

  it.each([
    ["BAD_HEADER", scan("").replace(' xUnits="us"', "")],
    ["BAD_HEADER", scan("").replace('nitems="3"', 'nitems="-3"')],
    ["BAD_Y_TAGS", scan('xOffsets="1,2"')],
    ["BAD_Y_TAGS", scan('xOffsetInterval="wide"')],
  ])("are refused with %s: %s", (code, plane) => {
    expect(codeOf(() => read(`${START}${packet("01", TIME + plane)}`))).toBe(code);
  });
});
