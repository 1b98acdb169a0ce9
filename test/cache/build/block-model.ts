import { blockNumber, blockRange } from "../../../cache/block-number.js";
import type { Level } from "../../../cache/level.js";
import { timeText } from "../../../dsdf/stages.js";
import { cutRange } from "../../../reducers/range-cut.js";
import { readXUs2000 } from "../../../stream/columns.js";
import type { PacketHeader, StreamItem } from "../../../stream/model.js";
import type { FilterProgram } from "../../../stream/program.js";
import { das2Encoder } from "../../../stream/stream-writer.js";
import { timeToUs2000, us2000ToTime } from "../../../stream/time.js";
import { applyTransform } from "../../../stream/transform.js";
import { TEST_CONTEXT } from "../../support/run-stream.js";

/** The packets of each block of a level, one by one, as streams of their own. */
export function packetsByBlock(items: readonly StreamItem[], level: Level): Map<number, StreamItem[]> {
  const blocks = new Map<number, StreamItem[]>();
  const told = new Map<number, Map<number, PacketHeader>>();
  const definitions = new Map<number, PacketHeader>();
  let stream: StreamItem | undefined;
  for (const item of items) {
    if (item.kind === "stream") stream = item;
    if (item.kind === "packet") definitions.set(item.header.id, item.header);
    if (item.kind !== "data") continue;
    const { header, bytes, count } = item.batch;
    const x = new Float64Array(count);
    readXUs2000(item.batch, x);
    for (let n = 0; n < count; n++) {
      if (!(Math.abs(x[n]!) < 1e18)) continue;
      const number = blockNumber(us2000ToTime(x[n]!), level.period);
      let block = blocks.get(number);
      if (block === undefined) {
        block = [
          stream!,
          ...[...definitions.values()].map((one) => ({ kind: "packet", header: one }) as const),
        ];
        blocks.set(number, block);
        told.set(number, new Map(definitions));
      }
      const current = definitions.get(header.id)!;
      if (told.get(number)!.get(header.id) !== current) {
        told.get(number)!.set(header.id, current);
        block.push({ kind: "packet", header: current });
      }
      const packet = bytes.slice(n * header.stride, (n + 1) * header.stride);
      block.push({ kind: "data", batch: { header, bytes: packet, count: 1 } });
    }
  }
  return blocks;
}

/** What a program gives for the packets of a block: comments dropped, cut to records with x in the block. */
export async function reducedBlock(
  program: FilterProgram,
  args: readonly string[],
  items: readonly StreamItem[],
  level: Level,
  number: number,
): Promise<Buffer> {
  const { begin, end } = blockRange(number, level.period);
  const filter = program.open([...args, "-b", timeText(begin), String(level.seconds)], TEST_CONTEXT);
  const source = (async function* () {
    yield items;
  })();
  const cut = cutRange({ begin: timeToUs2000(begin), end: timeToUs2000(end) });
  const encoder = das2Encoder();
  const parts: Buffer[] = [];
  const write = (bytes: Uint8Array): void => {
    parts.push(Buffer.from(bytes));
  };
  for await (const given of applyTransform(source, [filter, cut]))
    for (const item of given) if (item.kind !== "comment") encoder.push(item, write);
  encoder.end(write);
  return Buffer.concat(parts);
}
