import { DasError } from "../errors/das-error.js";
import type { PacketHeader, StreamHeader, StreamItem } from "./model.js";
import { propertyText } from "./properties.js";

/** Comments that wait with a stream header; before the first packet type there are hardly any. */
const MOST_HELD = 64;
const WAVEFORM = { name: "renderer", type: "String", value: "waveform" } as const;

/**
 * The begin of a das2 stream of a version after 2.2, held until its first packet type says whether its tables go along x: version 2.2 says
 * that of the whole stream, in its header. Source: das2-stream B.
 */
export class HeldStart {
  #held: { readonly header: StreamHeader; readonly items: StreamItem[] } | undefined;
  /** Whether what has gone out says that tables go along x. */
  #alongX = false;
  /** Whether a packet type was what said so, and not the stream. */
  #isTold = false;

  /** Takes the stream header. Those of version 2.2 go on at once. */
  begin(header: StreamHeader, items: StreamItem[]): void {
    this.#alongX = propertyText(header.properties, "renderer") === WAVEFORM.value;
    if (header.version === "2.2" || this.#alongX) items.push({ kind: "stream", header });
    else this.#held = { header, items: [] };
  }

  /** Takes what is no packet type. */
  add(item: StreamItem, items: StreamItem[]): void {
    if (this.#held === undefined) {
      items.push(item);
      return;
    }
    this.#held.items.push(item);
    if (item.kind === "exception" || this.#held.items.length >= MOST_HELD) this.release(items);
  }

  /**
   * Takes a packet type.
   * @param alongX whether its tables go along x by what it says itself
   * Errors: NOT_IMPLEMENTED for one whose tables go otherwise than those before it.
   */
  packet(header: PacketHeader, alongX: boolean, items: StreamItem[]): void {
    if (this.#isTold && !alongX && header.planes.some(({ role }) => role === "yscan")) throw mixed();
    if (alongX && this.#held !== undefined) {
      const { header: start } = this.#held;
      this.#alongX = true;
      this.#isTold = true;
      const properties = [...start.properties.filter(({ name }) => name !== WAVEFORM.name), WAVEFORM];
      this.#held = { ...this.#held, header: { version: "2.2", properties } };
    }
    if (alongX && !this.#alongX) throw mixed();
    this.release(items);
    items.push({ kind: "packet", header });
  }

  /** Gives what is held. */
  release(items: StreamItem[]): void {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    items.push({ kind: "stream", header: held.header }, ...held.items);
  }
}

/** The error of a stream with tables along x and along y, which version 2.2 has no form for. */
export function mixed(): DasError {
  return new DasError(
    "NOT_IMPLEMENTED",
    "tables along x beside others in one stream (das2.3) have no das2.2 form, expected those of one kind",
  );
}
