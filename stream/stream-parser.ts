import { asDasError, DasError } from "../errors/das-error.js";
import { ByteQueue } from "./byte-queue.js";
import {
  bodyLength,
  COLON,
  dataId,
  endOfRun,
  HEADER_PREFIX_BYTES,
  headerId,
  INFO_ID,
  NEWLINE,
  OPEN,
} from "./framing.js";
import { INFLATE_STEP_BYTES, ZlibInflater } from "./inflate.js";
import type { KnownHeaders } from "./known-headers.js";
import { DEFAULT_LIMITS, type StreamLimits } from "./limits.js";
import type { StreamItem } from "./model.js";
import { printable } from "./printable.js";
import { StreamDefinitions } from "./stream-definitions.js";

/** Bytes looked at at once while it is not known yet whether what follows is compressed. */
const START_STEP_BYTES = 4096;
/**
 * Items of a portion of what is not compressed. A piece of thousands of definitions, each of kilobytes once it is read,
 * would take tens of megabytes at once.
 */
const PORTION_ITEMS = 256;
/**
 * Reads a das2 stream: bytes in pieces of any size go in, items come out. Packets of one id that lie side by
 * side come as one batch that is a view of the piece pushed; a packet cut by the end of a piece is put together
 * in memory of its own. What is accepted though it is not quite right is told once, in a comment of the stream.
 *
 * Errors, each with the byte offset: NO_STREAM_HEADER, BAD_PREFIX, BAD_LENGTH, BAD_XML, BAD_HEADER, BAD_TYPE,
 * BAD_PROPERTY, BAD_Y_TAGS, UNDEFINED_ID, REPEATED_HEADER, PARTIAL_PACKET, BAD_COMPRESSION, TOO_MANY_PLANES,
 * TOO_MANY_ITEMS, RECORD_TOO_LONG. What was decoded before an error is never lost: it is given first, and the
 * error is thrown by the call that follows. Source: das2-stream A2, A3, A14.
 */
export class StreamParser {
  readonly #limits: StreamLimits;
  readonly #definitions: StreamDefinitions;
  #queue = new ByteQueue();
  #inflater: ZlibInflater | undefined;
  #failure: DasError | undefined;
  /** Whether a portion is full though more of the bytes pushed can be read. */
  #isFull = false;

  /** @param known headers that need not be read again; what is read is kept there */
  constructor(limits: Partial<StreamLimits> = {}, known?: KnownHeaders) {
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
    this.#definitions = new StreamDefinitions(this.#limits, known);
  }

  /** Whether the stream is over, by an exception or by {@link end}: what follows is ignored. */
  get ended(): boolean {
    return this.#definitions.state === "ended";
  }

  /** What is wrong with the stream, as soon as it is known; every further call throws it. */
  get failure(): DasError | undefined {
    return this.#failure;
  }

  /**
   * Takes the next bytes. The items are views of them where that is possible: `bytes` may be re-used when the
   * items are done with.
   */
  push(bytes: Uint8Array): readonly StreamItem[] {
    const items: StreamItem[] = [];
    try {
      for (const portion of this.portions(bytes)) for (const item of portion) items.push(item);
    } catch (error) {
      if (items.length === 0) throw error;
    }
    return items;
  }

