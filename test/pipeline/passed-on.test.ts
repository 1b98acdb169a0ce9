import { describe, expect, it } from "vitest";
import { runPipeline } from "../../pipeline/run.js";
import type { PacketBatch, StreamItem } from "../../stream/model.js";
import { packetHeader, xPlane, yPlane } from "../../stream/packet-header.js";
import type { ReaderProgram } from "../../stream/program.js";
import { REAL8 } from "../../stream/value-type.js";
import { stage } from "./support.js";

const header = packetHeader({
  id: 1,
  planes: [xPlane({ type: REAL8, units: "us2000" }), yPlane({ name: "v", type: REAL8, units: "V" })],
});

/** `count` packets whose values are `from` and so on. */
function batch(count: number, from: number): PacketBatch {
  const bytes = Buffer.alloc(count * header.stride);
  for (let i = 0; i < count; i++) {
    bytes.write(":01:", i * header.stride);
    bytes.writeDoubleBE(from + i, i * header.stride + 4);
    bytes.writeDoubleBE(-from - i, i * header.stride + 12);
  }
  return { header, bytes, count };
}

/** The pieces of a pipeline that gives these batches, the memory of each overwritten as soon as the next is asked for. */
async function piecesOf(batches: readonly PacketBatch[]): Promise<Uint8Array[]> {
  const reader: ReaderProgram = {
    kind: "reader",
    name: "r",
    help: "",
    async *open() {
      yield [
        { kind: "stream", header: { version: "2.2", properties: [] } },
        { kind: "packet", header },
      ] satisfies StreamItem[];
      for (const one of batches) {
        yield [{ kind: "data", batch: one }];
        if (!one.lasts) one.bytes.fill(0);
      }
    },
  };
  const run = runPipeline([stage("reader", "r")], { programs: () => Promise.resolve(reader) });
  const pieces: Uint8Array[] = [];
  for await (const piece of run.bytes) pieces.push(piece);
  return pieces;
}

/** Where the data of a stream begin. */
function dataOf(pieces: readonly Uint8Array[]): Buffer {
  const all = Buffer.concat(pieces);
  return all.subarray(all.indexOf(":01:"));
}

describe("the bytes of a batch", () => {
  it("are passed on without a copy where they last and are many", async () => {
    const [large, small, other] = [batch(10_000, 0), batch(10, 10_000), batch(5000, 10_010)];
    const lasting = [large, small, other].map((one) => ({ ...one, lasts: true }) as const);
    const pieces = await piecesOf(lasting);
    expect(pieces).toContain(large.bytes);
    expect(pieces).toContain(other.bytes);
    expect(dataOf(pieces).equals(batch(15_010, 0).bytes)).toBe(true);
  });

  it("are copied where they may be overwritten, and stay in order with those that last", async () => {
    const batches: PacketBatch[] = [
      batch(6000, 0),
      { ...batch(6000, 6000), lasts: true },
      batch(7, 12_000),
      { ...batch(4000, 12_007), lasts: true },
      { ...batch(3, 16_007), lasts: true },
      batch(9000, 16_010),
    ];
    const expected = batch(25_010, 0).bytes;
    expect(dataOf(await piecesOf(batches)).equals(expected)).toBe(true);
  });
});
