import type { PacketBatch, StreamItem } from "./model.js";

/**
 * Gathers the items that a chain gives until they are taken. They last as long as what is being pushed into the chain: memory
 * of anybody else is copied.
 */
export class Portion {
  #items: StreamItem[] = [];
  /** The batch that is being pushed. */
  current: PacketBatch | undefined;

  readonly add = (item: StreamItem): void => {
    this.#items.push(item.kind === "data" ? { kind: "data", batch: this.#kept(item.batch) } : item);
  };

  take(): readonly StreamItem[] {
    const items = this.#items;
    this.#items = [];
    return items;
  }

  /** A batch that lasts: a view of the batch being pushed does, any other memory may be re-used at once. */
  #kept(batch: PacketBatch): PacketBatch {
    const { bytes } = batch;
    const source = this.current?.bytes;
    if (
      source !== undefined &&
      bytes.buffer === source.buffer &&
      bytes.byteOffset >= source.byteOffset &&
      bytes.byteOffset + bytes.byteLength <= source.byteOffset + source.byteLength
    )
      return batch;
    // Not slice(): that of a Node Buffer gives a view.
    return { ...batch, bytes: new Uint8Array(bytes) };
  }
}
