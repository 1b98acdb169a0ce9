import { readXUs2000 } from "../../stream/columns.js";
import type { PacketBatch, StreamItem } from "../../stream/model.js";
import type { LivePortion } from "./client-queue.js";

/**
 * The stream as far as a time, us2000, excluded: the first record at or after it ends it.
 * Leaving early ends the source, and so does the end.
 */
export async function* portionsUntil(
  portions: AsyncIterable<LivePortion>,
  until: number,
): AsyncGenerator<LivePortion, void, undefined> {
  for await (const portion of portions) {
    const items: StreamItem[] = [];
    let isOver = false;
    for (const item of portion.items) {
      if (item.kind !== "data") {
        items.push(item);
        continue;
      }
      const batch = before(item.batch, until);
      isOver ||= batch !== item.batch;
      if (batch !== undefined) items.push({ kind: "data", batch });
    }
    if (items.length > 0) yield { ...portion, items };
    if (isOver) return;
  }
}

/** The records of a batch that come before the first at or after the time; `undefined`: none. */
function before(batch: PacketBatch, until: number): PacketBatch | undefined {
  const xs = new Float64Array(batch.count);
  readXUs2000(batch, xs);
  const count = xs.findIndex((x) => x >= until);
  if (count < 0) return batch;
  if (count === 0) return undefined;
  return { ...batch, bytes: batch.bytes.subarray(0, count * batch.header.stride), count };
}
