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
import type { StreamDecoder, StreamItem } from "../../stream/model.js";
import { parseXmlWithText } from "../../stream/xml-document.js";
import { DatasetRecords } from "./dataset-records.js";
import { das3StreamProperties, parseDataset } from "./parse-headers.js";

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
  readonly #records = new DatasetRecords();
  #ended = false;

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
          const start = queue.at + prefix.prefixBytes;
          const { before, source } = this.#records.record(
            prefix.id ?? 0,
            queue.bytes,
            queue.view,
            start,
            start + prefix.bodyBytes,
          );
          items.push(...before);
          // What was gathered lasts only until the next record goes into the same memory.
          if (items.length > 0) {
            yield items;
            items = [];
          }
          source.add(queue.bytes, queue.view, start);
          queue.skip(prefix.prefixBytes + prefix.bodyBytes);
        } else {
          items.push(...this.#records.gathered());
          this.#header(prefix, items);
        }
      }
      items.push(...this.#records.gathered());
      if (this.#ended) queue.clear();
      else queue.settle();
    } catch (error) {
      this.#ended = true;
      // What was decoded before an error is given first.
      items.push(...this.#records.gathered());
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
    if (!this.#records.hasBegun)
      throw new DasError("NO_STREAM_HEADER", "the input is empty, expected a stream header");
    return this.#records.started();
  }

  #prefix(): Das3PacketPrefix | undefined {
    const queue = this.#queue;
    if (queue.length === 0) return undefined;
    queue.fill(Math.min(queue.length, LONGEST_DAS3_PREFIX));
    const { headerBytes, recordBytes } = this.#limits;
    const isFirst = !this.#records.hasBegun;
    return readDas3Prefix(queue.bytes, queue.at, queue.end, { headerBytes, recordBytes, isFirst });
  }

  /** Acts on the packet at the head, which holds no data. */
  #header({ tag, id = 0, prefixBytes, bodyBytes }: Das3PacketPrefix, items: StreamItem[]): void {
    const queue = this.#queue;
    const start = queue.at + prefixBytes;
    const body = queue.bytes.subarray(start, start + bodyBytes);
    if (!this.#records.hasBegun && tag !== "Sx")
      throw new DasError("NO_STREAM_HEADER", 'the stream does not begin with its header, expected "|Sx|"');
    switch (tag) {
      case "Sx":
        this.#records.begin(das3StreamProperties(parseXmlWithText(body), "das-basic-stream"));
        break;
      case "Hx":
        items.push(...this.#records.define(id, parseDataset(parseXmlWithText(body))));
        break;
      case "Cx":
      case "Ex": {
        const info = parseDas3Info(body);
        if (info === undefined) break;
        items.push(...this.#records.started(), info);
        if (info.kind === "exception") this.#ended = true;
        break;
      }
      default: // extensions are passed over by their length
    }
    queue.skip(prefixBytes + bodyBytes);
  }

  #located(error: unknown): unknown {
    if (!(error instanceof DasError)) return error;
    const { offset } = this.#queue;
    return new DasError(error.code, `${error.message} (byte ${offset})`, { ...error.where, offset }, error);
  }
}
