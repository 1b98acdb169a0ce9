import type { PacketBatch, StreamItem } from "../../stream/model.js";
import { StreamParser } from "../../stream/stream-parser.js";
import { type Das2EncoderOptions, das2Encoder } from "../../stream/stream-writer.js";

export { packet as packetText } from "../support/run-stream.js";

/** The bytes of a text; characters up to U+00FF stand for themselves as bytes. */
export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** All items of a stream that is pushed in pieces of `step` bytes, batches copied. */
export function parseAll(bytes: Uint8Array, step = bytes.length): StreamItem[] {
  const parser = new StreamParser();
  const items: StreamItem[] = [];
  for (let at = 0; at < bytes.length; at += step) {
    // A piece of its own that is spoilt afterwards shows whether anything still looks at it.
    const piece = new Uint8Array(bytes.subarray(at, at + step));
    for (const item of parser.push(piece)) items.push(copied(item));
    piece.fill(0xee);
  }
  for (const item of parser.end()) items.push(copied(item));
  return items;
}

/** The item with bytes of its own. */
export function copied(item: StreamItem): StreamItem {
  return item.kind === "data"
    ? { kind: "data", batch: { ...item.batch, bytes: new Uint8Array(item.batch.bytes) } }
    : item;
}

/** Items with batches that lie side by side put together: the same for every way to cut the input. */
export function joined(items: readonly StreamItem[]): StreamItem[] {
  const out: StreamItem[] = [];
  for (const item of items) {
    const last = out.at(-1);
    if (item.kind === "data" && last?.kind === "data" && last.batch.header === item.batch.header)
      out[out.length - 1] = { kind: "data", batch: merged(last.batch, item.batch) };
    else out.push(item);
  }
  return out;
}

function merged(a: PacketBatch, b: PacketBatch): PacketBatch {
  const bytes = new Uint8Array(a.bytes.length + b.bytes.length);
  bytes.set(a.bytes);
  bytes.set(b.bytes, a.bytes.length);
  return { header: a.header, bytes, count: a.count + b.count };
}

/** The das2 stream of some items. */
export function encodeAll(items: readonly StreamItem[], options?: Das2EncoderOptions): Uint8Array {
  const encoder = das2Encoder(options);
  const parts: number[] = [];
  const write = (bytes: Uint8Array) => {
    for (const byte of bytes) parts.push(byte);
  };
  for (const item of items) encoder.push(item, write);
  encoder.end(write);
  return Uint8Array.from(parts);
}