  /**
   * As {@link push}, in portions of bounded size, whatever the bytes hold and even where they are compressed a
   * thousandfold: the next one is read when it is asked for. All of them are to be asked for.
   */
  *portions(bytes: Uint8Array): Generator<readonly StreamItem[], void, undefined> {
    let at = 0;
    do {
      if (this.#failure !== undefined) throw this.#failure;
      const step =
        this.#definitions.state === "start"
          ? START_STEP_BYTES
          : this.#inflater === undefined
            ? bytes.length - at
            : INFLATE_STEP_BYTES;
      let items = this.#read(bytes.subarray(at, at + step));
      at += step;
      if (items.length > 0) yield items;
      while (this.#isFull) {
        items = this.#read();
        if (items.length > 0) yield items;
      }
    } while (at < bytes.length);
  }

  /** To be called once after the last bytes. Errors: NO_STREAM_HEADER for no bytes at all, PARTIAL_PACKET. */
  end(): readonly StreamItem[] {
    if (this.#failure !== undefined) throw this.#failure;
    const items: StreamItem[] = [];
    if (this.#definitions.state === "ended") return items;
    const queue = this.#queue;
    if (this.#inflater !== undefined && !this.#inflater.ended)
      throw this.#fail("PARTIAL_PACKET", "the input ends inside the compressed part");
    if (this.#definitions.state === "start" && queue.length === 0)
      throw this.#fail("NO_STREAM_HEADER", "the input is empty, expected a stream header");
    if (this.#definitions.state === "start" && queue.fill(1) && queue.bytes[queue.at] !== OPEN)
      throw this.#badPrefix();
    if (queue.length === 1 && queue.fill(1) && queue.bytes[queue.at] === NEWLINE) this.#skipNewline(items);
    if (queue.length > 0) {
      queue.fill(queue.length);
      throw this.#fail("PARTIAL_PACKET", "the input ends inside a packet");
    }
    this.#definitions.state = "ended";
    this.#definitions.start.release(items);
    return items;
  }

  /** Items of one step, or more of those of the last; an error after the first item waits for the next call. */
  #read(bytes?: Uint8Array): StreamItem[] {
    const items: StreamItem[] = [];
    this.#isFull = false;
    try {
      if (this.#inflater === undefined) {
        this.#parse(bytes, items, PORTION_ITEMS);
      } else if (this.#definitions.state !== "ended" && bytes !== undefined) {
        this.#inflater.push(bytes, (unpacked) => this.#parse(unpacked, items));
      }
    } catch (error) {
      const failure = asDasError(error, "reading the stream");
      this.#failure = failure;
      this.#definitions.start.release(items);
      if (items.length === 0) throw failure;
    }
    return items;
  }

  #parse(bytes: Uint8Array | undefined, items: StreamItem[], most = Number.POSITIVE_INFINITY): void {
    const queue = this.#queue;
    if (this.#definitions.state === "ended") return;
    if (bytes !== undefined) queue.push(bytes);
    if (
      this.#definitions.state === "start" &&
      this.#packet(items) &&
      this.#definitions.compression === "deflate"
    ) {
      queue.fill(queue.length);
      this.#startInflating(queue.take(queue.length), items);
      return;
    }
    while (items.length < most && this.#packet(items));
    this.#isFull = items.length >= most;
    if (this.#isFull) return;
    if (this.ended) queue.clear();
    queue.settle();
  }

  #startInflating(bytes: Uint8Array, items: StreamItem[]): void {
    this.#queue = new ByteQueue();
    this.#inflater = new ZlibInflater();
    this.#inflater.push(bytes, (unpacked) => this.#parse(unpacked, items));
  }

  /** Reads what stands at the head; false if more bytes are needed for that, or none at all. */
  #packet(items: StreamItem[]): boolean {
    const queue = this.#queue;
    if (this.#definitions.state === "ended" || !queue.fill(4)) return false;
    const { bytes, at } = queue;
    const first = bytes[at];
    if (this.#definitions.state === "packets") {
      if (first === COLON) return this.#data(items);
      if (first === NEWLINE && queue.fill(5)) {
        const next = queue.bytes[queue.at + 1];
        if (next !== OPEN && next !== COLON) throw this.#badPrefix();
        this.#skipNewline(items);
        return true;
      }
      if (first === NEWLINE) return false;
    }
    return this.#header(items);
  }

  /** Reads all packets at the head that have the same id and lie in one piece. */
  #data(items: StreamItem[]): boolean {
    const queue = this.#queue;
    const id = dataId(queue.bytes, queue.at);
    if (id < 0) throw this.#badPrefix();
    const header = this.#definitions.headers[id];
    if (header === undefined)
      throw this.#fail("UNDEFINED_ID", `data of packet id ${id}, which no header has defined`);
    const { stride } = header;
    if (!queue.fill(stride)) return false;
    const bytes = endOfRun(queue.view, queue.at, queue.end, stride) - queue.at;
    items.push({ kind: "data", batch: { header, bytes: queue.take(bytes), count: bytes / stride } });
    return true;
  }

  #header(items: StreamItem[]): boolean {
    const queue = this.#queue;
    const id = headerId(queue.bytes, queue.at);
    if (id < 0 || (this.#definitions.state === "start" && id !== 0)) throw this.#badPrefix();
    if (!queue.fill(HEADER_PREFIX_BYTES)) return false;
    const length = this.#bodyLength();
    if (!queue.fill(HEADER_PREFIX_BYTES + length)) return false;
    const start = queue.at + HEADER_PREFIX_BYTES;
    const body = queue.bytes.subarray(start, start + length);
    try {
      this.#definitions.define(id, body, items);
    } catch (error) {
      throw this.#located(error, `[${id === INFO_ID ? "xx" : id.toString().padStart(2, "0")}]`);
    }
    queue.skip(HEADER_PREFIX_BYTES + length);
    return true;
  }

  /** The length in the prefix at the head. */
  #bodyLength(): number {
    const length = bodyLength(this.#queue.bytes, this.#queue.at);
    if (length === 0)
      throw this.#fail("BAD_LENGTH", "the length of a packet is not a positive number of six digits");
    if (length > this.#limits.headerBytes)
      throw this.#fail(
        "BAD_LENGTH",
        `a header of ${length} bytes, expected at most ${this.#limits.headerBytes}`,
      );
    return length;
  }

  #skipNewline(items: StreamItem[]): void {
    this.#definitions.warn(
      `a stray newline at byte ${this.#queue.offset}, a length is one too small`,
      items,
      "newline",
    );
    this.#queue.skip(1);
  }

  #badPrefix(): DasError {
    return this.#definitions.state === "start"
      ? this.#fail("NO_STREAM_HEADER", "the input does not begin with a stream header, expected [00]")
      : this.#fail("BAD_PREFIX", "no packet begins here, expected [01], [xx] or :01:");
  }

  /** An error that tells where in the stream and what stands there. */
  #fail(code: DasError["code"], message: string): DasError {
    const { bytes, at, end, offset } = this.#queue;
    const seen = at === end ? "" : `: ${printable(bytes.subarray(at, Math.min(end, at + 16)))}`;
    const part = this.#inflater === undefined ? "" : " of the unpacked part";
    this.#failure = new DasError(code, `${message} (byte ${offset}${part}${seen})`, { offset });
    return this.#failure;
  }

  /** An error inside a header, with the packet that it is in. */
  #located(error: unknown, packet: string): unknown {
    if (!(error instanceof DasError)) return error;
    const { bytes, at, end, offset } = this.#queue;
    const seen = printable(bytes.subarray(at, Math.min(end, at + 40)));
    return new DasError(
      error.code,
      `${error.message} (packet ${packet} at byte ${offset}: ${seen})`,
      { offset },
      error,
    );
  }
}
