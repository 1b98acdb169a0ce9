import type { PacketBatch, PacketHeader, StreamItem } from "../../stream/model.js";

/**
 * Bytes that hold nothing but data packets of one id, in pieces of any size, as batches of whole packets. No byte is looked at, and
 * only a packet that is cut by the end of a piece is copied: this is the way of a block that is passed on as it is.
 *
 * @param pieces their memory is not written to again
 */
export async function* wholePackets(
  pieces: AsyncIterable<Uint8Array>,
  header: PacketHeader,
): AsyncGenerator<readonly StreamItem[], void, undefined> {
  const { stride } = header;
  const packets = (bytes: Uint8Array): PacketBatch => ({ header, bytes, count: bytes.length / stride });
  const cut = new Uint8Array(stride);
  let held = 0;
  for await (const piece of pieces) {
    const items: StreamItem[] = [];
    let at = 0;
    if (held > 0) {
      at = Math.min(stride - held, piece.length);
      cut.set(piece.subarray(0, at), held);
      held += at;
      if (held < stride) continue;
      items.push({ kind: "data", batch: packets(cut) });
      held = 0;
    }
    const end = at + Math.floor((piece.length - at) / stride) * stride;
    if (end > at) items.push({ kind: "data", batch: { ...packets(piece.subarray(at, end)), lasts: true } });
    if (items.length > 0) yield items;
    held = piece.length - end;
    cut.set(piece.subarray(end));
  }
}
