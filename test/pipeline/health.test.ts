import { describe, expect, it } from "vitest";
import { isDasError } from "../../errors/das-error.js";
import type { HeaderOptions } from "../../pipeline/header-watch.js";
import { StreamHealth } from "../../pipeline/health.js";
import { packet } from "../support/run-stream.js";
import { PACKET_HEADER, ROW_BYTES, rows, SAMPLE, STREAM_HEADER } from "./support.js";

const QSTREAM_HEADER = packet(
  "00",
  '<?xml version="1.0"?><stream dataset_id="ds_0" byte_order="little_endian"/>\n',
);
const QSTREAM_PACKET = packet(
  "01",
  '<packet><qdataset id="ds_1" rank="1"><properties/><values encoding="double" length=""/></qdataset>' +
    '<qdataset id="ds_0" rank="3"><values encoding="ascii10" length="2,3"/></qdataset>' +
    '<qdataset id="ds_2" rank="1"><values values="1,2,3"/></qdataset></packet>\n',
);
/** Prefix, one double, six numbers of ten bytes. */
const QSTREAM_ROW = `:01:${":02:[xx]"}${"   1.25000".repeat(6)}`;
const QSTREAM = QSTREAM_HEADER + QSTREAM_PACKET + QSTREAM_ROW.repeat(4);

interface Followed {
  readonly passed: string;
  readonly code: string | undefined;
  readonly packets: number;
  readonly exception: string | undefined;
}

/** Follows a stream that arrives in pieces. */
function follow(text: string, pieceBytes: number, options: HeaderOptions = { form: "das2" }): Followed {
  const health = new StreamHealth(options);
  const bytes = Buffer.from(text, "latin1");
  let passed = "";
  let code: string | undefined;
  try {
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      // A copy that is spoilt afterwards: what is held must be held in memory of its own.
      const piece = Uint8Array.from(bytes.subarray(at, at + pieceBytes));
      health.push(piece, (packets) => {
        passed += Buffer.from(packets).toString("latin1");
      });
      piece.fill(0);
    }
    health.end();
  } catch (error) {
    if (!isDasError(error)) throw error;
    code = error.code;
  }
  return { passed, code, packets: health.packets, exception: health.exception?.type };
}

/** The same result whatever the pieces are. */
function followAll(text: string, options?: HeaderOptions): Followed {
  const whole = follow(text, text.length + 1, options);
  for (const size of [1, 2, 3, 4, 5, 7, 9, 10, 11, 13, 37, 38, 39, 64, 100, 1000])
    expect([size, follow(text, size, options)]).toEqual([size, whole]);
  return whole;
}

