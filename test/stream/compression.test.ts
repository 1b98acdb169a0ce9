import { constants, deflateRawSync, deflateSync, gzipSync, inflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { DasError } from "../../errors/das-error.js";
import { INFLATE_STEP_BYTES, ZlibInflater } from "../../stream/inflate.js";
import type { StreamItem } from "../../stream/model.js";
import { StreamParser } from "../../stream/stream-parser.js";
import { das2Encoder } from "../../stream/stream-writer.js";
import { codeOf } from "../support/thrown.js";
import { bytesOf, encodeAll, joined, packetText, parseAll } from "./support.js";

// das2-stream A14 and A19.5. node:zlib is the independent program on the other side.

const HEADER = packetText("00", '<stream version="2.2" compression="deflate"/>\n');
const PACKET = packetText(
  "01",
  '<packet><x type="sun_real4" units="s"/><y name="a" type="sun_real4" units=""/></packet>\n',
);

/** Bytes without a pattern, the same in every run. */
function noise(length: number): Uint8Array {
  let state = 12345;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state >>> 16;
  });
}

function data(count: number): Uint8Array {
  const values = noise(count * 8);
  const bytes = new Uint8Array(count * 12);
  for (let n = 0; n < count; n++) {
    bytes.set(bytesOf(":01:"), n * 12);
    bytes.set(values.subarray(n * 8, n * 8 + 8), n * 12 + 4);
  }
  return bytes;
}

function stream(plain: Uint8Array, options = {}): Uint8Array {
  return Buffer.concat([bytesOf(HEADER), deflateSync(plain, options)]);
}

function plainOf(items: readonly StreamItem[]): Buffer {
  return Buffer.concat(items.flatMap((item) => (item.kind === "data" ? [item.batch.bytes] : [])));
}

/** The code of the error in the stream. */
function failureIn(bytes: Uint8Array, step = bytes.length): string {
  return codeOf(() => parseAll(bytes, step));
}

describe("reading", () => {
  test("the header of the worked example has 46 bytes and is plain", () => {
    expect(HEADER.slice(0, 10)).toBe("[00]000046");
    expect(stream(bytesOf("")).subarray(56, 58)).toEqual(Buffer.from([0x78, 0x9c]));
  });

  test.each([
    ["stored blocks", { level: 0 }],
    ["fixed codes", { strategy: constants.Z_FIXED }],
    ["level 1", { level: 1 }],
    ["level 9", { level: 9 }],
    ["a window of 512 bytes", { windowBits: 9 }],
    ["runs only", { strategy: constants.Z_RLE }],
    ["codes without matches", { strategy: constants.Z_HUFFMAN_ONLY }],
  ])("unpacks %s", (_, options) => {
    const packets = data(20_000);
    const bytes = stream(Buffer.concat([bytesOf(PACKET), packets]), options);
    for (const step of [bytes.length, 65_536, 8192, 1000, 257])
      expect(plainOf(parseAll(bytes, step)).equals(packets)).toBe(true);
  });

  test("gives the same for every way to cut the input", () => {
    const bytes = stream(Buffer.concat([bytesOf(PACKET), data(5)]));
    const whole = joined(parseAll(bytes));
    expect(whole.map((item) => item.kind)).toEqual(["stream", "packet", "data"]);
    for (let step = 1; step < bytes.length; step++) expect(joined(parseAll(bytes, step))).toEqual(whole);
  });

  test("blocks that end at any bit", () => {
    for (let length = 0; length < 64; length++) {
      const plain = bytesOf(packetText("xx", `<comment type="" source="" value="${"ab".repeat(length)}"/>`));
      for (const level of [0, 1, 6, 9]) expect(parseAll(stream(plain, { level }), 7).length).toBe(2);
    }
  });

  test("compression spelled zlib", () => {
    const header = packetText("00", '<stream compression="zlib"/>');
    const bytes = Buffer.concat([bytesOf(header), deflateSync(bytesOf(PACKET))]);
    expect(parseAll(bytes).map((item) => item.kind)).toEqual(["stream", "packet"]);
  });

  test("ignores what follows the zlib stream", () => {
    for (const step of [1, 5, 1000])
      expect(parseAll(Buffer.concat([stream(bytesOf(PACKET)), bytesOf("trailing")]), step).length).toBe(2);
  });

  test("a comment of the stream tells offsets in the unpacked part", () => {
    const bytes = stream(Buffer.concat([bytesOf(PACKET), bytesOf("what")]));
    expect(() => {
      const parser = new StreamParser();
      parser.push(bytes);
      parser.end();
    }).toThrow(`(byte ${PACKET.length} of the unpacked part: "what")`);
  });
});

