import { DasError } from "../../errors/das-error.js";
import { BatchBuilder } from "../../stream/batch-builder.js";
import type { Emit, ItemSource, PacketHeader, StreamHeader, StreamItem } from "../../stream/model.js";
import { packetHeader } from "../../stream/packet-header.js";
import { formatTime, type TimeRange, timeToUs2000 } from "../../stream/time.js";
import { type Das1Definition, das1Definition, type Keywords } from "./definition.js";

/** Positions beyond (fill, infinity) are no times. */
const FARTHEST_US = 1e25;

/**
 * The output of a das1 reader as a das2 stream: big-endian binary32 records, item 0 in seconds after the begin of the
 * request. Bytes go in, in pieces of any size; items come out. Source: reducers 13.
 */
export class Das1Converter {
  readonly #definition: Das1Definition;
  readonly #range: TimeRange;
  readonly #beginUs: number;
  readonly #header: PacketHeader;
  readonly #builder: BatchBuilder;
  readonly #recordBytes: number;
  /** The begin of a record whose end has not come yet. */
  readonly #cut: Uint8Array;
  #cutBytes = 0;
  #begun = false;
  #records = 0;

  /**
   * @param keywords of the definition of the source
   * @param range of the request, as the reader got it
   * Errors: BAD_DEFINITION.
   */
  constructor(keywords: Keywords, range: TimeRange) {
    this.#definition = das1Definition(keywords);
    this.#range = range;
    this.#beginUs = timeToUs2000(range.begin);
    this.#header = packetHeader({ id: 1, planes: this.#definition.planes });
    this.#builder = new BatchBuilder(this.#header);
    this.#recordBytes = 4 * (1 + this.#definition.values);
    this.#cut = new Uint8Array(this.#recordBytes);
  }

  /** Takes the next bytes of the reader. */
  push(bytes: Uint8Array, emit: Emit): void {
    this.#begin(emit);
    const size = this.#recordBytes;
    let at = 0;
    if (this.#cutBytes > 0) {
      at = Math.min(size - this.#cutBytes, bytes.length);
      this.#cut.set(bytes.subarray(0, at), this.#cutBytes);
      this.#cutBytes += at;
      if (this.#cutBytes < size) return;
      this.#record(this.#cut, 0, emit);
      this.#cutBytes = 0;
    }
    for (; at + size <= bytes.length; at += size) this.#record(bytes, at, emit);
    this.#cut.set(bytes.subarray(at));
    this.#cutBytes = bytes.length - at;
    this.#flush(emit);
  }

  /** Ends the stream. Errors: PARTIAL_PACKET where the last record is cut. */
  end(emit: Emit): void {
    this.#begin(emit);
    if (this.#cutBytes > 0)
      throw new DasError(
        "PARTIAL_PACKET",
        `the last das1 record has ${this.#cutBytes} bytes, expected ${this.#recordBytes}`,
      );
    if (this.#records > 0) return;
    const [begin, end] = [formatTime(this.#range.begin, 3), formatTime(this.#range.end, 3)];
    const exception = { type: "NoDataInInterval", message: `No data in the interval ${begin} to ${end}` };
    emit({ kind: "exception", exception });
  }

  #begin(emit: Emit): void {
    if (this.#begun) return;
    this.#begun = true;
    emit({ kind: "stream", header: this.#streamHeader() });
    emit({ kind: "packet", header: this.#header });
  }

  #streamHeader(): StreamHeader {
    const { begin, end } = this.#range;
    return {
      version: "2.2",
      properties: [
        { name: "start", type: "Time", value: formatTime(begin, 3) },
        { name: "end", type: "Time", value: formatTime(end, 3) },
        ...this.#definition.properties,
        { name: "sourceId", type: "String", value: "das2_from_das1" },
      ],
    };
  }

  /** The values have the same form in both streams; only x is computed. */
  #record(bytes: Uint8Array, at: number, emit: Emit): void {
    const seconds = new DataView(bytes.buffer, bytes.byteOffset + at, 4).getFloat32(0);
    const us = this.#beginUs + seconds * 1e6;
    this.#records++;
    if (!(Math.abs(us) < FARTHEST_US)) return;
    const builder = this.#builder;
    const to = builder.next();
    builder.view.setFloat64(to + 4, us);
    builder.bytes.set(bytes.subarray(at + 4, at + this.#recordBytes), to + 12);
    if (builder.full) this.#flush(emit);
  }

  #flush(emit: Emit): void {
    const batch = this.#builder.take();
    if (batch !== undefined) emit({ kind: "data", batch });
  }
}

/** The output of a das1 reader as items, while it comes. Errors: BAD_DEFINITION, PARTIAL_PACKET, those of `bytes`. */
export async function* das1ToDas2(
  keywords: Keywords,
  range: TimeRange,
  bytes: AsyncIterable<Uint8Array>,
): ItemSource {
  const converter = new Das1Converter(keywords, range);
  for await (const piece of bytes) yield* portions((emit) => converter.push(piece, emit));
  yield* portions((emit) => converter.end(emit));
}

/** The items of one piece together; data are copied, for the memory they lie in is used again. */
function portions(work: (emit: Emit) => void): StreamItem[][] {
  const items: StreamItem[] = [];
  work((item) => {
    items.push(
      item.kind === "data"
        ? { kind: "data", batch: { ...item.batch, bytes: item.batch.bytes.slice() } }
        : item,
    );
  });
  return items.length === 0 ? [] : [items];
}
