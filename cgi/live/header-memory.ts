import { printPacketHeader } from "../../stream/header-xml.js";
import type { PacketHeader, StreamItem } from "../../stream/model.js";

/**
 * The headers of a stream that is put together from several: the stream header of the first, and of each packet id the definition that
 * holds, which is told again only where it says something else.
 */
export class HeaderMemory {
  #stream: StreamItem | undefined;
  readonly #packets = new Map<number, { readonly item: StreamItem; readonly text: string }>();
  /** Headers that hold, by which most batches are known. */
  #known = new WeakSet<PacketHeader>();

  /** Whether a header says something new; it holds from now on. */
  isNew(item: StreamItem): boolean {
    if (item.kind === "stream") {
      if (this.#stream !== undefined) return false;
      this.#stream = item;
      return true;
    }
    if (item.kind !== "packet") return false;
    const { header } = item;
    if (this.#known.has(header)) return false;
    const text = Buffer.from(printPacketHeader(header)).toString("latin1");
    if (this.#packets.get(header.id)?.text === text) {
      this.#known.add(header);
      return false;
    }
    this.#packets.set(header.id, { item, text });
    // Others of this id hold no more.
    this.#known = new WeakSet([header]);
    return true;
  }

  /** All that hold, in an order in which a stream may have them. */
  all(): readonly StreamItem[] {
    const packets = [...this.#packets.values()].map(({ item }) => item);
    return this.#stream === undefined ? packets : [this.#stream, ...packets];
  }
}
