import { printPacketHeader } from "../../stream/header-xml.js";
import type { PacketHeader, StreamItem } from "../../stream/model.js";

/**
 * Makes one stream of the blocks of a level that are made at the same time: the items of the earliest pass at once, those of later
 * ones are held until it is closed. The first stream header stands for all; a packet header is given again only where it differs.
 */
export class RowOrder {
  /** Blocks that were begun and are not closed. */
  readonly #open = new Set<number>();
  readonly #held = new Map<number, StreamItem[]>();
  #heldBytes = 0;
  #out: StreamItem[] = [];
  #hasHeader = false;
  readonly #defined = new Map<number, PacketHeader>();

  /** Bytes of records that are held. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** The latest block that was begun. */
  get latest(): number {
    return Math.max(...this.#open, ...this.#held.keys());
  }

  /** Takes an item of a block. Its memory must last. */
  take(number: number, item: StreamItem): void {
    this.#open.add(number);
    if (this.#isFirst(number)) {
      this.#give(item);
      return;
    }
    const held = this.#held.get(number);
    if (held === undefined) this.#held.set(number, [item]);
    else held.push(item);
    if (item.kind === "data") this.#heldBytes += item.batch.bytes.length;
  }

  /** A block has no more items. */
  closed(number: number): void {
    this.#open.delete(number);
    const held = [...this.#held.keys()].sort((a, b) => a - b);
    for (const next of held) {
      if (!this.#isFirst(next)) return;
      this.#release(next);
    }
  }

  /** Passes everything on, whatever is still open. */
  end(): void {
    for (const number of [...this.#held.keys()].sort((a, b) => a - b)) this.#release(number);
  }

  /** What may be given out now. */
  ready(): readonly StreamItem[] {
    const out = this.#out;
    this.#out = [];
    return out;
  }

  /** Whether no block that is open comes before one. */
  #isFirst(number: number): boolean {
    for (const open of this.#open) if (open < number) return false;
    return true;
  }

  #release(number: number): void {
    const items = this.#held.get(number) ?? [];
    this.#held.delete(number);
    for (const item of items) {
      if (item.kind === "data") this.#heldBytes -= item.batch.bytes.length;
      this.#give(item);
    }
  }

  #give(item: StreamItem): void {
    if (item.kind === "stream") {
      if (this.#hasHeader) return;
      this.#hasHeader = true;
    } else if (item.kind === "packet" && !this.#defines(item.header)) return;
    this.#out.push(item);
  }

  #defines(header: PacketHeader): boolean {
    const before = this.#defined.get(header.id);
    if (before === header) return false;
    this.#defined.set(header.id, header);
    return before === undefined || !sameText(before, header);
  }
}

function sameText(a: PacketHeader, b: PacketHeader): boolean {
  return Buffer.from(printPacketHeader(a)).equals(printPacketHeader(b));
}
