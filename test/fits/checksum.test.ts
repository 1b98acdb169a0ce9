import fc from "fast-check";
import { expect, it } from "vitest";
import {
  DataSum,
  decodeSum,
  emptyPrimary,
  encodeSum,
  Header,
  headerSum,
  memorySource,
  openFitsFile,
  setSums,
  verifySums,
} from "../../fits/index.js";

it("adds words with their carries put in again (FITS 4.0, J.1)", () => {
  const sum = (...words: number[]): number => {
    const bytes = Buffer.alloc(4 * words.length);
    for (const [i, word] of words.entries()) bytes.writeUInt32BE(word, 4 * i);
    return new DataSum().add(bytes).value;
  };
  expect(sum()).toBe(0);
  expect(sum(1, 2)).toBe(3);
  expect(sum(0xffffffff, 1)).toBe(1);
  expect(sum(0xffffffff, 0xffffffff)).toBe(0xffffffff);
  expect(sum(0x80000000, 0x80000000, 5)).toBe(6);
});

it("gives the same for any pieces, and for more words than a double could add up at once", () => {
  const bytes = Buffer.from(Array.from({ length: 41 }, (_, i) => (i * 89) % 256));
  const whole = new DataSum().add(bytes).value;
  for (let piece = 1; piece <= bytes.length; piece++) {
    const sum = new DataSum();
    for (let at = 0; at < bytes.length; at += piece) sum.add(bytes.subarray(at, at + piece));
    expect(sum.value, `${piece} bytes`).toBe(whole);
  }
  // All ones are the zero of this sum.
  expect(new DataSum().add(new Uint8Array(9 << 20).fill(255)).value).toBe(0xffffffff);
});

it("of a header that fpack 1.7 wrote is the one it printed (FITS 4.0, J.2)", () => {
  const cards = (sum: string) => [
    "SIMPLE  =                    T / file does conform to FITS standard",
    "BITPIX  =                   16 / number of bits per data pixel",
    "NAXIS   =                    0 / number of data axes",
    "EXTEND  =                    T / FITS dataset may contain extensions",
    "COMMENT   FITS (Flexible Image Transport System) format is defined in 'Astronomy",
    "COMMENT   and Astrophysics', volume 376, page 359; bibcode: 2001A&A...376..359H",
    `CHECKSUM= '${sum}'   / HDU checksum updated 2026-11-21T05:15:50`,
    "DATASUM = '         0'         / data unit checksum updated 2026-11-21T05:15:50",
    "END",
  ];
  const bytes = (sum: string) =>
    Buffer.from(
      cards(sum)
        .map((card) => card.padEnd(80))
        .join("")
        .padEnd(2880),
      "latin1",
    );
  expect(encodeSum(new DataSum().add(bytes("0".repeat(16))).value, true)).toBe("2aG73a962aG62a96");
  expect(new DataSum().add(bytes("2aG73a962aG62a96")).value).toBe(0xffffffff);
});

it("is read again from its letters and digits (property)", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffffffff }), fc.boolean(), (sum, complement) => {
      const text = encodeSum(sum, complement);
      expect(text).toMatch(/^[0-9A-Za-z]{16}$/);
      expect(decodeSum(text, complement)).toBe(sum);
    }),
  );
  expect(decodeSum("too short", false)).toBeUndefined();
});

it("of a unit makes its words add up to all ones, and tells a change", async () => {
  const header = new Header()
    .set("SIMPLE", true, "file does conform to FITS standard")
    .set("BITPIX", 16, "number of bits per data pixel")
    .set("NAXIS", 0, "number of data axes")
    .set("EXTEND", true, "FITS dataset may contain extensions");
  setSums(header, 0);
  const file = await openFitsFile(memorySource(header.bytes()));
  expect(await verifySums(file, file.hdus[0]!)).toEqual({ datasum: "right", checksum: "right" });
  header.set("NAXIS", 0, "changed");
  const changed = await openFitsFile(memorySource(header.bytes()));
  expect(await verifySums(changed, changed.hdus[0]!)).toEqual({ datasum: "right", checksum: "wrong" });
  const bare = await openFitsFile(memorySource(emptyPrimary().bytes()));
  expect(await verifySums(bare, bare.hdus[0]!)).toEqual({ datasum: "absent", checksum: "absent" });
  expect(headerSum(emptyPrimary())).toMatch(/^[0-9A-Za-z]{16}$/);
});
