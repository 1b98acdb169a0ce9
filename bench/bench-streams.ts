import { BatchBuilder } from "../stream/batch-builder.js";
import { writeValue } from "../stream/columns.js";
import type { PacketHeader } from "../stream/model.js";
import { packetHeader, xPlane, yscanPlane } from "../stream/packet-header.js";
import { das2Encoder } from "../stream/stream-writer.js";
import { REAL4, REAL8 } from "../stream/value-type.js";

/** Noise of a linear congruential generator in [-0.5, 0.5): the same input in every run. */
export function noise(): () => number {
  let state = 12_345;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 2_147_483_648 - 0.5;
  };
}

/** Packets of 256 big-endian 4-byte reals whose tags are `interval` apart, x in us2000; 1036 bytes. */
export function spectraHeader(yUnits: string, interval: number): PacketHeader {
  return packetHeader({
    id: 1,
    planes: [
      xPlane({ type: REAL8, units: "us2000" }),
      yscanPlane({
        name: "psd",
        type: REAL4,
        units: "V",
        yUnits,
        yTags: { kind: "interval", interval },
        items: 256,
      }),
    ],
  });
}

/**
 * A das2 stream of one packet type with `count` packets, in memory.
 * @param x position of a packet by its number
 * @param value one value of the other planes
 */
export function benchStream(
  header: PacketHeader,
  count: number,
  x: (packet: number) => number,
  value: () => number,
): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const piece of streamPieces(header, count, x, value)) parts.push(Uint8Array.from(piece));
  return Buffer.concat(parts);
}

/** As {@link benchStream}, in pieces of about 1 MB that are used again. */
export function* streamPieces(
  header: PacketHeader,
  count: number,
  x: (packet: number) => number,
  value: () => number,
): Generator<Uint8Array> {
  const head: Uint8Array[] = [];
  const encoder = das2Encoder();
  encoder.push({ kind: "stream", header: { version: "2.2", properties: [] } }, (bytes) =>
    head.push(bytes.slice()),
  );
  encoder.push({ kind: "packet", header }, (bytes) => head.push(bytes.slice()));
  encoder.end((bytes) => head.push(bytes.slice()));
  yield Buffer.concat(head);
  const builder = new BatchBuilder(header, 1 << 20);
  const { bytes, view } = builder;
  for (let packet = 0; packet < count; packet++) {
    const at = builder.next();
    for (const plane of header.planes)
      for (let item = 0; item < plane.items; item++) {
        const place = at + plane.offset + item * plane.type.width;
        writeValue(bytes, view, place, plane.type, plane.role === "x" ? x(packet) : value(), plane.units);
      }
    if (builder.full || packet === count - 1) {
      const batch = builder.take();
      if (batch !== undefined) yield batch.bytes;
    }
  }
}
