import type { StreamItem } from "../../stream/model.js";

/** Packets after which whoever makes blocks of them may have to wait for the disk: each could be a block of its own. */
const MOST_PACKETS = 1024;

/** An item in parts that are not too long. */
export function* itemParts(item: StreamItem): Generator<StreamItem> {
  if (item.kind !== "data" || item.batch.count <= MOST_PACKETS) {
    yield item;
    return;
  }
  const { header, bytes, count } = item.batch;
  for (let first = 0; first < count; first += MOST_PACKETS) {
    const end = Math.min(count, first + MOST_PACKETS);
    const part = bytes.subarray(first * header.stride, end * header.stride);
    yield { kind: "data", batch: { header, bytes: part, count: end - first } };
  }
}
