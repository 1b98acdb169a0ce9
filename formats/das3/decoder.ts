import { DasError } from "../../errors/das-error.js";
import { ByteQueue } from "../../stream/byte-queue.js";
import {
  DAS3_LIMITS,
  type Das3Limits,
  type Das3PacketPrefix,
  LONGEST_DAS3_PREFIX,
  readDas3Prefix,
} from "../../stream/das3-framing.js";
import { parseDas3Info } from "../../stream/das3-info.js";
import type { Properties, StreamDecoder, StreamItem } from "../../stream/model.js";
import { propertyText } from "../../stream/properties.js";
import { parseXmlWithText } from "../../stream/xml-document.js";
import { das2Properties } from "./das2-property.js";
import { isRagged, packetOfDataset } from "./packet-of-dataset.js";
import { das3StreamProperties, parseDataset } from "./parse-headers.js";
import { RaggedReader } from "./ragged-reader.js";
import { RecordReader } from "./record-reader.js";

/** Ids of das2: 1 to 99. */
const MOST_IDS = 99;

/**
 * Reads a das3 stream as das2 items: each dataset becomes a packet type, under its own id where das2 has that. Items of one portion
 * last until the next is asked for.
 *
 * Errors, each with the byte offset in `where`: NO_STREAM_HEADER, BAD_PREFIX, BAD_LENGTH, BAD_XML, BAD_HEADER, BAD_PROPERTY,
 * UNDEFINED_ID, PARTIAL_PACKET, TOO_MANY_ITEMS, TOO_MANY_PLANES, RECORD_TOO_LONG; NOT_IMPLEMENTED for what das2 has no form for.
 * Source: das2-stream C1 to C5.
 */
export class Das3Decoder implements StreamDecoder {
  readonly #limits: Das3Limits;
  readonly #queue = new ByteQueue();
  /** By das3 id. */
  readonly #readers = new Map<number, RecordReader | RaggedReader>();
  /** The definition that has gone out, by das3 id, of datasets with a ragged index. */
  readonly #defined = new Map<number, RecordReader>();
  /** das2 ids by das3 id. */
  readonly #ids = new Map<number, number>();
  /** Properties of a stream header that waits for the first packet after it, which says whether the stream is of waveforms. */
  #waiting: Properties | undefined;
  #begun = false;
  #ended = false;
  /** The reader whose records are being gathered. */
  #open: RecordReader | undefined;

  constructor(limits: Partial<Das3Limits> = {}) {
    this.#limits = { ...DAS3_LIMITS, ...limits };
  }

