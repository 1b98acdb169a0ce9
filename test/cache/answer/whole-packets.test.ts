import { describe, expect, it } from "vitest";
import { wholePackets } from "../../../cache/answer/whole-packets.js";
import { packetHeader, xPlane, yPlane } from "../../../stream/packet-header.js";
import { REAL4, REAL8 } from "../../../stream/value-type.js";

/** 16 bytes a packet. */
const header = packetHeader({
  id: 1,
  planes: [xPlane({ type: REAL8, units: "us2000" }), yPlane({ name: "v", type: REAL4, units: "V" })],
});
const COUNT = 50;
const bytes = Uint8Array.from({ length: COUNT * header.stride }, (_, at) => at % 251);

async function* cutEvery(length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

describe("bytes of packets of one id", () => {
  it.each([1, 5, 15, 16, 17, 32, 37, 100, 799, 800, 1000])(
    "come as whole packets from pieces of %i",
    async (length) => {
      const given: Buffer[] = [];
      for await (const portion of wholePackets(cutEvery(length), header))
        for (const item of portion) {
          if (item.kind !== "data") throw new Error(`a ${item.kind} item`);
          const { batch } = item;
          expect(batch.bytes.length).toBe(batch.count * header.stride);
          expect(batch.count).toBeGreaterThan(0);
          // What lasts is the piece itself; the rest is good until the next portion.
          expect(batch.bytes.buffer === bytes.buffer).toBe(batch.lasts === true);
          given.push(Buffer.from(batch.bytes));
        }
      expect(Buffer.concat(given).equals(bytes)).toBe(true);
    },
  );
});
