import { describe, expect, it } from "vitest";
import { POOLED_BYTES, returnPiece, takePiece } from "../../stream/piece-pool.js";

describe("memory for large pieces", () => {
  it("is as long as asked for, and never the same for two who hold it", () => {
    const pieces = [1, 1000, 100_000, POOLED_BYTES].map(takePiece);
    expect(pieces.map(({ length }) => length)).toEqual([1, 1000, 100_000, POOLED_BYTES]);
    expect(new Set(pieces.map(({ buffer }) => buffer)).size).toBe(4);
    pieces.forEach(returnPiece);
  });

  it("is used again once it was given back, by any view of it", () => {
    const piece = takePiece(500_000);
    returnPiece(piece.subarray(100, 200));
    expect(takePiece(100_000).buffer).toBe(piece.buffer);
  });

  it("is given out once, however often it was given back", () => {
    const piece = takePiece(100_000);
    returnPiece(piece);
    returnPiece(piece);
    const next = [takePiece(100_000), takePiece(100_000)];
    expect(next.filter(({ buffer }) => buffer === piece.buffer)).toHaveLength(1);
  });

  it("of somebody else is left alone", () => {
    const others = [new Uint8Array(POOLED_BYTES), new Uint8Array(8), Buffer.alloc(8)];
    others.forEach(returnPiece);
    const memory = new Set<ArrayBufferLike>(others.map(({ buffer }) => buffer));
    const taken = Array.from({ length: 20 }, () => takePiece(100_000));
    expect(taken.some(({ buffer }) => memory.has(buffer))).toBe(false);
  });
});