  *portions(bytes: Uint8Array): Generator<readonly StreamItem[], void, undefined> {
    const queue = this.#queue;
    if (this.#ended) return;
    queue.push(bytes);
    let items: StreamItem[] = [];
    try {
      for (;;) {
        if (this.#ended) break;
        const prefix = this.#prefix();
        if (prefix === undefined || !queue.fill(prefix.prefixBytes + prefix.bodyBytes)) break;
        if (prefix.tag === "Pd") {
          const open = this.#readerOf(prefix);
          if (this.#open !== undefined && (this.#open !== open || this.#open.full))
            items.push(...this.#gathered());
          this.#define(prefix.id, open, items);
          // What was gathered lasts only until the next record goes into the same memory.
          if (items.length > 0) {
            yield items;
            items = [];
          }
          this.#open = open;
          open.add(queue.bytes, queue.view, queue.at + prefix.prefixBytes);
          queue.skip(prefix.prefixBytes + prefix.bodyBytes);
        } else {
          items.push(...this.#gathered());
          this.#header(prefix, items);
        }
      }
      items.push(...this.#gathered());
      if (this.#ended) queue.clear();
      else queue.settle();
    } catch (error) {
      this.#ended = true;
      // What was decoded before an error is given first.
      items.push(...this.#gathered());
      if (items.length > 0) yield items;
      throw this.#located(error);
    }
    if (items.length > 0) yield items;
  }

  end(): readonly StreamItem[] {
    if (this.#ended) return [];
    this.#ended = true;
    const { length, offset } = this.#queue;
    if (length > 0)
      throw new DasError("PARTIAL_PACKET", `the input ends inside a packet (byte ${offset})`, { offset });
    if (!this.#begun) throw new DasError("NO_STREAM_HEADER", "the input is empty, expected a stream header");
    return this.#started(false);
  }

  #prefix(): Das3PacketPrefix | undefined {
    const queue = this.#queue;
    if (queue.length === 0) return undefined;
    queue.fill(Math.min(queue.length, LONGEST_DAS3_PREFIX));
    const { headerBytes, recordBytes } = this.#limits;
    const isFirst = !this.#begun;
    return readDas3Prefix(queue.bytes, queue.at, queue.end, { headerBytes, recordBytes, isFirst });
  }

  /** The reader of a data packet. */
  #readerOf({ id = 0, prefixBytes, bodyBytes }: Das3PacketPrefix): RecordReader {
    const reader = this.#readers.get(id);
    if (reader === undefined)
      throw new DasError("UNDEFINED_ID", `data of packet id ${id}, which no header has defined`);
    if (reader instanceof RaggedReader)
      return reader.of(this.#queue.bytes, this.#queue.at + prefixBytes, bodyBytes);
    if (reader.isOpenEnded ? bodyBytes < reader.bodyBytes : bodyBytes !== reader.bodyBytes)
      throw new DasError(
        "BAD_LENGTH",
        `a record of ${bodyBytes} bytes, expected ${reader.bodyBytes} by its header`,
      );
    return reader;
  }

  /** Another length of records is another definition of their packet type. */
  #define(id = 0, reader: RecordReader, items: StreamItem[]): void {
    const before = this.#defined.get(id);
    if (before === reader || !(this.#readers.get(id) instanceof RaggedReader)) return;
    this.#defined.set(id, reader);
    items.push({ kind: "packet", header: reader.header });
  }

  /** What the records made since are, as an item. */
  #gathered(): StreamItem[] {
    const batch = this.#open?.take();
    this.#open = undefined;
    return batch === undefined ? [] : [{ kind: "data", batch }];
  }

  /** Acts on the packet at the head, which holds no data. */
  #header({ tag, id = 0, prefixBytes, bodyBytes }: Das3PacketPrefix, items: StreamItem[]): void {
    const queue = this.#queue;
    const start = queue.at + prefixBytes;
    const body = queue.bytes.subarray(start, start + bodyBytes);
    if (!this.#begun && tag !== "Sx")
      throw new DasError("NO_STREAM_HEADER", 'the stream does not begin with its header, expected "|Sx|"');
    switch (tag) {
      case "Sx": {
        const properties = das3StreamProperties(parseXmlWithText(body));
        // Streams put one after the other: only the first says what all are.
        if (!this.#begun) this.#waiting = das2Properties(properties);
        this.#begun = true;
        break;
      }
      case "Hx":
        this.#dataset(id, body, items);
        break;
      case "Cx":
      case "Ex": {
        const info = parseDas3Info(body);
        if (info === undefined) break;
        items.push(...this.#started(false), info);
        if (info.kind === "exception") this.#ended = true;
        break;
      }
      default: // extensions are passed over by their length
    }
    queue.skip(prefixBytes + bodyBytes);
  }

  #dataset(id: number, body: Uint8Array, items: StreamItem[]): void {
    const dataset = parseDataset(parseXmlWithText(body));
    const das2Id = this.#das2Id(id);
    const ragged = isRagged(dataset) ? new RaggedReader(das2Id, dataset) : undefined;
    const packet = ragged?.unit ?? packetOfDataset(das2Id, dataset);
    items.push(...this.#started(packet.isWaveform));
    this.#defined.delete(id);
    this.#readers.set(id, ragged ?? new RecordReader(packet));
    // How long the first record is tells the record itself.
    if (ragged === undefined) items.push({ kind: "packet", header: packet.header });
    if (packet.leftOut.length > 0) items.push(leftOutComment(packet.leftOut));
  }

  /** The stream header, where it still waits. */
  #started(isWaveform: boolean): StreamItem[] {
    const properties = this.#waiting;
    if (properties === undefined) return [];
    this.#waiting = undefined;
    const isSaid = propertyText(properties, "renderer") !== undefined;
    const renderer = { name: "renderer", type: "String", value: "waveform" } as const;
    const all = isWaveform && !isSaid ? [...properties, renderer] : properties;
    return [{ kind: "stream", header: { version: "2.2", properties: all } }];
  }

  /** The same id where das2 has it and nobody took it, else the least that is free. */
  #das2Id(id: number): number {
    const known = this.#ids.get(id);
    if (known !== undefined) return known;
    const taken = new Set(this.#ids.values());
    let free = id;
    if (id < 1 || id > MOST_IDS || taken.has(id)) for (free = 1; taken.has(free); ) free++;
    if (free > MOST_IDS)
      throw new DasError(
        "NOT_IMPLEMENTED",
        `more than ${MOST_IDS} datasets, more than a das2 stream can hold`,
      );
    this.#ids.set(id, free);
    return free;
  }

  #located(error: unknown): unknown {
    if (!(error instanceof DasError)) return error;
    const { offset } = this.#queue;
    return new DasError(error.code, `${error.message} (byte ${offset})`, { ...error.where, offset }, error);
  }
}

function leftOutComment(names: readonly string[]): StreamItem {
  const shown = [...new Set(names)].slice(0, 20).join(", ");
  const value = `${shown}: left out, neither numbers nor times`;
  return { kind: "comment", comment: { type: "log:warning", source: "das3_to_das2", value } };
}