describe("damage", () => {
  const whole = stream(Buffer.concat([bytesOf(PACKET), data(100)]));

  test("a stream cut anywhere is a partial packet, and what came is kept", () => {
    for (let end = 56; end < whole.length; end += 13)
      expect(failureIn(whole.subarray(0, end))).toBe("PARTIAL_PACKET");
    expect(failureIn(whole.subarray(0, -1))).toBe("PARTIAL_PACKET");
    const parser = new StreamParser();
    expect(plainOf(parser.push(whole.subarray(0, -200))).length).toBeGreaterThan(12 * 50);
  });

  test("an end inside a packet", () => {
    expect(failureIn(stream(Buffer.concat([bytesOf(PACKET), data(3).subarray(0, -1)])))).toBe(
      "PARTIAL_PACKET",
    );
  });

  test("another sum", () => {
    const bytes = Uint8Array.from(whole);
    bytes[bytes.length - 1]! ^= 1;
    for (const step of [1, 100, bytes.length]) expect(failureIn(bytes, step)).toBe("BAD_COMPRESSION");
  });

  test.each([
    ["raw deflate", deflateRawSync],
    ["gzip", gzipSync],
  ])("%s", (_, pack) => {
    expect(failureIn(Buffer.concat([bytesOf(HEADER), pack(Buffer.from(PACKET))]))).toBe("BAD_COMPRESSION");
  });

  test("a zlib stream with a preset dictionary", () => {
    const bytes = Buffer.concat([
      bytesOf(HEADER),
      deflateSync(bytesOf(PACKET), { dictionary: Buffer.from("units") }),
    ]);
    expect(failureIn(bytes)).toBe("BAD_COMPRESSION");
  });

  test("no bit can be changed without an error or the same result", () => {
    const bytes = Uint8Array.from(stream(Buffer.concat([bytesOf(PACKET), data(4)])));
    const expected = joined(parseAll(bytes));
    for (let bit = 56 * 8; bit < bytes.length * 8; bit++) {
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      try {
        // The level in the zlib header is only a hint.
        expect(joined(parseAll(bytes))).toEqual(expected);
      } catch (error) {
        if (!(error instanceof DasError)) throw error;
        expect(error.code).not.toBe("INTERNAL");
      }
      bytes[bit >> 3]! ^= 1 << (bit & 7);
    }
  });
});

describe("a stream that grows a thousandfold", () => {
  test("comes in portions of bounded size", () => {
    const zeros = new Uint8Array(12 * 4_000_000).fill(0x3a);
    for (let at = 0; at < zeros.length; at += 12) zeros.set([0x3a, 0x30, 0x31, 0x3a], at);
    const bytes = stream(Buffer.concat([bytesOf(PACKET), zeros]), { level: 9 });
    expect(bytes.length).toBeLessThan(zeros.length / 150);
    let total = 0;
    let largest = 0;
    for (const portion of new StreamParser().portions(bytes)) {
      const size = plainOf(portion).length;
      total += size;
      largest = Math.max(largest, size);
    }
    expect(total).toBe(zeros.length);
    expect(largest).toBeLessThan(1040 * INFLATE_STEP_BYTES);
  });

  test("the inflater says when it has ended", () => {
    const packed = deflateSync(new Uint8Array(100_000));
    const inflater = new ZlibInflater();
    let length = 0;
    for (const byte of packed) {
      expect(inflater.ended).toBe(false);
      inflater.push(Uint8Array.of(byte), (bytes) => {
        length += bytes.length;
      });
    }
    expect([inflater.ended, length]).toEqual([true, 100_000]);
  });
});

describe("writing", () => {
  const items = parseAll(
    Buffer.concat([bytesOf(packetText("00", "<stream/>") + PACKET), data(50_000)]),
    10_000,
  );

  test("is what another program unpacks to the plain stream", () => {
    const packed = encodeAll(items, { compression: "deflate" });
    expect(Buffer.from(packed.subarray(0, 56)).toString()).toBe(HEADER);
    const plain = Buffer.from(encodeAll(items)).subarray(
      packetText("00", '<stream version="2.2"/>\n').length,
    );
    expect(inflateSync(packed.subarray(56)).equals(plain)).toBe(true);
  });

  test("is read back", () => {
    const read = parseAll(encodeAll(items, { compression: "deflate" }));
    expect(read.filter((item) => item.kind !== "data")).toEqual(items.filter((item) => item.kind !== "data"));
    expect(plainOf(read).equals(plainOf(items))).toBe(true);
  });

  test("after a flush all that was pushed can be unpacked", () => {
    const encoder = das2Encoder({ compression: "deflate" });
    const parser = new StreamParser();
    const out: string[] = [];
    const write = (bytes: Uint8Array) => {
      for (const item of parser.push(bytes.slice())) out.push(item.kind);
    };
    for (const item of joined(items)) {
      encoder.push(item, write);
      encoder.flush?.(write);
      expect(out.at(-1)).toBe(item.kind);
    }
    encoder.end(write);
    expect(parser.end()).toEqual([]);
  });

  test("a stream of nothing but its header", () => {
    const packed = encodeAll([{ kind: "stream", header: { version: "2.2", properties: [] } }], {
      compression: "deflate",
    });
    expect(inflateSync(packed.subarray(56)).length).toBe(0);
    expect(parseAll(packed).length).toBe(1);
  });
});