describe("packets of a stream that is passed on", () => {
  it("come out as they went in, however they are cut", () => {
    expect(followAll(SAMPLE)).toEqual({ passed: SAMPLE, code: undefined, packets: 20, exception: undefined });
    expect(followAll(QSTREAM, { form: "qstream" })).toMatchObject({
      passed: QSTREAM,
      packets: 4,
      code: undefined,
    });
  });

  it("are held back until they are whole", () => {
    const ends = [STREAM_HEADER.length, STREAM_HEADER.length + PACKET_HEADER.length];
    for (let row = 1; row <= 3; row++) ends.push((ends[1] ?? 0) + row * ROW_BYTES);
    const text = STREAM_HEADER + PACKET_HEADER + rows(3);
    for (let cut = 1; cut < text.length; cut++) {
      const end = ends.filter((one) => one <= cut).at(-1) ?? 0;
      const { passed, code } = follow(text.slice(0, cut), 17);
      expect([cut, passed.length, code]).toEqual([cut, end, end === cut ? undefined : "PARTIAL_PACKET"]);
    }
  });

  it("may change their length with a new definition", () => {
    const wider = PACKET_HEADER.replace("ascii10", "ascii12");
    const text = `${SAMPLE}${wider}${rows(1).replace("\n", "  \n")}${PACKET_HEADER}${rows(2)}`;
    expect(followAll(text)).toMatchObject({ passed: text, packets: 23, code: undefined });
  });

  it.each([
    ["no stream header", rows(1), "NO_STREAM_HEADER"],
    ["an [xx] packet first", packet("xx", '<comment type="a" source="b" value="c"/>'), "NO_STREAM_HEADER"],
    ["something else first", "HTTP/1.1 500", "NO_STREAM_HEADER"],
    ["garbage between packets", `${SAMPLE}what?${SAMPLE}`, "BAD_PREFIX"],
    ["a second newline", `${SAMPLE}\n\n${rows(1)}`, "BAD_PREFIX"],
    ["newlines at the end", `${SAMPLE}\n\n\n`, "BAD_PREFIX"],
    ["an id that is no number", `${SAMPLE}:1x:${rows(1)}`, "BAD_PREFIX"],
    ["an undefined id", SAMPLE + rows(1).replace(":01:", ":07:"), "UNDEFINED_ID"],
    ["a length of 0", `${SAMPLE}[xx]000000`, "BAD_LENGTH"],
    ["a length that is no number", `${SAMPLE}[xx]00a000`, "BAD_LENGTH"],
    ["a header that is no XML", SAMPLE + packet("02", "<packet><x"), "BAD_XML"],
    [
      "a plane of no known type",
      SAMPLE + packet("02", '<packet><x type="real5" units=""/></packet>'),
      "BAD_TYPE",
    ],
    ["another stream header", SAMPLE + packet("00", '<stream version="2.3"/>'), "REPEATED_HEADER"],
  ])("end at %s, after everything before", (_name, text, code) => {
    const { passed, code: seen } = followAll(text);
    expect(seen).toBe(code);
    expect(passed).toBe(text.startsWith(SAMPLE) ? SAMPLE : "");
  });

  it.each([
    ["encoding", "BAD_TYPE", QSTREAM_PACKET.replace("double", "triple")],
    ["length", "BAD_HEADER", QSTREAM_PACKET.replace('"2,3"', '"2,x"')],
    [
      "size",
      "RECORD_TOO_LONG",
      packet("01", '<packet><qdataset><values encoding="double" length="99999,9999"/></qdataset></packet>'),
    ],
  ])("of a qstream end at a bad %s", (_name, code, header) => {
    expect(follow(QSTREAM_HEADER + header, 50, { form: "qstream" }).code).toBe(code);
  });
});

describe("what is mended in a stream that is passed on", () => {
  const exception = packet("xx", '<exception type="ServerError" message="torn"/>\n');

  it("nothing follows an exception", () => {
    const { passed, exception: seen } = followAll(`${SAMPLE}${exception}${SAMPLE}`);
    expect(passed).toBe(SAMPLE + exception);
    expect(seen).toBe("ServerError");
  });

  it("an exception in place of the stream header gets one", () => {
    const { passed } = followAll(packet("00", '<exception type="ServerError" message="torn"/>\n'));
    expect(passed).toBe(STREAM_HEADER + exception);
  });

  it("a qstream may begin with one", () => {
    expect(followAll(exception, { form: "qstream" }).passed).toBe(exception);
  });

  it("[XX] becomes [xx]", () => {
    const comment = packet("XX", '<comment type="log:info" source="r" value="hello"/>\n');
    expect(followAll(STREAM_HEADER + comment).passed).toBe(STREAM_HEADER + comment.replace("[XX]", "[xx]"));
  });

  it("a newline too many goes, and so does a repeated stream header", () => {
    const text = `${STREAM_HEADER}\n${PACKET_HEADER}\n${rows(2)}${STREAM_HEADER}${PACKET_HEADER}${rows(1)}\n`;
    expect(followAll(text)).toMatchObject({
      passed: STREAM_HEADER + PACKET_HEADER + rows(2) + PACKET_HEADER + rows(1),
      code: undefined,
      packets: 3,
    });
  });

  it("lengths may have blanks for leading zeros", () => {
    const blanks = PACKET_HEADER.replace(/^\[01\]0+/, (zeros) =>
      zeros.replaceAll(/0(?!1)/g, " ").replace("[ 1]", "[01]"),
    );
    expect(blanks.length).toBe(PACKET_HEADER.length);
    expect(followAll(STREAM_HEADER + blanks + rows(1)).code).toBeUndefined();
  });

  it("the header is changed where that is asked for", () => {
    const options: HeaderOptions = {
      form: "das2",
      rewriteHeader: (header) => ({ ...header, properties: [{ name: "a", type: "String", value: "b" }] }),
    };
    expect(followAll(SAMPLE, options).passed).toMatch(
      /^\[00\]\d{6}<stream version="2.2">\s*<properties a="b"\/>/,
    );
  });
});
