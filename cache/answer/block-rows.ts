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
  const data = wholePackets(block.body(only.stride), only);
  // The first records are at hand: they go with the headers.
  const first = await data.next();
  yield [
    { kind: "stream", header: stream },
    { kind: "packet", header: only },
    ...(first.done === true ? [] : first.value),
  ];
  yield* data;
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

/**
 * Everything but the packets that were given already: the first ones of each id.
 * @param given numbers of packets by id; counted down to nothing
 */
export async function* withoutGiven(
  items: ItemSource,
  given: Map<number, number>,
): AsyncGenerator<readonly StreamItem[], void, undefined> {
  for await (const portion of items) {
    const kept = portion.flatMap((item): StreamItem[] => {
      if (item.kind !== "data") return [item];
      const { header, bytes, count } = item.batch;
      const left = given.get(header.id) ?? 0;
      if (left === 0) return [item];
      const gone = Math.min(left, count);
      given.set(header.id, left - gone);
      if (gone === count) return [];
      const rest = { header, bytes: bytes.subarray(gone * header.stride), count: count - gone };
      return [{ kind: "data", batch: rest }];
    });
    if (kept.length > 0) yield kept;
  }
}
