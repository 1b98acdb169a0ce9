import { DasError } from "../../errors/das-error.js";
import type { ItemSource, PacketHeader, StreamHeader } from "../../stream/model.js";

/** What stands before the data of a block. */
export interface BlockHeaders {
  readonly stream: StreamHeader;
  /** One for each id, the last definition before the data, in the order of first definition. */
  readonly packets: readonly PacketHeader[];
}

/** The headers of a stream; it is left at its first data packet. Errors: those of the stream, NO_STREAM_HEADER. */
export async function readHeaders(items: ItemSource): Promise<BlockHeaders> {
  let stream: StreamHeader | undefined;
  const packets = new Map<number, PacketHeader>();
  read: for await (const portion of items)
    for (const item of portion) {
      if (item.kind === "data" || item.kind === "exception") break read;
      if (item.kind === "stream") stream = item.header;
      else if (item.kind === "packet") packets.set(item.header.id, item.header);
    }
  if (stream === undefined) throw new DasError("NO_STREAM_HEADER", "a block without a stream header");
  return { stream, packets: [...packets.values()] };
}
