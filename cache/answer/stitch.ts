import { OUTCOME } from "../../errors/das-error.js";
import { printPacketHeader } from "../../stream/header-xml.js";
import type { PacketHeader, StreamItem } from "../../stream/model.js";

/**
 * Makes one legal stream of several that follow each other in time: the first stream header stands for all, a packet header is
 * given again only where it differs, comments are dropped, and that one piece has no data is nothing to tell of. Source: das2-server 15.6.
 */
export class Stitch {
  /** The definition in force, by id, as it is written. */
  readonly #defined = new Map<number, Uint8Array>();
  #begun = false;
  #hasData = false;

  /** Whether a stream header was given. */
  get begun(): boolean {
    return this.#begun;
  }

  /** Whether any data packet was given. */
  get hasData(): boolean {
    return this.#hasData;
  }

  /** Whether an item of a piece belongs into the stream. Data are to be told of as well. */
  takes(item: StreamItem): boolean {
    switch (item.kind) {
      case "stream":
        if (this.#begun) return false;
        this.#begun = true;
        return true;
      case "packet":
        return this.defines(item.header);
      case "data":
        this.#hasData = true;
        return true;
      case "comment":
        return false;
      case "exception":
        return item.exception.type !== OUTCOME.NO_DATA.exception;
      default:
        return item satisfies never;
    }
  }

  /** Whether a packet header has to be given, because the one in force for its id is another. */
  defines(header: PacketHeader): boolean {
    const bytes = printPacketHeader(header);
    const before = this.#defined.get(header.id);
    if (before === bytes || (before !== undefined && Buffer.compare(before, bytes) === 0)) return false;
    this.#defined.set(header.id, bytes);
    return true;
  }

  /** Bytes of data packets are passed on that are not looked into. */
  passedData(): void {
    this.#hasData = true;
  }
}
