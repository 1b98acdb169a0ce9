import { describe, expect, it } from "vitest";
import { GrowingBytes } from "../../stream/growing-bytes.js";

const piece = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);

describe("bytes gathered in memory that grows", () => {
  it("come out in order, whatever their number", () => {
    const gathered = new GrowingBytes(1 << 17);
    const lengths = [1, 4095, 1, 5000, 0, 30_000, 70_000];
    for (const [value, length] of lengths.entries()) {
      expect(gathered.fits(length)).toBe(true);
      gathered.add(piece(length, value));
    }
    expect(gathered.length).toBe(109_097);
    const expected = Buffer.concat(lengths.map((length, value) => piece(length, value)));
    expect(expected.equals(gathered.take())).toBe(true);
    expect(gathered.length).toBe(0);
  });

  it("take no more than their most, unless one addition is longer", () => {
    const gathered = new GrowingBytes(1000);
    gathered.add(piece(900, 1));
    expect(gathered.fits(100)).toBe(true);
    expect(gathered.fits(101)).toBe(false);
    gathered.take();
    expect(gathered.fits(5000)).toBe(true);
    gathered.add(piece(5000, 2));
    expect(gathered.take().length).toBe(5000);
  });

  it("that were taken are not written to again", () => {
    const gathered = new GrowingBytes(1 << 16);
    const taken: Uint8Array[] = [];
    for (let value = 0; value < 100; value++) {
      gathered.add(piece(1500, value));
      taken.push(gathered.take());
    }
    expect(
      taken.every((bytes, value) => bytes.length === 1500 && bytes.every((byte) => byte === value)),
    ).toBe(true);
  });

  it("that were looked at make way for the next in the same memory", () => {
    const gathered = new GrowingBytes(1 << 16);
    gathered.add(piece(100, 1));
    const { buffer } = gathered.peek();
    gathered.add(piece(50, 2));
    const again = gathered.peek();
    expect(again.buffer).toBe(buffer);
    expect([...again]).toEqual(new Array(50).fill(2));
  });

  it("of a short stream take little memory", () => {
    const gathered = new GrowingBytes(1 << 17);
    gathered.add(piece(100, 1));
    expect(gathered.take().buffer.byteLength).toBeLessThanOrEqual(4096);
  });
});
