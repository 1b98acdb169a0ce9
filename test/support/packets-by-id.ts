import { createHash } from "node:crypto";
import { printPacketHeader } from "../../stream/header-xml.js";
import type { StreamItem } from "../../stream/model.js";
import { StreamParser } from "../../stream/stream-parser.js";

/** Packets of one id that have one definition, in the order of the stream. */
export interface DefinedPackets {
  readonly header: string;
  /** Their bytes, one behind the other. */
  readonly bytes: Buffer;
  readonly count: number;
}

/** The packets of a stream id by id; how ids alternate is no matter. */
export type PacketsById = Readonly<Record<number, readonly DefinedPackets[]>>;

/** The packets of the bytes of a stream. Errors: where they are none, or end inside of a packet. */
export function packetsById(stream: Uint8Array): PacketsById {
  const parser = new StreamParser();
  return itemsById([...parser.push(stream), ...parser.end()]);
}

/** The packets of items. */
export function itemsById(items: Iterable<StreamItem>): PacketsById {
  const made = new Map<number, { header: string; parts: Uint8Array[]; count: number }[]>();
  for (const item of items) {
    if (item.kind !== "data") continue;
    const { header, bytes, count } = item.batch;
    const text = Buffer.from(printPacketHeader(header)).toString("latin1");
    const all = made.get(header.id) ?? [];
    made.set(header.id, all);
    let last = all.at(-1);
    if (last?.header !== text) {
      last = { header: text, parts: [], count: 0 };
      all.push(last);
    }
    last.parts.push(new Uint8Array(bytes));
    last.count += count;
  }
  return Object.fromEntries(
    [...made].map(([id, all]) => [
      id,
      all.map(({ header, parts, count }) => ({ header, count, bytes: Buffer.concat(parts) })),
    ]),
  );
}

/** What tells whether two streams have the same packets, short enough for the message of a test that fails. */
export function packetDigest(stream: Uint8Array): Readonly<Record<number, readonly string[]>> {
  const all = packetsById(stream);
  return Object.fromEntries(
    Object.entries(all).map(([id, parts]) => [
      id,
      parts.map(({ header, bytes, count }) => {
        const sum = createHash("sha256").update(header).update(bytes).digest("hex").slice(0, 16);
        return `${count} packets, ${bytes.length} bytes, ${sum}`;
      }),
    ]),
  );
}
