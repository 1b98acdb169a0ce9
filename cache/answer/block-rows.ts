import { cutRange } from "../../reducers/range-cut.js";
import type { ItemSource, StreamItem } from "../../stream/model.js";
import { type TimeRange, timeToUs2000 } from "../../stream/time.js";
import type { StoredBlock } from "../store/stored-block.js";
import { wholePackets } from "./whole-packets.js";

/**
 * What a block holds, as a stream of its own: a block of one packet type whose records follow each other is passed on without a look
 * into them, others are parsed.
 */
export async function* blockItems(
  block: StoredBlock,
): AsyncGenerator<readonly StreamItem[], void, undefined> {
  const { flat, noData } = block.sidecar;
  if (!flat || noData) {
    yield* block.items();
    return;
  }
  const { stream, packets } = await block.headers();
  const [only, ...others] = packets;
  if (only === undefined || others.length > 0) {
    yield* block.items();
    return;
  }
  yield [
    { kind: "stream", header: stream },
    { kind: "packet", header: only },
  ];
  yield* wholePackets(block.body(), only);
}

/** The records with x in a range of time, and everything that is no data. */
export async function* cutItems(
  items: ItemSource,
  { begin, end }: TimeRange,
): AsyncGenerator<readonly StreamItem[], void, undefined> {
  const cut = cutRange({ begin: timeToUs2000(begin), end: timeToUs2000(end) });
  for await (const portion of items) {
    const kept: StreamItem[] = [];
    for (const item of portion) cut.push(item, (passed) => kept.push(passed));
    if (kept.length > 0) yield kept;
  }
}

/** Everything but the first `count` data packets, whatever their ids. */
export async function* withoutFirst(
  items: ItemSource,
  count: number,
): AsyncGenerator<readonly StreamItem[], void, undefined> {
  let left = count;
  for await (const portion of items) {
    if (left === 0) {
      yield portion;
      continue;
    }
    const kept = portion.flatMap((item): StreamItem[] => {
      if (item.kind !== "data" || left === 0) return [item];
      const { header, bytes, count: packets } = item.batch;
      const gone = Math.min(left, packets);
      left -= gone;
      if (gone === packets) return [];
      return [
        {
          kind: "data",
          batch: { header, bytes: bytes.subarray(gone * header.stride), count: packets - gone },
        },
      ];
    });
    if (kept.length > 0) yield kept;
  }
}
