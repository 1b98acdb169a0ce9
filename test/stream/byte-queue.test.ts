import { describe, expect, test } from "vitest";
import { ByteQueue } from "../../stream/byte-queue.js";
import { printable } from "../../stream/printable.js";
import { bytesOf } from "./support.js";

const DIGITS = "0123456789abcdefghij";

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}

describe("ByteQueue", () => {
  test("gives the same units for every way to cut the input, from memory that is used again", () => {
    const units = [4, 1, 7, 3, 5];
    for (let step = 1; step <= DIGITS.length; step++) {
      const queue = new ByteQueue();
      const taken: Uint8Array[] = [];
      for (let at = 0; at < DIGITS.length; at += step) {
        const piece = Buffer.from(DIGITS.slice(at, at + step));
        queue.push(piece);
        for (;;) {
          const next = units[taken.length];
          if (next === undefined || !queue.fill(next)) break;
          taken.push(new Uint8Array(queue.take(next)));
        }
        queue.settle();
        piece.fill(0x23);
      }
      expect(taken.map(text)).toEqual(["0123", "4", "56789ab", "cde", "fghij"]);
      expect([queue.length, queue.offset]).toEqual([0, DIGITS.length]);
    }
  });

  test("looks at a piece in place and copies only what a unit across pieces needs", () => {
    const queue = new ByteQueue();
    const first = bytesOf("01234567");
    queue.push(first);
    expect(queue.fill(3) && queue.take(3).buffer === first.buffer).toBe(true);
    expect(queue.fill(6)).toBe(false);
    queue.settle();
    const second = bytesOf("89abcdefgh");
    queue.push(second);
    expect(queue.length).toBe(15);
    expect(queue.fill(6)).toBe(true);
    expect([queue.bytes.length, text(queue.take(6))]).toEqual([6, "345678"]);
    expect(queue.fill(4) && queue.take(4).buffer === second.buffer).toBe(true);
  });

  test("a view that was taken is not written over by what comes later", () => {
    const queue = new ByteQueue();
    queue.push(bytesOf("0123"));
    queue.settle();
    queue.push(bytesOf("45678"));
    queue.fill(6);
    const view = queue.take(6);
    queue.settle();
    for (let i = 0; i < 5; i++) {
      queue.push(bytesOf("wxyz"));
      queue.fill(7);
      queue.take(Math.min(7, queue.length));
      queue.settle();
    }
    expect(text(view)).toBe("012345");
  });

  test("memory grows with what came, not with what was announced", () => {
    const queue = new ByteQueue();
    for (let n = 1; n <= 100; n++) {
      queue.push(bytesOf("0123456789"));
      expect(queue.fill(64e6)).toBe(false);
      queue.settle();
      expect(queue.bytes.length).toBeLessThanOrEqual(20 * n);
    }
    expect(queue.length).toBe(1000);
  });

  test("clear drops everything and counts it as read", () => {
    const queue = new ByteQueue();
    queue.push(bytesOf("0123"));
    queue.settle();
    queue.push(bytesOf("45"));
    queue.clear();
    expect([queue.length, queue.offset]).toEqual([0, 6]);
    queue.push(bytesOf("6"));
    expect(queue.fill(1) && text(queue.take(1))).toBe("6");
  });
});

test("printable shows any byte in ASCII", () => {
  const all = printable(Uint8Array.from({ length: 256 }, (_, i) => i));
  expect(all).toMatch(/^"[ -~]*"$/);
  expect(printable(bytesOf('a"\\\n\0\xff'))).toBe('"a\\"\\\\\\n\\x00\\xff"');
});
