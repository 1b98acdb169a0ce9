import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PUMP3, packet3, text, toDas2 } from "../support/das3-streams.js";
import { decodeStream } from "../support/run-stream.js";
import { codeOf } from "../support/thrown.js";
import { PUMP_STREAM } from "../support/worked-streams.js";

describe("what has no das2 form", () => {
  const time =
    '<coord physDim="time"><scalar units="UTC" semantic="datetime" index="INDEX"><packet numItems="1" itemBytes="24" encoding="utf8"/></scalar></coord>';
  const dataset = (index: string, body: string, timeIndex = index.replace(/;[^;"]+/g, ";-")) =>
    packet3("Sx", "", '<stream type="das-basic-stream" version="3.0"/>') +
    packet3(
      "Hx",
      "1",
      `<dataset name="d" rank="${index.split(";").length}" index="${index}">${time.replace("INDEX", timeIndex)}${body}</dataset>`,
    );
  const data = (index: string, packetText: string, semantic = "real") =>
    `<data physDim="Y"><scalar units="V" semantic="${semantic}" index="${index}">${packetText}</scalar></data>`;

  it.each([
    [
      "blobs",
      dataset(
        "*",
        data("*", '<packet numItems="1" itemBytes="9" encoding="blob" mime="image/png"/>', "blob"),
      ),
    ],
    ["strings", dataset("*", data("*", '<packet numItems="1" itemBytes="9" encoding="utf8"/>', "string"))],
    ["data of the header", dataset("*", data("-", "<values>1</values>"))],
    ["extended data", dataset("*", '<extData name="a"/>')],
    [
      "more tables than a packet of das2 has planes",
      dataset("*;100;3", data("*;100;3", '<packet numItems="300" itemBytes="4" encoding="BEreal"/>')),
    ],
  ])("is refused by name: %s", (_, stream) => {
    expect(codeOf(() => toDas2(stream))).toBe("NOT_IMPLEMENTED");
  });

  it("is refused: a document in place of a stream of packets", () => {
    expect(codeOf(() => toDas2(packet3("Sx", "", '<stream type="das-basic-doc" version="3.0"/>')))).toBe(
      "BAD_HEADER",
    );
  });

  it("takes vectors apart, and integers as reals that hold them", () => {
    const header = dataset(
      "*",
      '<data physDim="B" name="b"><vector units="nT" semantic="real" index="*" components="3" sysorder="2;0;1"><packet numItems="3" itemBytes="4" encoding="LEreal"/></vector></data>' +
        '<data physDim="counts"><scalar units="" semantic="integer" index="*"><packet numItems="1" itemBytes="2" encoding="BEuint" fill="65535"/></scalar></data>' +
        '<data physDim="big"><scalar units="" semantic="integer" index="*"><packet numItems="1" itemBytes="4" encoding="LEint"/></scalar></data>',
    );
    const body = Buffer.alloc(24 + 12 + 2 + 4);
    body.write("2000-01-02T00:00:00.000 ", "latin1");
    for (const [i, value] of [0.5, -2, 4].entries()) body.writeFloatLE(value, 24 + 4 * i);
    body.writeUInt16BE(65_534, 36);
    body.writeInt32LE(-2_000_000_001, 38);
    const das2 = toDas2(Buffer.concat([Buffer.from(header), Buffer.from(`|Pd|01|${body.length}|`), body]));
    const { packets, rows } = decodeStream(das2);
    expect(packets[0]!.planes.map(({ name, type }) => `${name} ${type.name}`)).toEqual([
      "time time24",
      "b_z little_endian_real4",
      "b_x little_endian_real4",
      "b_y little_endian_real4",
      "counts sun_real4",
      "big sun_real8",
    ]);
    expect(packets[0]!.planes[4]!.properties).toEqual([{ name: "yFill", type: "double", value: "65535" }]);
    expect(rows[0]!.values).toEqual([[8.64e10], [0.5], [-2], [4], [65_534], [-2_000_000_001]]);
  });

  it("writes counts of nanoseconds as text of times, which all clients know", () => {
    const header =
      packet3("Sx", "", '<stream type="das-basic-stream" version="3.0"/>') +
      packet3(
        "Hx",
        "7",
        '<dataset name="d" rank="1" index="*"><coord physDim="time"><scalar units="TT2000" semantic="datetime" index="*"><packet numItems="1" itemBytes="8" encoding="BEint"/></scalar></coord>' +
          `${data("*", '<packet numItems="1" itemBytes="1" encoding="ubyte"/>')}</dataset>`,
      );
    const body = Buffer.alloc(9);
    // das2-stream A10.2: 2000-01-01T00:00:00 UTC.
    body.writeBigInt64BE(-43_135_816_000_000n, 0);
    body[8] = 200;
    const das2 = toDas2(Buffer.concat([Buffer.from(header), Buffer.from(`|Pd|7|${body.length}|`), body]));
    expect(text(das2)).toContain(":07:2000-01-01T00:00:00.000000000 ");
    expect(decodeStream(das2).rows[0]!.values).toEqual([[0], [200]]);
  });

  it.each([
    ["no header", PUMP_STREAM, "NO_STREAM_HEADER"],
    ["nothing at all", "", "NO_STREAM_HEADER"],
    ["data of an id without header", `${PUMP3}|Pd|5|1|x`, "UNDEFINED_ID"],
    ["a record of another length", `${PUMP3}|Pd|1|3|abc`, "BAD_LENGTH"],
    ["an end in the middle", PUMP3.slice(0, -3), "PARTIAL_PACKET"],
    ["a length above the limit", `${PUMP3}|Hx|1|99999999|`, "BAD_LENGTH"],
    ["a length that is no number", `${PUMP3}|Hx|1|x|`, "BAD_LENGTH"],
    ["no packet", `${PUMP3}hello`, "BAD_PREFIX"],
    ["a prefix without end", `${PUMP3}|Hx|${"1".repeat(40)}`, "BAD_PREFIX"],
    ["another version", packet3("Sx", "", '<stream type="das-basic-stream" version="4.0"/>'), "BAD_HEADER"],
    ["a rank that is not", dataset("*", "").replace('rank="1"', 'rank="2"'), "BAD_HEADER"],
    [
      "too many values",
      dataset("*;2000000", data("*;2000000", '<packet numItems="2000000" itemBytes="4" encoding="BEreal"/>')),
      "TOO_MANY_ITEMS",
    ],
    [
      "an odd width",
      dataset("*", data("*", '<packet numItems="1" itemBytes="3" encoding="BEreal"/>')),
      "BAD_HEADER",
    ],
    [
      "header values of another number",
      dataset(
        "*;3",
        '<coord physDim="f"><scalar units="" semantic="real" index="-;3"><values>1 2</values></scalar></coord>',
      ),
      "BAD_HEADER",
    ],
    ["entities", packet3("Sx", "", '<!DOCTYPE a [<!ENTITY b "c">]><stream/>'), "BAD_XML"],
  ])("says what is wrong with a stream that has %s", (_, stream, code) => {
    expect(codeOf(() => toDas2(stream))).toBe(code);
  });

  it("passes over packets that it does not know", () => {
    const extended = PUMP3.replace("|Pd|1|28|", "|XX|9|3|abc|Hj||2|{}|Pd|1|28|");
    expect(text(toDas2(extended))).toBe(text(toDas2(PUMP3)));
  });

  it("never fails otherwise than with an error of its own, whatever bytes come", () => {
    const piece = fc.oneof(
      fc.constantFrom("|Sx||", "|Hx|1|", "|Pd|1|28|", "12|", "|", PUMP3, "<dataset", "]]>", "&#0;"),
      fc.string({ maxLength: 12 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), fc.integer({ min: 1, max: 40 }), (pieces, size) => {
        const code = codeOf(() => toDas2(PUMP3.slice(0, 130) + pieces.join(""), size));
        expect(code === undefined || /^[A-Z_]+$/.test(code)).toBe(true);
        expect(code).not.toBe("INTERNAL");
      }),
      { numRuns: 300 },
    );
  });
});
