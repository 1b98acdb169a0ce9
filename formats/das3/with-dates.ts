import type { PacketBatch, PacketHeader, Plane, StreamEncoder } from "../../stream/model.js";
import { type TextPacket, textPacket } from "../text-packet.js";
import { timeUnit } from "../time-text-writer.js";

/** Digits of the fraction of seconds. */
const FRACTION_DIGITS = 9;

/** A packet type that has times counted in text, as one with dates. */
interface Dated {
  readonly packet: TextPacket;
  bytes: Uint8Array;
}

/**
 * An encoder that gets times counted in text as dates, for text of a time is read as a date by clients of das3, whatever its units
 * say. All else goes to it as it is. Source: das2-stream C4.1.
 */
export function withDates(encoder: StreamEncoder): StreamEncoder {
  const dated = new Map<number, Dated>();
  return {
    push(item, write) {
      if (item.kind === "packet") {
        const packet = datedPacket(item.header);
        if (packet === undefined) dated.delete(item.header.id);
        else dated.set(item.header.id, { packet, bytes: new Uint8Array(0) });
        encoder.push(packet === undefined ? item : { kind: "packet", header: packet.header }, write);
        return;
      }
      const known = item.kind === "data" ? dated.get(item.batch.header.id) : undefined;
      if (item.kind === "data" && known !== undefined)
        encoder.push({ kind: "data", batch: datedBatch(known, item.batch) }, write);
      else encoder.push(item, write);
    },
    end: (write) => encoder.end(write),
  };
}

function datedPacket(header: PacketHeader): TextPacket | undefined {
  if (!header.planes.some(isCounted)) return undefined;
  return textPacket(header, { fractionDigits: FRACTION_DIGITS, which: isCounted });
}

function isCounted(plane: Plane): boolean {
  return plane.type.kind === "ascii" && timeUnit(plane) !== undefined;
}

function datedBatch(known: Dated, batch: PacketBatch): PacketBatch {
  const { packet } = known;
  const length = batch.count * packet.header.stride;
  if (known.bytes.length < length) known.bytes = new Uint8Array(length);
  packet.write(batch, 0, batch.count, known.bytes);
  return { header: packet.header, bytes: known.bytes.subarray(0, length), count: batch.count };
}
